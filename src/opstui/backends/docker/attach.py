"""A program: joins this terminal to a command that it starts in a container.

    python -m opstui.backends.docker.attach URL CERT KEY CA CONTAINER WORD...

It stands in for `docker exec -it` where that is not installed, and needs the standard library
only. Source: Docker Engine API v1.41, `ContainerExec`, `ExecStart` (whose connection becomes
the terminal's, by `Upgrade: tcp`), `ExecResize`.
"""

from __future__ import annotations

import http.client
import json
import os
import select
import signal
import socket
import ssl
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from opstui.backends.docker.ssh import dial

SECONDS = 20.0
FAILED = 125
"""The exit code of `docker exec` where it is docker that failed."""


class Way:
    """Makes connections to one engine."""

    def __init__(self, url: str, cert: str, key: str, ca: str) -> None:
        self._url = url
        self._tls = (cert, key, ca)

    def connect(self) -> socket.socket:
        """A new connection; raises OSError."""
        if self._url.startswith("ssh:"):
            return dial(self._url, SECONDS)
        if self._url.startswith(("unix:", "/")):
            found = socket.socket(socket.AF_UNIX)
            found.connect("/" + self._url.removeprefix("unix://").lstrip("/"))
            return found
        parts = urlsplit(self._url)
        plain = socket.create_connection((parts.hostname, parts.port or 2375), SECONDS)
        cert, key, ca = self._tls
        if not cert:
            return plain
        context = ssl.create_default_context(cafile=ca or None)
        if not ca:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.load_cert_chain(cert, key)
        return context.wrap_socket(plain, server_hostname=parts.hostname)

    def ask(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """One question; raises OSError with the engine's own words where it refuses."""
        line = http.client.HTTPConnection("docker", timeout=SECONDS)
        line.sock = self.connect()
        try:
            line.request(method, path, None if body is None else json.dumps(body),
                         {"Content-Type": "application/json", "Connection": "close"})
            answer = line.getresponse()
            text = answer.read()
        finally:
            line.close()
        found = json.loads(text) if text.strip() else {}
        if answer.status >= 400:
            raise OSError(str(found.get("message", answer.status)))
        return dict(found)


def start(way: Way, made: str) -> tuple[socket.socket, bytes]:
    """The connection that has become the command's terminal, and what it wrote already."""
    body = b'{"Detach":false,"Tty":true}'
    stream = way.connect()
    stream.sendall(
        b"POST /exec/%s/start HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\n"
        b"Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: %d\r\n\r\n%s"
        % (made.encode(), len(body), body)
    )
    data = b""
    while b"\r\n\r\n" not in data:
        more = stream.recv(4096)
        if not more:
            raise OSError("the engine closed the connection")
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    if head.split(b" ", 2)[1] not in (b"101", b"200"):
        raise OSError(rest.decode("utf-8", "replace").strip() or "the engine refused")
    stream.settimeout(None)
    return stream, rest


@contextmanager
def raw() -> Iterator[None]:
    """Every key goes to the container; afterwards the terminal is as it was."""
    before = termios.tcgetattr(0)
    tty.setraw(0)
    try:
        yield
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)


def pump(way: Way, made: str, stream: socket.socket) -> None:
    """Carry bytes both ways until the command ends; a resized terminal is told."""
    ear, mouth = os.pipe()
    os.set_blocking(mouth, False)
    before = signal.set_wakeup_fd(mouth), signal.signal(signal.SIGWINCH, lambda *_: None)
    resize(way, made)
    watched: list[Any] = [stream, 0, ear]
    try:
        while True:
            ready, _, _ = select.select(watched, [], [])
            if ear in ready:
                os.read(ear, 1024)
                resize(way, made)
            if stream in ready:
                if not (data := stream.recv(65536)):
                    return
                write(data)
            if 0 in ready:
                if data := os.read(0, 65536):
                    stream.sendall(data)
                else:  # the terminal is gone
                    return
    finally:
        signal.set_wakeup_fd(before[0])
        signal.signal(signal.SIGWINCH, before[1])
        os.close(ear)
        os.close(mouth)


def resize(way: Way, made: str) -> None:
    """Tell the size of the terminal; a command that has just ended does not care."""
    size = os.get_terminal_size(0)
    with suppress(OSError):
        way.ask("POST", f"/exec/{made}/resize?h={size.lines}&w={size.columns}")


def write(data: bytes) -> None:
    """All of it to the terminal."""
    while data:
        data = data[os.write(1, data):]


def main(words: list[str]) -> int:
    """Run the command; its exit code."""
    url, cert, key, ca, container, *command = words
    way = Way(url, cert, key, ca)
    try:
        made = str(way.ask("POST", f"/containers/{container}/exec", {
            "AttachStdin": True, "AttachStdout": True, "AttachStderr": True, "Tty": True,
            "Cmd": command,
        })["Id"])
        stream, rest = start(way, made)
        with stream, raw():
            write(rest)
            pump(way, made, stream)
        return int(way.ask("GET", f"/exec/{made}/json").get("ExitCode") or 0)
    except (OSError, ValueError, http.client.HTTPException) as error:
        os.write(2, f"{error}\n".encode())
        return FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
