"""A real HTTP server for stateful fakes of CI servers, which can be made to misbehave.

A fake is a class with routes:

    class FakeForge(FakeServer):
        @route("GET", r"/api/runs/(?P<id>[0-9]+)")
        def run(self, ask: Ask) -> Reply:
            return Reply({"id": int(ask["id"])})

`with FakeForge() as fake:` starts it on `fake.address`; `fake.break_with("429")` makes every
answer wrong until `fake.mend()`.
"""

from __future__ import annotations

import hashlib
import json
import re
import socket
import socketserver
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import parse_qs, urlsplit

BREAKAGES = (
    "401", "403", "404", "409", "429", "500", "502", "503", "stalled", "cut off", "wrong type",
    "not json", "redirect", "dropped",
)


@dataclass(frozen=True)
class Ask:
    """One request as a handler sees it."""

    method: str
    path: str
    """Without the query, percent signs as they were sent."""
    query: dict[str, list[str]]
    headers: Message
    body: bytes
    found: Mapping[str, str]
    """The route's named groups."""
    target: str = ""
    """The path with its query, as it was sent."""

    def __getitem__(self, name: str) -> str:
        return self.found[name]

    def first(self, name: str, default: str = "") -> str:
        """A query parameter."""
        return self.query.get(name, [default])[0]

    def whole(self, name: str, default: int) -> int:
        text = self.first(name)
        return int(text) if text.isdecimal() else default

    def json(self) -> dict[str, Any]:
        data = json.loads(self.body or b"{}")
        assert isinstance(data, dict)
        return data

    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in
                parse_qs(self.body.decode(), keep_blank_values=True).items()}


@dataclass
class Reply:
    """One answer: bytes and text as they are, everything else as JSON."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def data(self) -> bytes:
        if self.body is None:
            return b""
        if isinstance(self.body, bytes):
            return self.body
        if isinstance(self.body, str):
            return self.body.encode()
        return json.dumps(self.body).encode()

    @property
    def is_json(self) -> bool:
        return not isinstance(self.body, bytes | str | None)


Handler = Callable[[Any, Ask], Reply]


def route(method: str, pattern: str) -> Callable[[Handler], Handler]:
    """Mark a method as what answers; the pattern must match the whole path."""
    def mark(handler: Handler) -> Handler:
        handlers = [*getattr(handler, "routes", ()), (method, re.compile(pattern))]
        handler.routes = handlers  # type: ignore[attr-defined]
        return handler
    return mark


class FakeServer:
    """Answers on 127.0.0.1, remembers what it was asked, and breaks on demand."""

    etags: ClassVar[bool] = False
    """Whether the product knows conditional requests."""

    def __init__(self) -> None:
        self.requests: list[Ask] = []
        self.broken = ""
        self.elsewhere = ""
        """Where `redirect` sends to."""
        self.retry_after = 7
        self.lock = threading.RLock()
        """Held while a handler runs; take it to change state from a test's thread."""
        self._servers: list[socketserver.BaseServer] = []
        self._threads: list[threading.Thread] = []
        self._stop = threading.Event()
        self._routes = [
            (method, pattern, getattr(self, name))
            for name in _names(type(self)) for method, pattern in _routes_of(type(self), name)
        ]

    # Living

    def __enter__(self) -> Self:
        server = _TcpServer(("127.0.0.1", 0), _handler_for(self))
        self._serve(server)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for server in self._servers:
            server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join(10)

    def listen_on(self, path: Path) -> None:
        """Answer on a unix socket as well."""
        self._serve(_UnixServer(str(path), _handler_for(self)))

    @property
    def port(self) -> int:
        server = self._servers[0]
        assert isinstance(server, _TcpServer)
        return int(server.server_address[1])

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _serve(self, server: socketserver.BaseServer) -> None:
        # Shutting down waits for at most one poll.
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        self._servers.append(server)
        self._threads.append(thread)

    # Breaking

    def break_with(self, kind: str, elsewhere: str = "") -> None:
        """Answer everything wrong from now on; `kind` is one of BREAKAGES."""
        assert kind in BREAKAGES, kind
        self.broken = kind
        self.elsewhere = elsewhere

    def mend(self) -> None:
        """Answer as before."""
        self.broken = ""

    def refusal(self, status: int) -> Reply:
        """What the product says with this status; override it with the product's own words."""
        headers = {"Retry-After": str(self.retry_after)} if status == 429 else {}
        return Reply({"message": f"no ({status})"}, status, headers)

    def headers(self) -> dict[str, str]:
        """What every answer carries, such as the state of a rate limit."""
        return {}

    # Answering

    def answer(self, ask: Ask) -> Reply:
        """The route's answer; 404 where there is none."""
        for method, pattern, handler in self._routes:
            found = pattern.fullmatch(ask.path)
            if found and method == ask.method:
                with self.lock:
                    reply = handler(Ask(**{**vars(ask), "found": found.groupdict()}))
                assert isinstance(reply, Reply)
                return reply
        return self.refusal(404)

    def reply(self, ask: Ask) -> Reply:
        """What is sent, broken or not; "stalled", "cut off" and "dropped" happen on the wire."""
        self.requests.append(ask)
        kind = self.broken
        if kind.isdecimal():
            return self.refusal(int(kind))
        if kind == "redirect":
            return Reply(None, 302, {"Location": f"{self.elsewhere}{ask.target}"})
        if kind == "not json":
            return Reply("<html><h1>Sign in</h1></html>", 200, {"Content-Type": "text/html"})
        reply = self.answer(ask)
        if kind == "wrong type" and reply.is_json:
            return Reply(spoiled(reply.body), reply.status, reply.headers)
        return self._unchanged(ask, reply) if self.etags else reply

    def _unchanged(self, ask: Ask, reply: Reply) -> Reply:
        """The same with an ETag, or 304 for who has it already (RFC 9110, section 13)."""
        if ask.method != "GET" or reply.status != 200:
            return reply
        tag = f'"{hashlib.sha256(reply.data()).hexdigest()[:16]}"'
        if ask.headers.get("If-None-Match") == tag:
            return Reply(None, 304, {"ETag": tag})
        return Reply(reply.body, 200, {**reply.headers, "ETag": tag})

    def page(self, ask: Ask, items: list[Any], *, size: str = "per_page", default: int = 30,
             most: int = 100) -> tuple[list[Any], dict[str, str]]:
        """One page of a list by `page` and `size`, and the Link header to the next."""
        each = max(1, min(ask.whole(size, default), most))
        number = max(1, ask.whole("page", 1))
        shown = items[(number - 1) * each: number * each]
        if number * each >= len(items):
            return shown, {}
        query = {**{name: values[0] for name, values in ask.query.items()},
                 "page": str(number + 1)}
        words = "&".join(f"{name}={value}" for name, value in query.items())
        return shown, {"Link": f'<{self.address}{ask.path}?{words}>; rel="next"'}


