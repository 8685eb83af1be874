"""Questions over HTTP that were sent before anybody could wait for their answers.

While Python imports what draws the screen, servers can work already. Whoever asks exactly the
same soon afterwards gets the connection on which the answer comes; every other one is closed.
"""

from __future__ import annotations

import _thread
import socket
import time

Address = str | tuple[str, int]
"""A unix socket's path, or a host with its port."""
FRESH = 5.0
"""Seconds; an older question is asked again."""
SECONDS = 3.0
"""For a connection to come about."""


class Sent:
    """One question, which a thread connects for and sends."""

    def __init__(self, address: Address, request: bytes) -> None:
        self.at = time.monotonic()
        self._address = address
        self._request = request
        self._socket: socket.socket | None = None
        self._under_way = _thread.allocate_lock()
        self._under_way.acquire()
        _thread.start_new_thread(self._send, ())

    def _send(self) -> None:
        try:
            self._socket = connected(self._address)
            self._socket.sendall(self._request)
        except OSError:
            pass  # whoever asks again is told why
        finally:
            self._under_way.release()

    @property
    def gone(self) -> bool:
        """Whether it was sent, or could not be."""
        return not self._under_way.locked()

    def wait(self) -> socket.socket | None:
        """The connection once the question was sent; None where there is none."""
        with self._under_way:
            return self._socket

    def close(self) -> None:
        """Nobody wants the answer."""
        if self.gone and self._socket is not None:
            self._socket.close()


class Asked:
    """The first questions of a start, under way."""

    def __init__(self) -> None:
        self._sent: dict[tuple[Address, bytes], Sent] = {}

    def send(self, address: Address, request: bytes) -> None:
        """Ask; holds nobody up."""
        self._sent[address, request] = Sent(address, request)

    def take(self, address: Address, request: bytes) -> Sent | None:
        """Exactly this question, once and while it is fresh."""
        sent = self._sent.pop((address, request), None)
        if sent is not None and time.monotonic() - sent.at > FRESH:
            sent.close()
            return None
        return sent

    def close(self) -> None:
        """Let go of what nobody asked for."""
        while self._sent:
            self._sent.popitem()[1].close()


def connected(address: Address) -> socket.socket:
    """A new connection; raises OSError."""
    if isinstance(address, tuple):
        return socket.create_connection(address, SECONDS)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        made.settimeout(SECONDS)
        made.connect(address)
    except OSError:
        made.close()
        raise
    return made
