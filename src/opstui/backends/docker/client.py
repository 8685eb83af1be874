"""The SDK's low-level client, with every request recorded and streams that can be hung up.

Import this module lazily: it imports the docker SDK, which takes a tenth of a second.
"""

from __future__ import annotations

import shlex
import time
from typing import Any

import requests
import urllib3
from docker import APIClient
from docker.tls import TLSConfig
from requests.adapters import BaseAdapter

from opstui.backends.docker.addresses import Address, without_password
from opstui.backends.docker.unix import UnixAdapter
from opstui.backends.protocols import CallLog

ACT_SECONDS = 60.0
"""What changes something (stop, remove) may take longer than what reads."""


class Client(APIClient):
    """One connection to one engine. The constructor asks for the engine's version."""

    def __init__(self, address: Address, calls: CallLog, timeout: float) -> None:
        self.address = address
        self._calls = calls
        self._seconds = timeout
        if address.certificates and not address.certificates.verify:
            # the person asked for it; a warning on stderr would tear the screen
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        self._unix = _adapter(address, timeout)
        base = "unix:///ssh" if address.url.startswith("ssh:") else address.url
        super().__init__(
            base_url=base, version="auto", timeout=timeout,  # type: ignore[arg-type]
            tls=_tls(address) or False,
        )

    def get_adapter(self, url: str) -> BaseAdapter:
        """What carries a request; our own for unix sockets and ssh."""
        return self._unix or super().get_adapter(url)

    def close(self) -> None:
        """Let go of the idle sockets; streams that are being read stay open."""
        super().close()
        if self._unix is not None:
            self._unix.close()

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Every request of the SDK passes here; it is recorded however it ends."""
        if request.method != "GET" and isinstance(kwargs.get("timeout"), int | float):
            kwargs["timeout"] = (self._seconds, max(float(kwargs["timeout"]), ACT_SECONDS))
        if self.address.certificates:
            # requests would take REQUESTS_CA_BUNDLE instead of the engine's own authority
            kwargs["verify"] = self.verify
        started = time.monotonic()
        outcome, ok = "no answer", False
        try:
            response = super().send(request, **kwargs)
            outcome, ok = f"{response.status_code}", response.ok
            return response
        except requests.Timeout:
            outcome = "timed out"
            raise
        finally:
            self._calls.record(
                "docker", f"{request.method} {_path(request)} → {outcome}",
                self._command(request), outcome, ok=ok,
                milliseconds=(time.monotonic() - started) * 1000,
            )

    def open_stream(
        self, path: str, params: dict[str, str | int], *, seconds: float = 0
    ) -> requests.Response:
        """Open an answer without an end. Headers are awaited for so long, else as usual."""
        response = self.get(
            f"{self.base_url}/v{self.api_version}{path}", params=params, stream=True,
            timeout=(self._seconds, seconds or self._seconds),
        )
        if not response.ok:
            with response:
                _ = response.content  # the engine's explanation
                response.raise_for_status()
        sock = getattr(response.raw.connection, "sock", None)
        if sock is not None:
            sock.settimeout(None)
        return response

    def post_stream(
        self, path: str, params: dict[str, str], headers: dict[str, str], data: Any = None
    ) -> requests.Response:
        """Send something and read an answer that comes as it is worked on."""
        response = self.post(
            f"{self.base_url}/v{self.api_version}{path}", params=params, headers=headers,
            data=data, stream=True, timeout=self._seconds,
        )
        if not response.ok:
            with response:
                _ = response.content  # the engine's explanation
                response.raise_for_status()
        sock = getattr(response.raw.connection, "sock", None)
        if sock is not None:
            sock.settimeout(None)
        return response

    def image_facts(self, key: str) -> dict[str, Any]:
        """What `docker image inspect` prints."""
        return dict(self.inspect_image(key))  # type: ignore[no-untyped-call]

    def container_facts(self, key: str) -> dict[str, Any]:
        """What `docker container inspect` prints."""
        return dict(self.inspect_container(key))

    def image_history(self, key: str) -> list[dict[str, Any]]:
        """The layers, newest first."""
        return list(self.history(key))  # type: ignore[no-untyped-call]

    def _command(self, request: requests.PreparedRequest) -> str:
        """A line of curl that does the same; the path with its query is all it needs."""
        parts = ["curl", "--fail-with-body"]
        if request.method != "GET":
            parts += ["-X", request.method or ""]
        if request.method == "GET" and "/events" in _path(request):
            parts.append("-N")
        if self.address.socket:
            parts += ["--unix-socket", str(self.address.socket), f"http://localhost{_path(request)}"]
            return shlex.join(parts)
        if self.address.url.startswith("ssh:"):
            host = without_password(self.address.url).removeprefix("ssh://")
            return shlex.join(["ssh", host, shlex.join(
                [*parts, "--unix-socket", "/var/run/docker.sock", f"http://localhost{_path(request)}"]
            )])
        if tls := self.address.certificates:
            parts += ["--cert", str(tls.cert), "--key", str(tls.key)]
            parts += ["--cacert", str(tls.ca)] if tls.verify else ["--insecure"]
        host = without_password(self.base_url).rstrip("/")
        return shlex.join([*parts, f"{host}{_path(request)}"])


def hang_up(response: requests.Response) -> None:
    """End a stream from another thread than the one that reads it: its read returns at once."""
    import contextlib
    import socket

    connection = getattr(response.raw, "connection", None)
    sock = getattr(connection, "sock", None)
    if sock is None:
        return
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _path(request: requests.PreparedRequest) -> str:
    return request.path_url


def _adapter(address: Address, seconds: float) -> UnixAdapter | None:
    if address.url.startswith("ssh:"):
        from opstui.backends.docker.ssh_adapter import SshAdapter  # few have an engine there

        return SshAdapter(address.url, seconds)
    return UnixAdapter(address.socket) if address.socket else None


def _tls(address: Address) -> TLSConfig | None:
    tls = address.certificates
    if tls is None:
        return None
    return TLSConfig(
        client_cert=(str(tls.cert), str(tls.key)),
        ca_cert=str(tls.ca) if tls.verify else None, verify=tls.verify,
    )
