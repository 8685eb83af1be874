"""The journal's lines and the chain that makes a changed line visible."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64
"""What the first line names as its predecessor."""

TORN = "journal.torn"
"""The verb of the line that follows a torn one; `before` is the torn line's digest."""

_CUT = "\n"
"""Stands at the end of an unfinished line; no whole line can contain it."""


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
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise ValueError("it is no journal line") from error


def digest_of_text(text: str) -> str:
    """SHA-256 of a line as it stands, in hex; names a line that can't be parsed."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the chain is broken and how."""

    line: int
    """Counts from 1."""
    text: str


@dataclass(frozen=True, slots=True)
class Audit:
    """What checking a whole journal found."""

    lines: int
    """Lines that were checked, the faulty one included."""
    head: str
    """Hash of the last good line. Kept elsewhere, it also proves that no line is missing at
    the end, which the chain alone can't."""
    fault: Fault | None = None
    torn: tuple[int, ...] = ()
    """Lines that a crash cut short and that the line after them owns up to."""


def verify(lines: Iterable[str]) -> Audit:
    """Follow the chain until its end or its first fault.

    `lines` are without their line ends, undecodable bytes as surrogate escapes; a last line
    that was cut short comes with the mark of `unfinished`. A cut line is no fault if the next
    line is a `journal.torn` entry that carries its digest: that is what the writer leaves
    after a crash.
    """
    previous, count = GENESIS, 0
    pending: tuple[str, Fault] | None = None
    torn: list[int] = []
    for count, text in enumerate(lines, 1):
        try:
            entry = _whole(text)
        except ValueError as error:
            if pending:
                break
            pending = (text, Fault(count, str(error)))
            continue
        if pending:
            if entry.what != TORN or entry.before != digest_of_text(pending[0]):
                break
            torn.append(pending[1].line)
            pending = None
        if reason := _broken(entry, text, count, previous):
            return Audit(count, previous, Fault(count, reason), tuple(torn))
        previous = entry.hash
    if pending:
        return Audit(pending[1].line, previous, pending[1], tuple(torn))
    return Audit(count, previous, None, tuple(torn))


def unfinished(text: str) -> str:
    """Mark the text of a last line that has no line end: it was cut short."""
    return text + _CUT


def _whole(text: str) -> Entry:
    if text.endswith(_CUT):
        raise ValueError("the line was cut short while it was written, by a crash or a full disk")
    return parse(text)


def _broken(entry: Entry, text: str, count: int, previous: str) -> str:
    """Why this line does not continue the chain, or empty."""
    if line(entry) != text:
        return "the line was changed after it was written"
    if entry.number != count:
        return f"the line carries number {entry.number}: lines were removed or added"
    if entry.previous != previous:
        return "the line before it was changed, removed or added"
    return ""
