"""What failed first: as an excerpt beside a list, and over everything at its own lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from opstui.backends.ci_protocols import CiServer
from opstui.domain.branch import Branch, Commit
from opstui.domain.ci import CiJob, CiRun
from opstui.domain.ci_state import BROKEN, seen
from opstui.domain.ci_target import Target
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from opstui.domain.words import plural
from opstui.operations.world import World
from opstui.panes import ci_log
from opstui.panes.ci_servers import server_of
from opstui.ui.action import action
from opstui.ui.desk import Desk, Detail
from opstui.ui.paint import Line, Span, glyph, line

if TYPE_CHECKING:
    from opstui.domain.log_text import LogText
    from opstui.operations.first_failure import FirstFailure

TAIL = 1 << 20
"""Bytes of a log's end that an excerpt is looked for in."""
TESTS = 3
"""Names of failing tests that stay in sight above a log."""
LISTED = 20
"""Names of failing tests in an excerpt."""
KEPT = 50
"""Excerpts of ended runs that are remembered."""


class Drilled(Protocol):
    """A list that `f` and `l` know a log for."""

    world: World

    def target(self, item: Any, /) -> Target:
        """The run, job or step that an item is."""
        ...


class Excerpts:
    """What failed in runs and jobs that ended is asked for once."""

    def __init__(self) -> None:
        self._known: dict[str, list[Line]] = {}

    def detail(self, world: World, server: CiServer, run: CiRun, job: CiJob | None) -> Detail:
        """The failing step's own lines, with what the server says of them."""
        thing: CiRun | CiJob = job or run
        state = f"{thing.status.word}{run.jobs_failed}"
        key = f"ci/{Target(run, job).key}/failure/{state}"

        async def load(width: int, /) -> Sequence[Line]:
            from opstui.operations.first_failure import first_failure  # not at the start

            if key not in self._known:
                shown = _excerpt(world, await first_failure(server, run, job, tail=TAIL))
                if not thing.status.finished:
                    return shown
                while len(self._known) >= KEPT:
                    del self._known[next(iter(self._known))]
                self._known[key] = shown
            return self._known[key]

        return Detail(key, "Failure", load)


def _excerpt(world: World, failure: FirstFailure) -> list[Line]:
    mark = glyph(Status.FAILED, ascii_only=world.ascii_only)
    names = _path(failure)
    shown: list[Line] = [(mark, Span(f" {failure.sentence}", "title"))]
    if names:
        shown.append(line((names, "dim")))
    shown += _tests(failure, LISTED)
    if failure.problem:
        shown += [(), line((failure.problem, "warn"))]
    part = failure.excerpt
    lines = [(n, _row(failure.text, n)) for n in range(part.start, part.stop)]
    if lines:
        shown.append(())
    shown += [
        (Span("▌" if n == failure.line else " ", "bad"), *row) for n, row in lines
    ]
    shown += [(), line(("f", "key"), (" opens the log there", "dim"))]
    return shown


def _row(text: LogText, n: int) -> Line:
    from opstui.domain.log_line import pieces

    return tuple(
        Span(said, f"sgr:{sgr}" if sgr else "plain")
        for said, sgr in pieces(text.raw(n), stamped=text.stamped, stamps=False)
    )


def _path(failure: FirstFailure) -> str:
    """`unit › Run tests`, as far as there are such."""
    job, step = failure.named.job, failure.named.step
    return " › ".join(one.name for one in (job, step) if one is not None)


def _tests(failure: FirstFailure, most: int) -> list[Line]:
    tests = failure.tests
    if not tests:
        return []
    shown = [line((f"{plural(len(tests), 'failing test')}: " if n == 0 else "  ", "dim"),
                  (name, "bad")) for n, name in enumerate(tests[:most])]
    if len(tests) > most:
        shown.append(line((f"  and {len(tests) - most} more", "dim")))
    return shown


