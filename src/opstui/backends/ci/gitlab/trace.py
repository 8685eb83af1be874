"""A GitLab job's trace as plain lines, and its sections as steps.

The runner writes marks into the trace: `\\e[0Ksection_start:SECONDS:NAME[OPTIONS]\\r\\e[0K` and
`section_end`. With FF_TIMESTAMPS each line begins with a time, a stream number in hex, `O` or `E`,
and a space, or a `+` where it goes on from the line before
(https://docs.gitlab.com/ci/jobs/job_logs/, GitLab's lib/gitlab/ci/trace/stream.rb). Here the marks
are taken out, streams and continuations are folded away, and the time stays in front of the line
in the form that other servers use. What was given once never changes, so byte offsets into it hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from opstui.domain.ci import CiStep
from opstui.domain.status import Status

LONGEST = 1 << 20
"""Bytes after which a line without an end is taken as it is."""

_MARK = re.compile(
    rb"(?:\x1b\[0K)?section_(start|end):(\d{1,12}):([\w.+-]{1,200})(?:\[[^\]\r\n]{0,200}\])?\r"
    rb"(?:\x1b\[0K)*"
)
_TIME = rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}Z) [0-9a-f]{2}[OE]"
_STAMP = re.compile(_TIME + rb"([ +])")
_STAMPS = re.compile(rb"^" + _TIME + rb" ", re.MULTILINE)
_GOES_ON = re.compile(rb"^" + _TIME + rb"\+", re.MULTILINE)
_EXIT = re.compile(rb"ERROR: Job failed.{0,80}?exit (?:code|status) (\d{1,5})")
_SCRIPTS = ("step_script", "build_script")
"""The section that runs the job's own script; the second is its name in old runners."""


@dataclass(slots=True)
class Section:
    """A stretch of the trace that has a name."""

    name: str
    start: int
    """Offset in bytes of its first line."""
    started: int
    """Seconds since 1970."""
    end: int | None = None
    ended: int | None = None


class Trace:
    """What one job wrote so far, without the runner's marks."""

    def __init__(self) -> None:
        self.taken = 0
        """Bytes of the server's own trace that were fed."""
        self.text = bytearray()
        self.sections: list[Section] = []
        self.exit_code: int | None = None
        self._rest = b""
        self._end = b""
        """The end of the last line, held back where the next one may go on with it."""

    def feed(self, data: bytes, *, last: bool = False) -> None:
        """Take what the server added; with `last` also a line that has no end."""
        self.taken += len(data)
        whole = self._rest + data
        cut = whole.rfind(b"\n") + 1
        block, self._rest = whole[:cut], whole[cut:]
        at = 0
        for start, end in _special(block):
            self._ordinary(block[at:start])
            self._line(block[start:end - 1], b"\n")
            at = end
        self._ordinary(block[at:])
        if self._rest and (last or len(self._rest) > LONGEST):
            self._line(self._rest, b"")
            self._rest = b""
        if last:
            self.text += self._end
            self._end = b""

    def _ordinary(self, block: bytes) -> None:
        """Whole lines without marks of which none goes on, by the million."""
        if not block:
            return
        self.text += self._end
        self.text += _STAMPS.sub(rb"\1 ", block)
        self._end = b""
        if _STAMP.match(block, block.rfind(b"\n", 0, -1) + 1):
            # The next line may go on here, and what was given once must stay.
            del self.text[-1:]
            self._end = b"\n"
        self._look_for_exit(block)

    def _line(self, raw: bytes, end: bytes) -> None:
        stamp = _STAMP.match(raw)
        body = raw[stamp.end():] if stamp else raw
        # What follows a line of nothing but marks is the first that is seen of that line.
        goes_on = bool(stamp and stamp[2] == b"+" and self._end and not _MARK.match(body))
        if not goes_on:
            self.text += self._end
            self._end = b""
        body, marks = self._unmarked(body)
        if marks and not body.strip():
            return
        if stamp and not goes_on:
            self.text += stamp[1] + b" "
        self.text += body
        if stamp:
            self._end = end
        else:
            self.text += end
        self._look_for_exit(body)

    def _look_for_exit(self, block: bytes) -> None:
        for found in _EXIT.finditer(block):
            self.exit_code = int(found[1])

    def _unmarked(self, body: bytes) -> tuple[bytes, int]:
        """The line without marks, and how many there were; each opens or closes a section."""
        marks = 0
        for mark in _MARK.finditer(body):
            marks += 1
            name, seconds = mark[3].decode("ascii", "replace"), int(mark[2])
            if mark[1] == b"start":
                self.sections.append(Section(name, len(self.text), seconds))
            else:
                self._close(name, seconds)
        return (_MARK.sub(b"", body) if marks else body), marks

    def _close(self, name: str, seconds: int) -> None:
        for section in reversed(self.sections):
            if section.name == name and section.end is None:
                section.end, section.ended = len(self.text), seconds
                return

    def piece(self, step: CiStep) -> tuple[int, int]:
        """Where a section's lines are: from and up to these bytes."""
        for section in self.sections:
            if section.start == step.log_start and section.name == step.name:
                return section.start, len(self.text) if section.end is None else section.end
        return step.log_start, len(self.text)

    def steps(self, job: Status) -> tuple[CiStep, ...]:
        """The sections in their order; of a failed job one is marked as the failed one.

        That is the innermost that was never closed, as `set -e` leaves before the end is written,
        or else the job's script.
        """
        bad = _failed(self.sections) if job in (Status.FAILED, Status.WARNED) else None
        return tuple(self._step(one, job, one is bad) for one in self.sections)

    def _step(self, section: Section, job: Status, bad: bool) -> CiStep:
        if bad:
            status = Status.FAILED
        elif section.end is not None or job.finished:
            status = Status.PASSED
        else:
            status = Status.RUNNING
        return CiStep(
            section.name, status, _when(section.started), _when(section.ended),
            exit_code=self.exit_code if bad else None, log_start=section.start,
        )


def _special(block: bytes) -> list[tuple[int, int]]:
    """Begin and end of the lines that hold a mark, or go on from the line before."""
    starts = {found.start() for found in _GOES_ON.finditer(block)}
    at = block.find(b"section_")
    while at >= 0:
        starts.add(block.rfind(b"\n", 0, at) + 1)
        at = block.find(b"section_", block.find(b"\n", at))
    return [(start, block.find(b"\n", start) + 1) for start in sorted(starts)]


def _failed(sections: Iterable[Section]) -> Section | None:
    script = None
    for section in reversed(list(sections)):
        if section.end is None:
            return section
        if section.name in _SCRIPTS:
            script = script or section
    return script


def _when(seconds: int | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (ValueError, OverflowError, OSError):
        return None
