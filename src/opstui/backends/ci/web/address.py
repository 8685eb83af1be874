"""Addresses: whether two are the same server, and how they are shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlencode, urljoin, urlsplit, urlunsplit

from opstui.domain.errors import OpstuiError

Query = Mapping[str, str | int | tuple[str, ...]]
"""Names and values; a tuple stands for a name that is given several times."""

_PORTS = {"http": 80, "https": 443}


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port: a secret for one origin is for no other.

    Raises ValueError for what is no http address.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("not an http address")
    return parts.scheme, parts.hostname.lower().rstrip("."), parts.port or _PORTS[parts.scheme]


def same_origin(one: str, other: str) -> bool:
    """Whether both addresses are the same server."""
    try:
        return origin(one) == origin(other)
    except ValueError:
        return False


def bare(url: str) -> str:
    """The address without user name, password, query and fragment, for people and logs."""
    try:
        parts = urlsplit(url)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
    except ValueError:
        return url.partition("?")[0].rpartition("@")[2]


def checked_base(url: str) -> str:
    """A server's base address without credentials and final slash.

    Raises OpstuiError for what is no http address.
    """
    try:
        origin(url)
    except ValueError as error:
        raise OpstuiError(
            "this CI server's address can't be used", where=bare(url),
            hint="it looks like https://ci.example.org",
        ) from error
    return bare(url).rstrip("/")


def joined(base: str, path: str, query: Query | None = None) -> str:
    """The full address of a path below `base`, or of an absolute address.

    The path's own percent signs stay as they are: Jenkins' branches need `%252F`.
    """
    url = path if "://" in path.partition("?")[0] else base + path
    url = url.partition("#")[0]
    if query:
        pairs = [
            (name, one) for name, value in query.items()
            for one in (value if isinstance(value, tuple) else (value,))
        ]
        url += ("&" if "?" in url else "?") + urlencode(pairs, quote_via=quote)
    return url


def target(url: str, location: str) -> str:
    """Where a redirect from `url` leads."""
    try:
        return urljoin(url, location)
    except ValueError:
        return ""


def on_origin_of(base: str, url: str) -> str:
    """The address with the scheme and port of `base`, if it is the same host.

    Behind a proxy servers name themselves with another scheme or port in their own links.
    """
    try:
        mine, other = urlsplit(base), urlsplit(url)
        if mine.hostname and mine.hostname == other.hostname:
            return urlunsplit((mine.scheme, mine.netloc, other.path, other.query, ""))
    except ValueError:
        pass
    return url


def next_page(link: str, url: str) -> str:
    """The address of `rel="next"` in a Link header (RFC 8288); empty when there is none."""
    for address, parameters in re.findall(r"<([^>]*)>([^<]*)", link):
        if re.search(r";\s*rel\s*=\s*\"?([^\";]*\s)?next[\s\";,]", parameters.lower() + ";"):
            return target(url, address)
    return ""