def spoiled(value: Any) -> Any:
    """The same JSON with every value of another type; lists of objects keep their shape."""
    if isinstance(value, list):
        return [spoiled(one) for one in value] if value else {"none": 0}
    if isinstance(value, dict):
        lists = {name for name, inner in value.items() if isinstance(inner, list) and inner}
        return {
            name: spoiled(inner) if name in lists or (isinstance(inner, dict) and inner)
            else _other(inner)
            for name, inner in value.items()
        }
    return _other(value)


def _other(value: Any) -> Any:
    if isinstance(value, str):
        return {"text": 1}
    if isinstance(value, bool):
        return "perhaps"
    if isinstance(value, int | float):
        return ["many"]
    return 7 if isinstance(value, list | dict) else {"nothing": 0}


def _names(kind: type) -> list[str]:
    """Methods in the order they were written, a subclass's before its parents'."""
    return list(dict.fromkeys(name for one in kind.__mro__ for name in vars(one)))


def _routes_of(kind: type, name: str) -> list[tuple[str, re.Pattern[str]]]:
    return list(getattr(getattr(kind, name, None), "routes", ()))


class _TcpServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is what some tests do."""


class _UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    server_name, server_port = "localhost", 0

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is what some tests do."""


def _handler_for(fake: FakeServer) -> type[BaseHTTPRequestHandler]:
    class OneRequest(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = False

        def log_message(self, *_: object) -> None:
            pass

        def address_string(self) -> str:
            return "client"

        def _any(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            ask = Ask(self.command, parts.path, parse_qs(parts.query, keep_blank_values=True),
                      self.headers, body, {}, self.path)
            reply = fake.reply(ask)
            if fake.broken == "stalled":
                fake._stop.wait(60)
                self.close_connection = True
                return
            if fake.broken == "dropped":
                self._drop()
                return
            self._send(reply, cut=fake.broken == "cut off")

        def _send(self, reply: Reply, *, cut: bool) -> None:
            data = b"" if reply.status in (204, 304) else reply.data()
            headers = {
                "Date": self.date_time_string(),
                "Content-Type": "application/json" if reply.is_json else "text/plain",
                **fake.headers(), **reply.headers,
            }
            self.send_response_only(reply.status)
            for name, value in headers.items():
                self.send_header(name, value)
            if reply.status not in (204, 304):
                self.send_header("Content-Length", str(len(data) + (1000 if cut else 0)))
            self.end_headers()
            self.wfile.write(data[: len(data) // 2] if cut else data)
            self.wfile.flush()
            if cut:
                self._drop()

        def _drop(self) -> None:
            self.close_connection = True
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _any  # noqa: N815

    return OneRequest