async def read_failure(
    world: World, desk: Desk, server: CiServer, run: CiRun, job: CiJob | None = None
) -> None:
    """Open the log at the first failing step's own lines."""
    from opstui.operations.first_failure import first_failure

    desk.say(f"looking for what failed in {Target(run, job).title}")
    failure = await first_failure(server, run, job)
    if failure.problem and not len(failure.text):
        failure_lines = _excerpt(world, failure)

        async def told(width: int, /) -> Sequence[Line]:
            return failure_lines[:-2]

        await desk.read(failure.sentence, Detail(f"ci/{run.key}/failure/told", "Failure", told))
        return
    mark = glyph(Status.FAILED, ascii_only=world.ascii_only).text
    head = [line((failure.named.title, "dim"))]
    head += _tests(failure, TESTS)
    if failure.line is None:
        head.append(line(("no line of it tells what failed: this is its end", "warn")))
    at = failure.line if failure.line is not None else max(0, failure.part.stop - 1)
    await desk.read(
        f"{mark} {failure.sentence}",
        ci_log.read_already(world, server, failure.target, failure.text, at, head),
    )


def why_not_failed(part: ToFailure, item: Any) -> str:
    """Something must have failed, on a server that is still configured."""
    target = part.view.target(item)
    if server_of(part.view.world.ci, target.run) is None:
        return f"{target.run.server} is not configured"
    thing = target.job or target.run
    if target.job is None and (seen(target.run) in BROKEN or target.run.jobs_failed):
        return ""
    if thing.status in BROKEN or thing.status is Status.WARNED:
        return ""
    return f"it is {thing.status.word}: nothing failed by now"


class ToFailure:
    """The keys that lead from a run, job or step to lines of its log."""

    def __init__(self, view: Drilled) -> None:
        self.view = view

    @action("f", "First failure", when=why_not_failed)
    async def first_failure(self, item: Any, desk: Desk) -> None:
        """Open the log at the first failing step's own lines."""
        target = self.view.target(item)
        server = server_of(self.view.world.ci, target.run)
        if server is not None:
            await read_failure(self.view.world, desk, server, target.run, target.job)

    @action("l", "Whole log", footer=False)
    async def read_log(self, item: Any, desk: Desk) -> None:
        """Read the whole log over everything: search, follow, copy and save it."""
        target = self.view.target(item)
        server = server_of(self.view.world.ci, target.run)
        if server is None:
            raise OpstuiError(f"{target.run.server} is not configured any more",
                              where=target.title)
        await desk.read(
            f"log of {target.title}",
            ci_log.log(self.view.world, server, target, whole=True),
        )


def why_not_red(part: HeadFailure, item: Branch | Commit) -> str:
    """CI must know the commit and have found it broken."""
    world = part.view.world
    run = world.board.ci_of(head_of(item))
    if run is None:
        return "no CI run of this commit is known"
    if seen(run) not in BROKEN:
        return f"CI is {seen(run).word}: nothing failed by now"
    return "" if server_of(world.ci, run) is not None else f"{run.server} is not configured"


def head_of(item: Branch | Commit) -> str:
    """The commit that a branch's head or a commit is."""
    return item.commit if isinstance(item, Branch) else item.sha


class OfCommits(Protocol):
    """A list of branches or commits."""

    world: World


class HeadFailure:
    """The key that leads from a red commit to the lines that failed."""

    def __init__(self, view: OfCommits) -> None:
        self.view = view

    @action("F", "First failure", when=why_not_red, footer=False)
    async def first_failure(self, item: Branch | Commit, desk: Desk) -> None:
        """Open the log of CI for this commit at the first failing step's own lines."""
        world = self.view.world
        run = world.board.ci_of(head_of(item))
        server = server_of(world.ci, run) if run is not None else None
        if run is not None and server is not None:
            await read_failure(world, desk, server, run)


def details(
    world: World, server: CiServer | None, target: Target, excerpts: Excerpts, facts: Detail
) -> Sequence[Detail]:
    """What failed, where something did; the log; the facts."""
    if server is None:
        return (facts,)
    whole = target.job is None and target.step is None
    red = seen(target.run) in BROKEN if whole else target.status in BROKEN
    log = ci_log.log(world, server, target)
    if not red:
        return (log, facts)
    return (excerpts.detail(world, server, target.run, target.job), log, facts)
