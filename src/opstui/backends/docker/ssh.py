"""An engine behind ssh: a socket whose other end is the person's own `ssh`.

As the docker command line does it (docker/cli, `cli/connhelper`): `ssh … docker system dial-stdio`
joins the engine's socket there to ssh's input and output. Keys, agents and jump hosts are those
of the person's own ssh settings; nothing is ever asked on the terminal.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import tempfile
from typing import IO
from urllib.parse import urlsplit

LAST_WORDS = 1.0
"""Seconds that ssh may take to end once its answer has ended."""


class SshError(ConnectionError):
    """ssh ended without an answer; its own last line."""


class SshSocket(socket.socket):
    """Ends its ssh with the last user of the socket."""

    process: subprocess.Popen[bytes]
    said: IO[bytes]

    last = ""
    """What ssh wrote last about an error, once the socket is closed."""

    def why(self) -> str:
        """The last line that ssh wrote about an error, waiting a moment for its end."""
        if self.said.closed:
            return self.last
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(LAST_WORDS)
        return self._words()

    def _words(self) -> str:
        self.said.seek(0)
        lines = self.said.read(100_000).decode("utf-8", "replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    def _real_close(self) -> None:  # called by the standard library once nobody reads any more
        super()._real_close()  # type: ignore[misc]
        self.last = self._words()
        self.process.kill()
        self.process.wait()
        self.said.close()


def command(url: str, seconds: float) -> list[str]:
    """The words of ssh for `ssh://user@host:port/path/of/the/socket`."""
    parts = urlsplit(url)
    words = ["ssh", "-o", "BatchMode=yes", "-o", f"ConnectTimeout={max(1, int(seconds))}", "-T"]
    if parts.username:
        words += ["-l", parts.username]
    if parts.port:
        words += ["-p", str(parts.port)]
    there = ["--host", f"unix://{parts.path}"] if parts.path.strip("/") else []
    return [*words, "--", parts.hostname or "", "docker", *there, "system", "dial-stdio"]


def dial(url: str, seconds: float) -> SshSocket:
    """Start ssh; raises SshError where there is none, and never waits."""
    near, far = socket.socketpair()
    said = tempfile.TemporaryFile()  # noqa: SIM115  lives as long as the socket
    try:
        process = subprocess.Popen(
            command(url, seconds), stdin=far.fileno(), stdout=far.fileno(), stderr=said,
            start_new_session=True,
        )
    except OSError as error:
        near.close()
        said.close()
        raise SshError("ssh is not installed") from error
    finally:
        far.close()
    found = SshSocket(fileno=near.detach())
    found.process, found.said = process, said
    return found
