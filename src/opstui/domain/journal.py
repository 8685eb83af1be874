"""The journal's lines and the chain that makes a changed line visible."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64
"""What the first line names as its predecessor."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal: who did what to which thing, before and after, and how it ended."""

    number: int
    """1 for the first line."""
    at: str
    """UTC, RFC 3339 with milliseconds."""
    who: str
    """user@host, and the SSH client's address where there is one."""
    what: str
    """A dotted verb such as `model.promote` or `branch.delete`."""
    object: str
    """The thing's name, such as `churn`."""
    place: str
    """Where it lives, without secrets."""
    phase: str
    """`intent` before acting, `result` after; both share `act`."""
    act: str
    """Id of the action that the intent and the result belong to."""
    before: str
    after: str
    evidence: tuple[tuple[str, str], ...]
    result: str
    """Empty for an intent; else done, refused, failed, lost, unsure and a sentence."""
    previous: str
    """Hash of the line before."""
    hash: str = ""

    @property
    def key(self) -> str:
        """Identity for lists."""
        return str(self.number)

    def body(self) -> dict[str, Any]:
        """Everything but the hash, in the order it is written."""
        return {
            "number": self.number, "at": self.at, "who": self.who, "what": self.what,
            "object": self.object, "place": self.place, "phase": self.phase, "act": self.act,
            "before": self.before, "after": self.after, "evidence": dict(self.evidence),
            "result": self.result, "previous": self.previous,
        }


def digest(entry: Entry) -> str:
    """SHA-256 over the line's canonical JSON without its own hash, in hex."""
    text = json.dumps(entry.body(), ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def line(entry: Entry) -> str:
    """The line as it stands in the file, without the line's end."""
    return json.dumps({**entry.body(), "hash": digest(entry)}, ensure_ascii=False)


def parse(text: str) -> Entry:
    """The entry of one line; raises ValueError where it is not one."""
    try:
        data = json.loads(text)
        return Entry(
            number=int(data["number"]), at=str(data["at"]), who=str(data["who"]),
            what=str(data["what"]), object=str(data["object"]), place=str(data["place"]),
            phase=str(data["phase"]), act=str(data["act"]), before=str(data["before"]),
            after=str(data["after"]),
            evidence=tuple((str(k), str(v)) for k, v in data["evidence"].items()),
            result=str(data["result"]), previous=str(data["previous"]), hash=str(data["hash"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a journal line: {error!r}") from error


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the chain is broken and how."""

    line: int
    """Counts from 1."""
    text: str


def verify(lines: Iterable[str]) -> Fault | None:
    """The first fault of the chain, or None when every line is as it was written."""
    previous = GENESIS
    for count, text in enumerate(lines, 1):
        try:
            entry = parse(text)
        except ValueError as error:
            return Fault(count, str(error))
        if line(entry) != text:
            return Fault(count, "the line was changed after it was written")
        if entry.number != count:
            return Fault(count, f"line {count} carries number {entry.number}: lines are missing")
        if entry.previous != previous:
            return Fault(count, "the line before it was changed, removed or added")
        previous = entry.hash
    return None
