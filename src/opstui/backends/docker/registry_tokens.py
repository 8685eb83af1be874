"""Tokens of registries that have a server for them, kept until they run out.

Source: github.com/distribution/distribution, docs/spec/auth/token.md and oauth.md.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from opstui.backends.docker.registry_challenge import Challenge
from opstui.backends.docker.registry_logins import Login
from opstui.domain.errors import OpstuiError
from opstui.domain.image_reference import Reference, is_here

if TYPE_CHECKING:
    from opstui.backends.docker.registry_door import Answer

SHORTEST = 60
"""Seconds that a token lives at least, and does where its server does not say."""
EARLY = 10.0
"""Seconds before its end that it is not used any more."""
LOGIN_LIVES = 300.0
"""Seconds until a login is read again."""

Fetch = Callable[[str, str, Mapping[str, str], bytes | None], "Awaitable[Answer]"]


class Tokens:
    """Fetches and remembers them by registry and scope."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._held: dict[tuple[str, str], tuple[str, float]] = {}

    def known(self, host: str, scope: str) -> dict[str, str]:
        """The header for a scope, where one was fetched that still counts."""
        value, until = self._held.get((host, scope), ("", 0.0))
        return {"Authorization": value} if value and time.monotonic() < until else {}

    def keep(self, host: str, scope: str, value: str, seconds: float = LOGIN_LIVES
             ) -> dict[str, str]:
        """Remember a header; returns it."""
        self._held[(host, scope)] = (value, time.monotonic() + seconds)
        return {"Authorization": value}

    def forget(self, host: str) -> None:
        """Nothing of this registry counts any more."""
        self._held = {key: held for key, held in self._held.items() if key[0] != host}

    async def fetch(
        self, at: Reference, scope: str, challenge: Challenge, login: Login | None
    ) -> dict[str, str]:
        """Ask the token server that the registry named, with the login for that registry."""
        realm = challenge.facts.get("realm", "")
        parts = urlsplit(realm)
        near = is_here(parts.netloc) and is_here(at.host)
        if parts.scheme != "https" and not (parts.scheme == "http" and near):
            raise OpstuiError(
                "the registry names a token server that can't be trusted with a login",
                where=realm.partition("?")[0] or at.address, hint="it has no TLS",
            )
        facts = {"service": challenge.facts.get("service", ""), "scope": scope}
        if login is not None and login.token:
            body = urlencode({
                **facts, "grant_type": "refresh_token", "client_id": "opstui",
                "refresh_token": login.token,
            }).encode()
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = await self._fetch("POST", realm, form, body)
        else:
            headers = {"Authorization": basic} if login and (basic := login.basic()) else {}
            join = "&" if parts.query else "?"
            answer = await self._fetch("GET", f"{realm}{join}{urlencode(facts)}", headers, None)
        return self._taken(at, scope, answer, realm)

    def _taken(self, at: Reference, scope: str, answer: Answer, realm: str) -> dict[str, str]:
        where = realm.partition("?")[0]
        if answer.status in (400, 401, 403):
            raise OpstuiError(f"the login for {at.host} was refused", where=where,
                              hint=f"docker login {at.host}")
        try:
            data = json.loads(answer.body)
            token = str(data.get("token") or data["access_token"])
            lives = max(SHORTEST, int(data.get("expires_in") or SHORTEST))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise OpstuiError(f"the token server answered {answer.status} without a token",
                              where=where) from error
        return self.keep(at.host, scope, f"Bearer {token}", lives - EARLY)
