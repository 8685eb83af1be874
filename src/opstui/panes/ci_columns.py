"""The columns of the CI list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from opstui.domain.ci import CiRun
from opstui.domain.ci_state import flaky, seen
from opstui.domain.status import Status
from opstui.domain.words import age, duration, short
from opstui.panes.ci_detail import usual
from opstui.ui.column import Column
from opstui.ui.paint import Span, glyph


@dataclass(slots=True)
class Told:
    """What the cells need to know beside their run; worked out once for all runs."""

    runs: tuple[CiRun, ...] = ()
    flaky: frozenset[str] = frozenset()
    old: frozenset[str] = frozenset()
    """Servers that failed to answer last time: their rows are as they were then."""
    _usual: dict[tuple[str, str], float | None] = field(default_factory=dict)

    @staticmethod
    def of(runs: tuple[CiRun, ...], old: frozenset[str]) -> Told:
        """Look at all runs once."""
        return Told(runs, flaky(runs), old)

    def usual(self, run: CiRun) -> float | None:
        """Seconds the same workflow usually takes on its server."""
        place = (run.server, run.workflow)
        if place not in self._usual:
            self._usual[place] = usual(self.runs, run)
        return self._usual[place]


def columns(
    told: Told, clock: Callable[[], datetime], *, ascii_only: bool, servers: int
) -> tuple[Column[CiRun], ...]:
    """State, number, what, where, jobs, how long; the rest where it is wide."""
    times = "x" if ascii_only else "×"

    def state(run: CiRun) -> Span:
        if run.server in told.old:
            return Span(glyph(seen(run), ascii_only=ascii_only).text, "dim")
        if run.status is Status.PASSED and run.key in told.flaky:
            return Span("~", "warn")
        return glyph(seen(run), ascii_only=ascii_only)

    def jobs(run: CiRun) -> Span:
        if not run.jobs_total:
            return Span("")
        style = "bad" if run.jobs_failed else "plain" if run.status.finished else "busy"
        return Span(f"{run.jobs_done or 0}/{run.jobs_total}", style)

    def took(run: CiRun) -> Span:
        return Span(duration(run.elapsed(clock())), "plain" if run.status.finished else "busy")

    def typical(run: CiRun) -> Span:
        seconds = told.usual(run)
        return Span(f"~{duration(seconds)}" if seconds is not None else "", "dim")

    found: list[Column[CiRun]] = [
        Column("state", "", state, width=1, sort=lambda run: seen(run).word),
        Column("number", "#", lambda run: Span(f"#{run.number}" if run.number else "", "dim"),
               width=8, right=True, sort=lambda run: run.number, best_first=True),
        Column("workflow", "What", lambda run: run.workflow, width=16, grow=1, drop=1,
               sort=lambda run: run.workflow),
        Column("branch", "Branch", lambda run: run.branch, grow=2, sort=lambda run: run.branch),
        Column("commit", "Commit", lambda run: Span(short(run.commit), "dim"), width=7, drop=6,
               sort=lambda run: run.commit),
        Column("attempt", "Try",
               lambda run: Span(f"{times}{run.attempt}" if run.attempt != 1 else "", "warn"),
               width=4, drop=3, sort=lambda run: run.attempt, best_first=True),
        Column("who", "Who", lambda run: Span(run.who, "dim"), width=12, drop=7,
               sort=lambda run: run.who or None),
        Column("jobs", "Jobs", jobs, width=5, right=True, drop=5,
               sort=lambda run: run.jobs_failed, best_first=True),
        Column("took", "Took", took, width=7, right=True,
               sort=lambda run: run.elapsed(clock()), best_first=True),
        Column("usual", "Usual", typical, width=7, right=True, drop=8, sort=told.usual),
        Column("age", "Age", lambda run: Span(age(run.created, clock()), "dim"), width=3,
               right=True, drop=2, sort=lambda run: run.created, best_first=True),
    ]
    if servers > 1:
        found.insert(-4, Column("server", "Server", lambda run: Span(
            run.server, "warn" if run.server in told.old else "dim"), width=10, drop=4,
            sort=lambda run: run.server))
    return tuple(found)
