"""The one door to a CI server on the web: asks, remembers, waits, records, explains.

Redirects: RFC 9110 section 15.4. A secret goes to the server's own origin (scheme, host and
port) and nowhere else.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from opstui.backends.ci.web.address import (
    Query,
    bare,
    checked_base,
    joined,
    next_page,
    on_origin_of,
    same_origin,
    target,
)
from opstui.backends.ci.web.answer import Answer, Text
from opstui.backends.ci.web.attempt import Attempts
from opstui.backends.ci.web.curl import Fields, curl
from opstui.backends.ci.web.limits import Limits
from opstui.backends.ci.web.login import Login
from opstui.backends.ci.web.memory import Memory
from opstui.backends.ci.web.refusals import RefusalError, elsewhere, limited, refused
from opstui.backends.ci.web.wire import Parcel, Raw
from opstui.backends.json_object import Json, not_json
from opstui.domain.errors import OpstuiError, WriteUnconfirmed

if TYPE_CHECKING:
    import httpx

    from opstui.backends.protocols import CallLog

MOST_HOPS = 5
MOST_PAGES = 200
"""Pages of one list; a server that always names another one is stopped here."""
MOVED = (301, 302, 303, 307, 308)
LOG_PATIENCE = 8
"""A log may take so many times as long as an answer."""


class Door:
    """One server. Reading is tried twice on a lost connection, writing is sent once, ever."""

    def __init__(
        self, base: str, login: Login, calls: CallLog, *, name: str, product: str,
        headers: Mapping[str, str] = {}, one_at_a_time: bool = False,
        transport: httpx.AsyncBaseTransport | None = None, seconds: float = 15.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Nothing is opened yet.

        base:     such as `https://ci.example.org/api/v4`.
        name:     of the server in the list; product: `GitHub`, for sentences.
        headers:  sent with everything, to this server only.
        seconds:  to wait for an answer.
        """
        self.base = checked_base(base)
        self.login = login
        self.product = product
        self._headers = dict(headers)
        self._one_at_a_time = asyncio.Lock() if one_at_a_time else None
        self._limits = Limits(clock)
        self._memory = Memory()
        self._attempts = Attempts(self.base, product, name, calls, transport, seconds)
        self._again = partial(
            Door, self.base, calls=calls, name=name, product=product, headers=headers,
            one_at_a_time=one_at_a_time, transport=transport, seconds=seconds, clock=clock,
        )

    def with_login(self, login: Login) -> Door:
        """Another door to the same server, for who comes with something else in hand."""
        return self._again(login=login)

    async def get(self, path: str, query: Query | None = None) -> Answer:
        """Ask for something; what did not change comes from memory.

        Follows redirects on the same server. Raises RefusalError for a no, OpstuiError for the
        rest.
        """
        url = joined(self.base, path, query)
        for _ in range(MOST_HOPS):
            known = self._memory.of(url)
            headers = {"Accept": "application/json", **self._headers, **known.conditions}
            raw = await self._ask(Parcel("GET", self._own(url), headers))
            if raw.status == 304 and known.body is not None:
                return self._answer(url, known.refreshed(raw))
            if raw.status in MOVED:
                url = self._own(target(url, raw.headers.get("location", "")))
                continue
            if not 200 <= raw.status < 300:
                raise self._refusal(url, raw)
            self._memory.keep(url, raw)
            return self._answer(url, raw)
        raise OpstuiError(f"{self.product} sends in circles", where=self.base)

    async def pages(
        self, path: str, query: Query | None = None, *, limit: int, under: str = ""
    ) -> list[Json]:
        """The objects of a list that comes in pages, at most `limit`.

        under: the list's name, where the answer is an object. The next page is what the Link
        header names, on the same server only.
        """
        found: list[Json] = []
        url, seen = joined(self.base, path, query), set[str]()
        while url and len(found) < limit and len(seen) < MOST_PAGES:
            if url in seen:
                raise not_json(self.product, "its pages go in circles", self.base)
            seen.add(url)
            answer = await self.get(url)
            page = list(answer.json().objects(under)) if under else answer.items()
            found += page
            following = next_page(answer.headers.get("link", ""), answer.url) if page else ""
            url = on_origin_of(self.base, following)
        return found[:limit]

    async def send(
        self, method: str, path: str, body: Fields | None = None, *,
        form: Fields | None = None, hide: Collection[str] = (),
    ) -> Answer:
        """Change something; sent once, ever.

        hide: names of fields whose values are not to be recorded; names that sound secret are
        hidden anyway. Raises WriteUnconfirmed when it was sent and no answer came back. A 301,
        302 or 303 that stays on this server is an answer too, for its `location`.
        """
        url = self._own(joined(self.base, path))
        content, headers = None, {"Accept": "application/json", **self._headers}
        if body is not None:
            content, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        if form is not None:
            content = urlencode(form, doseq=True).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        raw = await self._ask(
            Parcel(method, url, headers, content), writes=True,
            command=curl(self.login, method, url, body, form, hide),
        )
        if raw.status in MOVED:
            there = self._own(target(url, raw.headers.get("location", "")))
            if raw.status in (307, 308):
                raise elsewhere(self.product, self.base, bare(there))
        elif not 200 <= raw.status < 300:
            error = self._refusal(url, raw)
            if raw.status in (502, 503, 504):
                # A gateway that gave up says nothing about what the server behind it still does.
                raise WriteUnconfirmed(error.what, where=error.where, hint=error.hint) from error
            raise error
        self._memory.forget()
        return self._answer(url, raw)

    async def text(
        self, path: str, query: Query | None = None, *, start: int | None = None,
        most: int = 64 << 20,
    ) -> Text:
        """A log. Follows redirects, to other hosts without the login and without headers.

        start: offset of the first byte that is wanted; servers may send all the same.
        most:  bytes to read.
        """
        url, ours = joined(self.base, path, query), True
        if not same_origin(url, self.base):
            raise elsewhere(self.product, self.base, bare(url))
        wish = {"Accept": "text/plain, */*"}
        if start is not None:
            wish["Range"] = f"bytes={start}-"
            wish["Accept-Encoding"] = "identity"
        for _ in range(MOST_HOPS):
            headers = {**wish, **self._headers, "Accept": wish["Accept"]} if ours else wish
            parcel = Parcel("GET", url, headers, most=most, whole=False)
            raw = await self._ask(parcel, ours=ours, patience=LOG_PATIENCE)
            if raw.status in MOVED:
                there = target(url, raw.headers.get("location", ""))
                # Once it left this server, no secret is sent any more, even if it comes back.
                ours = ours and same_origin(there, self.base)
                if not there.startswith("https://" if url.startswith("https://") else "http"):
                    raise elsewhere(self.product, self.base, bare(there))
                url = there
                continue
            if raw.status == 416 and start is not None:
                return Text(b"", start, _total(raw), raw.headers)
            if not 200 <= raw.status < 300:
                raise self._refusal(url, raw, ours=ours)
            return _text(raw, start)
        raise OpstuiError(f"{self.product} sends in circles", where=self.base)

    async def lines(self, path: str, *, quiet: float) -> AsyncGenerator[str, None]:
        """The lines of an answer that goes on and on, as they come.

        Ends when the server ends it, or after `quiet` seconds without a byte. Raises OpstuiError
        where there is no such thing, or the server can't be reached.
        """
        headers = {"Accept": "text/event-stream", **self._headers}
        parcel = Parcel("GET", self._own(joined(self.base, path)), headers)
        async with aclosing(self._attempts.lines(parcel, self.login, quiet=quiet)) as lines:
            async for line in lines:
                yield line

    def rest(self) -> float:
        """Seconds to leave the server alone; infinite after a refused login, until `forgive`."""
        return self._limits.rest()

    def note(self) -> str:
        """What a person should know: a refused login, a small budget; empty when all is well."""
        limits, until = self._limits, self._limits.until()
        if limits.refused:
            return f"the login from {self.login.source} was refused"
        if limits.held():
            return f"left alone until {until}, as {self.product} asked" if until else ""
        if limits.low or (not self.login.known and limits.limit):
            when = f" until {until}" if until else ""
            return f"{self.login.source}: {limits.left} of {limits.limit} requests left{when}"
        return ""

    def forgive(self) -> None:
        """The person wants it tried again: past failures no longer count, limits still do."""
        self._limits.forgive()

    async def close(self) -> None:
        """Close the connections; the next request opens new ones."""
        await self._attempts.close()

    async def _ask(
        self, parcel: Parcel, *, writes: bool = False, ours: bool = True, patience: int = 2,
        command: str = "",
    ) -> Raw:
        """Send it once the server may be asked, and take note of how it went."""
        login = self.login if ours else None
        if ours and self._limits.held():
            raise OpstuiError(
                f"{self.product} asked to be left alone until {self._limits.until()}",
                where=self.base, hint="it is asked again by itself then",
            )
        queue: AbstractAsyncContextManager[object] = nullcontext()
        if ours and self._one_at_a_time is not None:
            queue = self._one_at_a_time
        async with queue:
            try:
                raw = await self._attempts.send(
                    parcel, login, writes=writes, patience=patience, command=command,
                )
            except OpstuiError:
                self._limits.failed()
                raise
        if ours:
            self._limits.heard(
                raw.status, raw.headers, limited=limited(raw.status, raw.headers, raw.body)
            )
        return raw

    def _own(self, url: str) -> str:
        """The address, if it is on this server: a login is for no other."""
        if not same_origin(url, self.base):
            raise elsewhere(self.product, self.base, bare(url))
        return url

    def _answer(self, url: str, raw: Raw) -> Answer:
        return Answer(raw.status, raw.headers, raw.body, url, self.base, self.product)

    def _refusal(self, url: str, raw: Raw, *, ours: bool = True) -> RefusalError:
        path = bare(url).removeprefix(self.base) if ours else bare(url)
        return refused(
            self.product, self.login, self.base, path, raw.status, raw.headers, raw.body,
            self._limits.until(),
        )


def _total(raw: Raw) -> int | None:
    """The whole length, from Content-Range (`bytes 0-9/100`, `bytes */100`)."""
    text = raw.headers.get("content-range", "").rpartition("/")[2]
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _text(raw: Raw, start: int | None) -> Text:
    if raw.status == 206:
        began = raw.headers.get("content-range", "").partition(" ")[2].partition("-")[0]
        first = int(began) if began.isascii() and began.isdecimal() else start or 0
        return Text(raw.body, first, _total(raw), raw.headers, raw.cut)
    return Text(raw.body, 0, None if raw.cut else len(raw.body), raw.headers, raw.cut)
