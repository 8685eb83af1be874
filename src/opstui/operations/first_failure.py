"""From a red run to the lines that tell what failed: server's word first, then the log's."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

from opstui.backends.ci_protocols import CiServer
from opstui.domain.ci import Capability, CiJob, CiRun, Failure
from opstui.domain.ci_target import Target, failing_job, failing_step
from opstui.domain.errors import OpstuiError
from opstui.domain.failing_lines import (
    ErrorLines,
    Part,
    around,
    failing_part,
    failing_tests,
    first_failing,
    sentence,
    telling,
)
from opstui.domain.log_search import LogSearch
from opstui.domain.log_text import LogText
from opstui.domain.needle import Needle

CHUNK = 1 << 22
"""Bytes that are asked for at once."""
AT_ONCE = 1 << 18
"""Bytes whose lines are looked for before the next key is."""
MOST_READ = 16_000_000
"""Bytes of a failing step that are read for the names of tests."""
LEAST = 6
"""Characters that a server's word must have to be looked for in the log."""


@dataclass(frozen=True, slots=True)
class FirstFailure:
    """What failed first, and where its log says so."""

    target: Target
    """The job or step whose log this is."""
    named: Target
    """The same, with the step that failed."""
    sentence: str
    """What failed, in one line."""
    text: LogText
    line: int | None = None
    """The line to look at; None where no line tells."""
    part: Part = field(default_factory=lambda: Part(0, 0))
    """The failing step's own lines."""
    tests: tuple[str, ...] = ()
    """Names of the tests that failed, as the server or the log tells them."""
    problem: str = ""
    """Why the log could not be read; empty when it was."""

    @property
    def excerpt(self) -> Part:
        """The lines to show of it."""
        return around(self.line, self.part)


async def first_failure(
    server: CiServer, run: CiRun, job: CiJob | None = None, *, tail: int | None = None
) -> FirstFailure:
    """Find it. With `tail` only that many bytes of the log's end are read."""
    if job is None and Capability.JOBS in server.capabilities:
        job = failing_job(await server.jobs(run))
    target = Target(run, job, failing_step(job.steps if job is not None else run.steps))
    if target.asked is None:
        # the step's neighbours are worth scrolling to, so its job's log is read
        target, step = replace(target, step=None), target.step
    else:
        step = target.step
    problem = ""
    try:
        failures = await server.failures(run, job)
    except OpstuiError as error:
        failures, problem = (), str(error)
    text, base = LogText(), 0
    try:
        text, base = await read(server, target, tail)
        if not len(text) and target.step is not None:  # its output stands with its job's
            target = replace(target, step=None)
            text, base = await read(server, target, tail)
    except OpstuiError as error:
        problem = str(error)
    named = replace(target, step=step)
    part = Part(0, len(text)) if target.step is not None else _part(text, base, named)
    lines = ErrorLines(text, part)
    line = await _line(text, part, failures, lines)
    tests = tuple(dict.fromkeys(one.where or one.text for one in failures if one.test))
    if not tests and text.span(part.start, part.stop) < MOST_READ:
        await _look(lines, all_of_it=True)
        tests = failing_tests(text, lines)
    return FirstFailure(
        target=target, named=named, sentence=_sentence(named, failures, text, line), text=text,
        line=line, part=part, tests=tests, problem=problem,
    )


async def read(
    server: CiServer, target: Target, tail: int | None = None
) -> tuple[LogText, int]:
    """A log as it is by now, and how many bytes before it were left out."""
    text = LogText()
    if Capability.LOG not in server.capabilities:
        raise OpstuiError(server.why_not(Capability.LOG), where=server.where)
    if not target.status.finished and Capability.FOLLOW not in server.capabilities:
        raise OpstuiError(server.why_not(Capability.FOLLOW), where=server.where)
    offset = -tail if tail is not None else 0
    base = 0
    while True:
        chunk = await server.log(
            target.run, offset, tail or CHUNK, job=target.job, step=target.asked
        )
        if offset < 0:
            base = chunk.offset - len(chunk.data)
        for start in range(0, len(chunk.data), AT_ONCE):
            text.append(chunk.data[start : start + AT_ONCE])
            await asyncio.sleep(0)
        offset = chunk.offset
        if chunk.complete or not chunk.data:
            return text, base


async def whole(server: CiServer, target: Target) -> LogText:
    """All of a log that there is by now."""
    return (await read(server, target))[0]


def _part(text: LogText, base: int, target: Target) -> Part:
    """The failing step's own lines."""
    step = target.step
    if step is None:
        return Part(0, len(text))
    if target.timed or step.id:
        return failing_part(text, step.started, step.finished)
    start, stop = target.stretch
    first = text.at(max(0, start - base)) if start > base else 0
    last = text.at(stop - base) if stop is not None and stop > base else len(text)
    return Part(first, last) if first < last else Part(0, len(text))


async def _line(
    text: LogText, part: Part, failures: tuple[Failure, ...], lines: ErrorLines
) -> int | None:
    """Where the log has what the server says failed; else the first line that tells."""
    for failure in failures:
        for words in (failure.text.strip().partition("\n")[0], failure.where):
            if len(words) >= LEAST and telling(words.encode()) != 1:
                line = await _found(text, part, words)
                if line is not None:
                    return line
    await _look(lines, all_of_it=False)
    return first_failing(lines)


async def _look(lines: ErrorLines, *, all_of_it: bool) -> None:
    """Look for failing lines beside the keys, up to the first that says what failed."""
    more = True
    while more and (all_of_it or lines.strong is None):
        more = lines.step()
        await asyncio.sleep(0)


async def _found(text: LogText, part: Part, words: str) -> int | None:
    search = LogSearch(text, Needle(words), stamps=False)
    more = True
    while more:
        more = search.step()
        inside = next((n for n in search.found if part.start <= n < part.stop), None)
        if inside is not None or search.scanned >= part.stop:
            return inside
        await asyncio.sleep(0)
    return None


def _sentence(
    target: Target, failures: tuple[Failure, ...], text: LogText, line: int | None
) -> str:
    """The server's word, the log's, or the reason it gives for the end."""
    for failure in failures:
        said = failure.text.strip().partition("\n")[0]
        if said and telling(said.encode()) != 1:
            return f"{failure.where}: {said}" if failure.where not in ("", said) else said
    if line is not None:
        return sentence(text, line)
    if failures:
        return failures[0].text.strip().partition("\n")[0]
    step = target.step
    if step is not None and step.exit_code:
        return f"exit {step.exit_code} in step {step.name}"
    return (target.job.reason if target.job is not None else "") or target.run.reason or \
        target.status.word
