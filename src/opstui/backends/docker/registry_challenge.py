"""How a registry asks who one is. Source: RFC 9110, section 11; distribution, spec/auth/token."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9._~+-]*)(?:\s+|$)")
_PAIR = re.compile(r'\s*,?\s*([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way of saying who one is."""

    scheme: str
    """In lower case, such as `bearer`."""
    facts: dict[str, str] = field(default_factory=dict)
    """Such as realm, service and scope."""


def challenges(headers: Iterable[str]) -> tuple[Challenge, ...]:
    """Every challenge of the WWW-Authenticate headers, in their order."""
    return tuple(one for header in headers for one in _read(header))


def _read(header: str) -> Iterable[Challenge]:
    at = 0
    while found := _SCHEME.match(header, at):
        at = found.end()
        facts: dict[str, str] = {}
        while pair := _PAIR.match(header, at):
            at = pair.end()
            quoted = pair[2]
            facts[pair[1].lower()] = (
                re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else pair[3]
            )
        yield Challenge(found[1].lower(), facts)
        rest = re.compile(r"\s*,\s*").match(header, at)
        at = rest.end() if rest else at
        if not rest:
            return
