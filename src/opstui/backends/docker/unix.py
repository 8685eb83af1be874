"""The SDK's unix sockets, closed when the connection fails.

The SDK leaves such a socket to the garbage collector (docker 7.2, `transport/unixconn.py`);
while an engine is down that is one more open file for every attempt.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path

from docker.transport import UnixHTTPAdapter
from docker.transport.unixconn import UnixHTTPConnection, UnixHTTPConnectionPool


class _Connection(UnixHTTPConnection):
    def connect(self) -> None:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            sock.settimeout(self.timeout)
            sock.connect(self.unix_socket)
        except BaseException:
            sock.close()
            raise
        self.sock = sock


class _Pool(UnixHTTPConnectionPool):
    def _new_conn(self) -> _Connection:  # type: ignore[override]
        return _Connection(self.base_url, self.socket_path)


class UnixAdapter(UnixHTTPAdapter):
    """Carries requests over one unix socket; each request brings its own time-out."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"http+unix://{path}")
        self._pool = _Pool("http+docker://localhost", self.socket_path, maxsize=self.max_pool_size)

    def get_connection(
        self, url: str | bytes, proxies: Mapping[str, str] | None = None
    ) -> UnixHTTPConnectionPool:
        """One pool; the SDK keeps one for every URL."""
        return self._pool

    def close(self) -> None:
        """Close the idle connections."""
        super().close()
        self._pool.close()
