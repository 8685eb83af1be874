"""CI: the runs of every server, newest first; starting, running again and cancelling them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import ClassVar

from opstui.domain.ci import Capability, CiRun
from opstui.domain.errors import OpstuiError
from opstui.domain.page import Page
from opstui.domain.status import Status
from opstui.domain.words import age, duration, short
from opstui.operations.acting import acting
from opstui.operations.world import World
from opstui.panes import ci_detail, ci_log
from opstui.panes.ci_servers import all_changes, all_runs, server_of, why_not
from opstui.panes.start_ci import rerun_ci, start_ci
from opstui.ui.action import action
from opstui.ui.column import Column
from opstui.ui.desk import Choice, Desk, Detail, Question
from opstui.ui.paint import Line, Span, glyph, line
from opstui.ui.view import View

UNDER_WAY = 2.0
"""Seconds between loads while something runs: its time goes on."""
AT_REST = 60.0
"""Seconds between loads otherwise: only ages grow."""


def why_not_start(view: CiView, run: CiRun | None) -> str:
    """A server must be able to."""
    if any(Capability.START in server.capabilities for server in view.world.ci):
        return ""
    return "; ".join(server.why_not(Capability.START) for server in view.world.ci) or "no CI server"


def why_not_rerun(view: CiView, run: CiRun) -> str:
    """It must have ended, on a server that can."""
    return why_not(view.world.ci, run, Capability.RERUN) or (
        "" if run.status.finished else f"it is still {run.status.word}"
    )


def why_not_cancel(view: CiView, run: CiRun) -> str:
    """It must be under way, on a server that can."""
    return why_not(view.world.ci, run, Capability.CANCEL) or (
        "it has ended already" if run.status.finished else ""
    )


def why_no_branch(view: CiView, run: CiRun) -> str:
    """A branch can be gone while its runs stay."""
    known = any(branch.name == run.branch for branch in view.world.board.branches)
    return "" if known else "its branch is gone or not listed"


class CiView(View[CiRun]):
    """Runs of all branches and servers."""

    kind: ClassVar[str] = "ci"
    title = "CI"
    noun = "run"

    def __init__(self, world: World) -> None:
        self.world = world
        self.errors: dict[str, str] = {}
        """What servers said instead of their runs at the last load, by name."""
        self._next: Sequence[Line] = ()
        """What to say where there are no runs."""

    def columns(self) -> tuple[Column[CiRun], ...]:
        """State, number, what, where, how long; commit, age, attempt, server and who if wide."""
        plain = self.world.ascii_only
        times = "x" if plain else "×"
        columns: list[Column[CiRun]] = [
            Column("state", "", lambda run: glyph(run.status, ascii_only=plain), width=1,
                   sort=lambda run: run.status.word),
            Column("number", "#", lambda run: Span(f"#{run.number}", "dim"), width=8, right=True,
                   sort=lambda run: run.number, best_first=True),
            Column("workflow", "What", lambda run: run.workflow, width=16, grow=1, drop=1,
                   sort=lambda run: run.workflow),
            Column("branch", "Branch", lambda run: run.branch, grow=2,
                   sort=lambda run: run.branch),
            Column("commit", "Commit", lambda run: Span(short(run.commit), "dim"), width=7,
                   drop=4, sort=lambda run: run.commit),
            Column("attempt", "Try",
                   lambda run: Span(f"{times}{run.attempt}" if run.attempt != 1 else "", "warn"),
                   width=4, drop=3, sort=lambda run: run.attempt, best_first=True),
            Column("who", "Who", lambda run: Span(run.who, "dim"), width=12, drop=7,
                   sort=lambda run: run.who or None),
            Column("took", "Took", self._took, width=7, right=True,
                   sort=lambda run: run.elapsed(self.world.clock()), best_first=True),
            Column("age", "Age", lambda run: Span(age(run.created, self.world.clock()), "dim"),
                   width=3, right=True, drop=2, sort=lambda run: run.created, best_first=True),
        ]
        if len(self.world.ci) > 1:
            columns.insert(-2, Column("server", "Server", lambda run: Span(run.server, "dim"),
                                      width=10, drop=6, sort=lambda run: run.server))
        return tuple(columns)

    def _took(self, run: CiRun) -> Span:
        style = "plain" if run.status.finished else "busy"
        return Span(duration(run.elapsed(self.world.clock())), style)

    async def load(self, token: str = "") -> Page[CiRun]:
        """The newest runs of every server; a server that fails is named in the title."""
        runs, self.errors = await all_runs(self.world.ci)
        self.title = f"CI without {', '.join(self.errors)}" if self.errors else "CI"
        self.world.board.ci_runs = runs
        under_way = any(run.status in (Status.RUNNING, Status.QUEUED) for run in runs)
        self.interval = UNDER_WAY if under_way else AT_REST
        if not runs:
            self._next = await self._first_steps()
        return Page(runs)

    async def _first_steps(self) -> Sequence[Line]:
        shown = [line(("no runs yet", "dim"))]
        shown += [line((f"{name}: {error}", "warn")) for name, error in self.errors.items()]
        try:
            command = await self.world.trust.command()
        except OpstuiError as error:
            return (*shown, line((str(error), "warn")))
        if command is None:
            return (
                *shown, line("no command was found to run"),
                line(("add .ci/run, or set ", "dim"), "ci.command", (" in the settings", "dim")),
            )
        asks = "" if command.trusted else ", which is asked for first"
        return (
            *shown,
            line(("t", "key"), (" runs ", "dim"), command.text, (f" of {command.source}{asks}",
                                                                 "dim")),
        )

    def changes(self) -> AsyncIterator[None]:
        """The news of all servers."""
        return all_changes(self.world.ci)

    def empty(self) -> Sequence[Line]:
        """Which key runs what."""
        return self._next

    def words(self, item: CiRun) -> str:
        """What a person remembers of a run, its state as a word included."""
        return " ".join((
            f"#{item.number}", item.workflow, item.branch, item.commit, item.status.word,
            item.server, item.who, item.reason,
        ))

    def name(self, item: CiRun) -> str:
        """`#812 make test`."""
        return f"#{item.number} {item.workflow}"

    def details(self, item: CiRun) -> Sequence[Detail]:
        """The log, which goes on while the run does; the facts."""
        server = server_of(self.world.ci, item)
        facts = ci_detail.facts(self.world, item)
        return (facts,) if server is None else (ci_log.log(self.world, server, item), facts)

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
        """Run once more on the same commit."""
        server = server_of(self.world.ci, run)
        if server is not None:
            self._select(await rerun_ci(self.world, desk, server, run), desk)

    def _select(self, run: CiRun | None, desk: Desk) -> None:
        """Go to the run that was started, so that its log is in sight."""
        if run is not None:
            desk.go(self.kind, run.key)

    @action("X", "Cancel", changes=("ci",), when=why_not_cancel)
    async def cancel(self, run: CiRun, desk: Desk) -> None:
        """Stop the run and everything it started."""
        server = server_of(self.world.ci, run)
        if server is None or not await desk.confirm(Question(
            title="Cancel CI run", object=ci_detail.title(run),
            effect=f"It is {run.status.word}; it and everything it started are stopped.",
            place=f"CI server {server.name}", yes="Stop it", danger=True,
        )):
            return
        with desk.busy(self.kind, run.key):
            async with acting(
                self.world.journal, "ci.cancel", ci_detail.title(run), server.name,
                before=run.status.word, after="cancelled", evidence=(("commit", run.commit),),
            ):
                await server.cancel(run)
        desk.changed("ci")

    @action("b", "Branch", when=why_no_branch, footer=False)
    async def branch(self, run: CiRun, desk: Desk) -> None:
        """Go to the branch it ran for."""
        refs = [one.ref for one in self.world.board.branches if one.name == run.branch]
        if refs:
            desk.go("branches", refs[0])

    @action("l", "Whole log", footer=False)
    async def read_log(self, run: CiRun, desk: Desk) -> None:
        """Read the log over everything, with search."""
        server = server_of(self.world.ci, run)
        if server is not None:
            await desk.read(
                f"log of {ci_detail.title(run)}",
                ci_log.log(self.world, server, run, ci_log.WHOLE),
            )
