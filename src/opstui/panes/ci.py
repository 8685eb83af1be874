"""CI: the runs of every server, newest first; starting, running again and cancelling them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, ClassVar

from opstui.domain.ci import Capability, CiRun
from opstui.domain.ci_state import seen
from opstui.domain.ci_target import Target
from opstui.domain.errors import OpstuiError
from opstui.domain.page import Page
from opstui.domain.status import Status
from opstui.domain.words import age, short
from opstui.operations.ci_feeds import Feed
from opstui.operations.world import World
from opstui.panes import ci_acts, ci_columns, ci_detail
from opstui.panes.ci_empty import FirstSteps
from opstui.panes.ci_failure import Excerpts, ToFailure, details
from opstui.panes.ci_jobs import inside
from opstui.panes.ci_narrow import Narrow, Narrowing
from opstui.panes.ci_run_acts import RunActs
from opstui.panes.ci_servers import server_of, why_not
from opstui.panes.start_ci import start_ci
from opstui.ui.action import action
from opstui.ui.column import Column
from opstui.ui.desk import Choice, Desk, Detail
from opstui.ui.paint import Line
from opstui.ui.view import View

TICK = 2.0
"""Seconds between looks while something runs: its time goes on."""


def why_not_start(view: CiView, run: CiRun | None) -> str:
    """A server must be able to."""
    if any(Capability.START in server.capabilities for server in view.world.ci):
        return ""
    reasons = dict.fromkeys(server.why_not(Capability.START) for server in view.world.ci)
    return "; ".join(reasons) or "no CI server"


def why_not_rerun(view: CiView, run: CiRun) -> str:
    """It must have ended, on a server that can."""
    missing = why_not(view.world.ci, run, Capability.RERUN)
    if missing and not why_not(view.world.ci, run, Capability.RERUN_FAILED):
        missing = "" if run.status is Status.FAILED else missing
    return missing or ("" if run.status.finished else f"it is still {run.status.word}")


def why_not_cancel(view: CiView, run: CiRun) -> str:
    """It must be under way, on a server that can."""
    return why_not(view.world.ci, run, Capability.CANCEL) or (
        "it has ended already" if run.status.finished else ""
    )


class CiView(View[CiRun]):
    """Runs of all branches and servers."""

    kind: ClassVar[str] = "ci"
    title = "CI"
    noun = "run"
    paced = True
    early = True
    parts = (ToFailure, Narrowing, RunActs)

    def __init__(self, world: World) -> None:
        self.world = world
        self.narrow = Narrow()
        self._excerpts = Excerpts()
        self._told = ci_columns.Told()
        self._first_steps = FirstSteps(world)
        self._next: Sequence[Line] = ()
        """What to say where there are no runs."""

    def columns(self) -> tuple[Column[CiRun], ...]:
        """State, number, what, where, how long; the rest if wide."""
        return ci_columns.columns(
            self._told, self.world.clock, ascii_only=self.world.ascii_only,
            servers=len(self.world.ci),
        )

    async def load(self, token: str = "") -> Page[CiRun]:
        """The newest runs of every server that are wanted; who fails is named in the title."""
        feeds, board = self.world.feeds, self.world.board
        if self.asked:
            feeds.poke()
        runs = await feeds.load()
        if runs != board.ci_runs:
            board.ci_runs = runs
        ill = [feed for feed in feeds.all() if feed.problem is not None]
        old = frozenset(feed.server.name for feed in ill)
        if self._told.runs is not board.ci_runs or self._told.old != old:
            self._told = ci_columns.Told.of(board.ci_runs, old)
        shown = self.narrow.of(board.ci_runs, board)
        self.title = self._title([self._trouble(feed) for feed in ill])
        self.interval = feeds.rest()
        if any(run.status is Status.RUNNING for run in shown):
            self.interval = min(TICK, self.interval or TICK)
        if not shown:
            self._next = await self._first_steps.lines(self.narrow, len(board.ci_runs))
        return Page(shown)

    def _trouble(self, feed: Feed) -> str:
        old = age(feed.at, self.world.clock()) if feed.at is not None else "now"
        return f"no {feed.server.name}" if old == "now" else f"{feed.server.name} {old} old"

    def _title(self, ill: Sequence[str]) -> str:
        words = self.narrow.words(self.world.board)
        return ", ".join([f"CI {words}" if words else "CI", *ill])

    def changes(self) -> AsyncIterator[None]:
        """The news of all servers."""
        return self.world.feeds.changes()

    def empty(self) -> Sequence[Line]:
        """Which key runs what."""
        return self._next

    def words(self, item: CiRun) -> str:
        """What a person remembers of a run, its state as a word included."""
        return " ".join((
            f"#{item.number}", item.workflow, item.branch, item.commit, seen(item).word,
            item.server, item.who, item.reason, item.title, item.event,
        ))

    def name(self, item: CiRun) -> str:
        """`#812 make test`."""
        return f"#{item.number} {item.workflow}"

    def details(self, item: CiRun) -> Sequence[Detail]:
        """What failed; the log, which goes on while the run does; the facts."""
        return details(self.world, server_of(self.world.ci, item), self.target(item),
                       self._excerpts, ci_detail.facts(self.world, item))

    def child(self, item: CiRun) -> View[Any] | None:
        """Its jobs or steps, where there is more than a log."""
        return inside(self.world, item, self._excerpts)

    def target(self, item: CiRun) -> Target:
        """What `f` and `l` read the log of."""
        return Target(item)

    def copies(self, item: CiRun) -> Sequence[tuple[str, str]]:
        """Commit first: it is what other tools ask for."""
        pairs = (
            ("commit", item.commit), ("branch", item.branch), ("run", f"#{item.number}"),
            ("command", item.command), ("folder", item.place), ("reason", item.reason),
        )
        return tuple((what, text) for what, text in pairs if text)

    async def url(self, item: CiRun) -> str:
        """The run's page, where its server has one."""
        return item.url

    @action("t", "Start", changes=("ci",), when=why_not_start, item=False)
    async def start(self, desk: Desk) -> None:
        """Start CI on the current commit or on a branch's head."""
        repository = await self.world.git.repository()
        heads: dict[str, tuple[str, str]] = {}
        choices: list[Choice] = []
        if repository.commit:
            heads["HEAD"] = (repository.commit, repository.head)
            choices.append(Choice(
                "HEAD", repository.head or "HEAD", f"{short(repository.commit)} current"
            ))
        for branch in self.world.board.branches:
            if branch.current and branch.commit == repository.commit:
                continue
            heads[branch.ref] = (branch.commit, branch.name)
            choices.append(Choice(
                branch.ref, branch.name, f"{short(branch.commit)} {branch.subject}"
            ))
        if not choices:
            raise OpstuiError("there is no commit to run CI on", where=repository.path,
                              hint="commit something first")
        chosen = choices[0].id if len(choices) == 1 else await desk.choose("Start CI on", choices)
        if chosen is not None:
            self._select(await start_ci(self.world, desk, *heads[chosen]), desk)

    @action("e", "Run again", changes=("ci",), when=why_not_rerun)
    async def rerun(self, run: CiRun, desk: Desk) -> None:
        """Run it once more: all of it, or where the server can only what failed."""
        server = server_of(self.world.ci, run)
        if server is not None:
            self._select(await ci_acts.run_again(self.world, desk, server, run), desk)

    def _select(self, run: CiRun | None, desk: Desk) -> None:
        """Go to the run that was started, so that its log is in sight."""
        if run is not None:
            desk.go(self.kind, run.key)

    @action("X", "Cancel", changes=("ci",), when=why_not_cancel)
    async def cancel(self, run: CiRun, desk: Desk) -> None:
        """Stop the run and everything it started."""
        server = server_of(self.world.ci, run)
        if server is not None:
            await ci_acts.cancel_run(self.world, desk, server, run)
