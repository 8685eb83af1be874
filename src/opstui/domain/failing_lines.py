"""Which lines of a log tell what failed.

The list is that of programs people run in CI: runners' own markers, test runners, compilers,
package managers, shells. A line that only says that something failed ("exit code 1") counts less
than one that says what.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass
from datetime import datetime

from opstui.domain.log_line import moment, pieces, searchable
from opstui.domain.log_text import LogText

SLICE = 1 << 15
"""Bytes that are looked at in one go."""
BEFORE = 8
"""Lines before the failing one that belong to it in an excerpt."""
AFTER = 20
LONGEST_TRACEBACK = 200
"""Lines of a traceback that are looked through for its end."""
TAIL = 40
"""Lines of the end that are shown where no line tells what failed."""

STRONG = re.compile(
    rb"^\s*(?:"
    rb"E {3,}\S"  # pytest
    rb"|Traceback \(most recent call last\)"
    rb"|(?:FAILED|ERROR) \S+(?:::| - )"  # pytest's summary
    rb"|(?:FAIL|ERROR): \S"  # unittest
    rb"|--- FAIL: "  # go
    rb"|FAIL\s+\S|\xe2\x9c\x97 |\xe2\x97\x8f .+ \xe2\x80\xba "  # jest, bats
    rb"|not ok \d"  # TAP
    rb"|panic: |fatal: |Fatal error|FATAL"
    rb"|npm (?:ERR!|error) "
    rb"|error(?:\[E\d+\])?: \S|Error: |ERROR(?::| in )\s*\S"
    rb"|(?:[\w.]+\.)?\w+(?:Error|Exception): "
    rb"|AssertionError\b"
    rb"|\[ERROR\] |Error response from daemon"
    rb"|thread '.*' panicked at|test \S+ \.\.\. FAILED"
    rb"|Segmentation fault|Killed$|Aborted\b"
    rb")"
    rb"|^\S+:\d+(?::\d+)?: (?:fatal )?error\b"  # compilers
    rb"|\berror (?:TS|CS|MSB|C|LNK)\d+: "
    rb"|: (?:command not found|No such file or directory|Permission denied)$"
    rb"|^\S*make(?:\[\d+\])?: \*\*\* "
    rb"|\b\d+ (?:tests? )?(?:failed|failures?)\b(?<!\b0 failed)(?<!\b0 failures)(?<!\b0 failure)",
    re.MULTILINE,
)
WEAK = re.compile(
    rb"^(?:Error: Process completed with exit code [1-9]"  # GitHub's closing line
    rb"|ERROR: Job failed|ERROR: Step failed"  # GitLab's
    rb"|.*\b(?:exit(?:ed)?(?: with)?(?: code| status)?[ :=]+[1-9]\d*\b|returned [1-9]\d*\b)"
    rb"|Build step .* marked build as failure|Finished: FAILURE"
    rb"|npm (?:ERR!|error) (?:code|errno|A complete log))",
    re.MULTILINE,
)
_HINTS = (
    b"E   ", b"Traceback", b"FAIL", b"--- F", b"\xe2\x9c\x97", b"\xe2\x97\x8f", b"not ok", b"panic",
    b"fatal", b"Fatal", b"FATAL", b"npm ", b"rror", b"ERROR", b"Exception", b"Segm", b"Killed",
    b"Abort", b"not found", b"No such", b"denied", b"***", b"failed", b"failure", b"exit",
    b"returned",
)
"""One of them is in every line that matches: they are found quicker than the patterns."""
_NO_STRENGTH = re.compile(
    rb"^\s*(?:ERROR: (?:Job|Step) failed|Error: Process completed with exit"
    rb"|npm (?:ERR!|error) (?:code|errno|A ))"
)
_PYTEST = re.compile(r"^E {3,}")
_TEST = re.compile(
    r"^(?:FAILED|ERROR) (\S+::\S.*?)(?: - .*)?$"  # pytest
    r"|^(?:FAIL|ERROR): (\w+ \([\w.]+\))"  # unittest
    r"|^\s*--- FAIL: (\S+)"  # go
    r"|^\s*● (.+ › .+)$"  # jest
    r"|^not ok \d+ (?:- )?(.+)$"  # TAP
    r"|^test (\S+) \.\.\. FAILED$"  # cargo
)
MOST_TESTS = 200


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a log's lines, from `start` up to before `stop`."""

    start: int
    stop: int


