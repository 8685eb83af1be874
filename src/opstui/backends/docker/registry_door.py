"""The door to image registries: requests with the login that is for their host, every one recorded.

Source: github.com/opencontainers/distribution-spec; distribution, docs/spec/auth (token, oauth).
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from opstui.backends.docker.registry_challenge import challenges
from opstui.backends.docker.registry_logins import Login, Logins
from opstui.backends.docker.registry_refusals import explaining, refused
from opstui.backends.docker.registry_tokens import Tokens
from opstui.backends.docker.registry_trust import trust
from opstui.backends.docker.threads import in_thread
from opstui.backends.protocols import CallLog
from opstui.backends.web_attempts import OversizeError, answered
from opstui.domain.errors import OpstuiError
from opstui.domain.image_reference import Reference, is_here

if TYPE_CHECKING:
    import httpx

SECONDS = 12.0
LARGEST = 4 << 20
"""Bytes of an answer: manifests may have 4 MiB by the specification; lists come in pages."""
REDIRECTS = 3
"""Blobs often lie in a store of their own, to which the registry sends on."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a registry said."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


class RegistryDoor:
    """Asks registries. A login is only ever sent to its own registry, and to the token server
    that this registry names."""

    def __init__(self, calls: CallLog, environ: Mapping[str, str]) -> None:
        self._calls = calls
        self._logins = Logins(environ)
        self._tokens = Tokens(self._fetch)
        self._environ = dict(environ)
        self._clients: dict[str, httpx.AsyncClient] = {}

    async def login(self, host: str) -> Login | None:
        """The person's login for a registry, read anew each time."""
        return await in_thread(lambda: self._logins.of(host))

    async def ask(
        self, method: str, at: Reference, path: str, *, headers: Mapping[str, str] | None = None,
        content: bytes | None = None, missing: tuple[int, ...] = (404,), writes: bool = False,
    ) -> Answer:
        """Ask the registry of a reference; `path` begins behind the repository's name.

        An answer in `missing` is given back, any other refusal is an OpstuiError.
        """
        actions = "pull,push" if writes else "pull"
        url = path if path.startswith("http") else f"{at.address}/v2/{at.repository}{path}"
        if urlsplit(url).netloc != urlsplit(at.address).netloc:
            raise OpstuiError("the registry sends on to another host", where=at.address)
        scope = f"repository:{at.repository}:{actions}"
        sent = dict(headers or {})
        known = self._tokens.known(at.host, scope)
        answer = await self._sent(method, url, sent | known, content, writes=writes)
        if answer.status == 401:
            given = await self._authorized(at, scope, answer)
            if given:
                answer = await self._sent(method, url, sent | given, content, writes=writes)
        if answer.status < 400 or answer.status in missing:
            return answer
        if answer.status in (401, 403):
            self._tokens.forget(at.host)
        raise refused(at, answer.status, answer.body, writes=writes)

    async def close(self) -> None:
        """Close the connections."""
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.aclose()

    async def _authorized(self, at: Reference, scope: str, answer: Answer) -> dict[str, str]:
        """What to send so that the registry knows the person; empty where there is nothing."""
        asked = challenges((answer.headers.get("www-authenticate", ""),))
        login = await self.login(at.host)
        for one in asked:
            if one.scheme == "bearer":
                return await self._tokens.fetch(at, scope, one, login)
            if one.scheme == "basic" and login is not None and (basic := login.basic()):
                return self._tokens.keep(at.host, scope, basic)
        return {}

    async def _fetch(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None
    ) -> Answer:
        """For the token server."""
        return await self._sent(method, url, headers, content, writes=False)

    async def _sent(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None, *,
        writes: bool,
    ) -> Answer:
        """One request; where it is sent on to another host, the login stays behind."""
        for _ in range(REDIRECTS):
            answer = await self._once(method, url, headers, content, writes=writes)
            target = answer.headers.get("location", "")
            if method not in ("GET", "HEAD") or answer.status not in (301, 302, 303, 307, 308):
                return answer
            before, url = urlsplit(url), urljoin(url, target)
            after = urlsplit(url)
            if (after.scheme, after.netloc) != (before.scheme, before.netloc):
                headers = {k: v for k, v in headers.items() if k.lower() != "authorization"}
                if after.scheme != "https" and not is_here(after.netloc):
                    raise OpstuiError("the registry sends on to an address without TLS",
                                      where=f"{after.scheme}://{after.netloc}")
        raise OpstuiError("the registry sends on without end", where=url.partition("?")[0])

    async def _once(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None, *,
        writes: bool,
    ) -> Answer:
        parts = urlsplit(url)
        base = f"{parts.scheme}://{parts.netloc}"
        client = await self._client(parts.scheme, parts.netloc)

        async def attempt() -> Answer:
            request = client.build_request(method, url, headers=headers, content=content)
            response = await client.send(request, stream=True)
            try:
                body = b""
                async for piece in response.aiter_bytes():
                    body += piece
                    if len(body) > LARGEST:
                        raise OversizeError(f"more than {LARGEST >> 20} MiB")
            finally:
                await response.aclose()
            lower = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status_code, lower, body)

        return await self._recorded(
            method, url, headers, lambda: answered(attempt, explaining(base), writes=writes)
        )

    async def _recorded(
        self, method: str, url: str, headers: Mapping[str, str],
        work: Callable[[], Awaitable[Answer]],
    ) -> Answer:
        began = time.monotonic()
        outcome, fine = "no answer", False
        try:
            answer = await work()
            outcome, fine = str(answer.status), answer.status < 400 or answer.status == 404
            return answer
        finally:
            parts = urlsplit(url)
            self._calls.record(
                "registry", f"{method} {parts.path} → {outcome}", _curl(method, url, headers),
                outcome, ok=fine, milliseconds=(time.monotonic() - began) * 1000,
            )

    async def _client(self, scheme: str, host: str) -> httpx.AsyncClient:
        """One for each host, since each has its own authorities; on this machine past any proxy."""
        base = f"{scheme}://{host}"
        if base not in self._clients:
            import httpx

            checked = True if scheme == "http" else await in_thread(
                lambda: trust(host, self._environ)
            )
            if base not in self._clients:
                self._clients[base] = httpx.AsyncClient(
                    timeout=SECONDS, follow_redirects=False, trust_env=not is_here(host),
                    headers={"User-Agent": "opstui"}, verify=checked,
                )
        return self._clients[base]


def _curl(method: str, url: str, headers: Mapping[str, str]) -> str:
    """The same request for a shell, with the login as a variable."""
    words = ["curl", "-sS"]
    words += ["-I"] if method == "HEAD" else ["-X", method] if method != "GET" else []
    for name, value in headers.items():
        if name.lower() == "authorization":
            words += ["-H", '"Authorization: $REGISTRY_AUTHORIZATION"']
        else:
            words += ["-H", shlex.quote(f"{name}: {value}")]
    return " ".join([*words, shlex.quote(url)])
