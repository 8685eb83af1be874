"""What a server answered before, so that it need not say it again (RFC 9110, section 13)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from opstui.backends.ci.web.wire import Raw

MOST_ANSWERS = 64
LARGEST = 4 << 20
"""Bytes of a body that is still kept."""
FOR_ALL = ("link", "content-type", "location")
"""Headers that a 304 leaves out and that belong to the body."""


@dataclass(frozen=True, slots=True)
class Known:
    """An answer from before, or nothing."""

    conditions: Mapping[str, str]
    """The request headers that ask for news only."""
    headers: Mapping[str, str]
    body: bytes | None

    def refreshed(self, raw: Raw) -> Raw:
        """The remembered body as the answer to a 304, with the new headers."""
        import httpx  # for headers whose case does not matter

        kept = {name: self.headers[name] for name in FOR_ALL if name in self.headers}
        return Raw(200, httpx.Headers({**kept, **raw.headers}), self.body or b"")


_NOTHING = Known({}, {}, None)


class Memory:
    """The last answers of one server, by address."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Known] = OrderedDict()

    def of(self, url: str) -> Known:
        """What is known of an address."""
        found = self._known.get(url, _NOTHING)
        if found.body is not None:
            self._known.move_to_end(url)
        return found

    def keep(self, url: str, raw: Raw) -> None:
        """Remember an answer that can be asked about later."""
        conditions: dict[str, str] = {}
        if etag := raw.headers.get("etag"):
            conditions["If-None-Match"] = etag
        elif modified := raw.headers.get("last-modified"):
            conditions["If-Modified-Since"] = modified
        self._known.pop(url, None)
        if conditions and len(raw.body) <= LARGEST:
            self._known[url] = Known(conditions, raw.headers, raw.body)
        while len(self._known) > MOST_ANSWERS:
            self._known.popitem(last=False)

    def forget(self) -> None:
        """Something was changed: ask for all of it anew."""
        self._known.clear()