def telling(line: bytes) -> int:
    """How much a cleaned line tells of a failure: 2 what failed, 1 only that it did, 0 nothing."""
    if not any(hint in line for hint in _HINTS):
        return 0
    if STRONG.search(line) and not _NO_STRENGTH.search(line):
        return 2
    return 1 if WEAK.search(line) else 0


class ErrorLines:
    """All lines of a log that tell of a failure, found piece by piece."""

    def __init__(self, text: LogText, part: Part | None = None) -> None:
        """part: where to look, up to its first `##[error]`; None for all of the log."""
        self._text = text
        self._next = part.start if part else 0
        self._stop = part.stop if part else None
        self.found: array[int] = array("Q")
        """Their numbers as they are kept, in order."""
        self.strong: int | None = None
        """The first that says what failed."""

    def step(self) -> bool:
        """Look at a few milliseconds' worth of lines; False when there is nothing left."""
        text = self._text
        end = len(text) if self._stop is None else min(self._stop, len(text))
        if self._next >= end:
            return False
        first = self._next
        _, block, self._next = text.block(first, SLICE)
        self._next = min(self._next, end)
        if any(hint in block for hint in _HINTS):
            for n in range(first, self._next):
                raw = text.raw(n)
                strength = telling(searchable(raw, stamped=text.stamped, stamps=False))
                if self._stop is not None and b"##[error]" in raw:
                    end = self._stop = self._next = n + 1
                    strength = strength or 1
                if strength:
                    self.found.append(n)
                    if strength == 2 and self.strong is None:
                        self.strong = n
                if self._next <= n + 1:
                    break
        return self._next < end

    @property
    def scanned(self) -> int:
        """Lines looked at by now."""
        return self._next

    def dropped(self, count: int) -> None:
        """The text lost lines at its beginning."""
        self._next = max(0, self._next - count)
        self.found = array("Q", (n - count for n in self.found if n >= count))


def first_failing(lines: ErrorLines) -> int | None:
    """The line to begin with: the first that says what failed, else that something did."""
    if lines.strong is not None:
        return lines.strong
    return lines.found[0] if lines.found else None


def failing_part(text: LogText, began: datetime | None, ended: datetime | None) -> Part:
    """The lines of a step of which only the times are known, from the lines' stamps.

    Everything where there are no stamps. Servers tell whole seconds, so the step's last second
    belongs to it.
    """
    everything = Part(0, len(text))
    if not text.stamped or began is None:
        return everything
    start = _first_at(text, began)
    stop = len(text)
    if ended is not None:
        stop = _first_at(text, ended.replace(microsecond=999_999))
    return Part(start, stop) if start < stop else everything


def _first_at(text: LogText, time: datetime) -> int:
    """The first line that was written at a time or later; stamps grow."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high) // 2
        at = middle
        while at < high and (written := moment(text.raw(at))) is None:
            at += 1
        if at == high or written is None or written >= time:
            high = middle
        else:
            low = at + 1
    return low


def sentence(text: LogText, line: int) -> str:
    """What failed, as the log says it: of a Python traceback its last line."""
    said = _read(text, line)
    if said.startswith("Traceback ("):
        for n in range(line + 1, min(line + LONGEST_TRACEBACK, len(text))):
            if (later := _read(text, n)) and not later[0].isspace():
                return later.strip()
    return _PYTEST.sub("", said).strip()


def failing_tests(text: LogText, lines: ErrorLines) -> tuple[str, ...]:
    """The names of failing tests that test runners wrote into those lines."""
    names: dict[str, None] = {}
    for n in lines.found:
        match = _TEST.match(_read(text, n))
        if match is not None and len(names) < MOST_TESTS:
            names[next(one for one in match.groups() if one is not None)] = None
    return tuple(names)


def _read(text: LogText, n: int) -> str:
    shown = pieces(text.raw(n), stamped=text.stamped, stamps=False)
    return "".join(part for part, _ in shown)


def around(line: int | None, part: Part) -> Part:
    """The excerpt around a line, or the end of the part."""
    if line is None:
        return Part(max(part.start, part.stop - TAIL), part.stop)
    return Part(max(part.start, line - BEFORE), min(part.stop, line + AFTER + 1))
