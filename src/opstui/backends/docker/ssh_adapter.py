"""The SDK over the person's own ssh, in place of its own adapter, which needs paramiko."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import urllib3
from docker.transport.unixconn import UnixHTTPConnection, UnixHTTPConnectionPool

from opstui.backends.docker.ssh import SshError, SshSocket, dial
from opstui.backends.docker.unix import UnixAdapter


class _Connection(UnixHTTPConnection):
    def __init__(self, url: str, seconds: float) -> None:
        super().__init__("http+docker://localhost", "", int(seconds))
        self._url = url
        self._seconds = seconds
        self._socket: SshSocket | None = None

    def connect(self) -> None:
        self._socket = self.sock = dial(self._url, self._seconds)
        self._socket.settimeout(self._seconds)

    def request(self, *args: Any, **more: Any) -> None:
        with self._explained():
            super().request(*args, **more)

    def getresponse(self) -> urllib3.response.HTTPResponse:  # type: ignore[override]
        with self._explained():
            return super().getresponse()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """What ssh said, where it ended before there was an answer."""
        try:
            yield
        except (OSError, http.client.HTTPException) as error:
            if self._socket is not None and (why := self._socket.why()):
                raise SshError(why) from error
            raise


class _Pool(UnixHTTPConnectionPool):
    def __init__(self, url: str, seconds: float) -> None:
        super().__init__("http+docker://localhost", "")
        self._url = url
        self._seconds = seconds

    def _new_conn(self) -> _Connection:  # type: ignore[override]
        return _Connection(self._url, self._seconds)


class SshAdapter(UnixAdapter):
    """Carries requests through `ssh`, a process for each connection."""

    def __init__(self, url: str, seconds: float) -> None:
        super().__init__(Path("/ssh"))
        self._pool = _Pool(url, seconds)  # type: ignore[assignment]
