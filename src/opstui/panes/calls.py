"""The log of every call to a backend, each to be pasted into a shell."""

from __future__ import annotations

from collections.abc import Sequence

from opstui.domain.calls import Call
from opstui.domain.page import Page
from opstui.operations.world import World
from opstui.ui.column import Column
from opstui.ui.desk import Detail
from opstui.ui.paint import Line, Span, line
from opstui.ui.view import View


class CallsView(View[Call]):
    """What was asked of git, CI, Docker and MLflow, newest first."""

    kind = "calls"
    title = "Calls"
    noun = "call"
    interval = 2.0

    def __init__(self, world: World) -> None:
        self._world = world

    def columns(self) -> tuple[Column[Call], ...]:
        """When, whom, what, how it ended, how long it took."""
        return (
            Column("at", "at", lambda c: Span(f"{c.at.astimezone():%H:%M:%S}", "dim"), drop=3,
                   sort=lambda c: c.at, best_first=True),
            Column("backend", "backend", lambda c: c.backend, sort=lambda c: c.backend, drop=2),
            Column("call", "call", lambda c: c.summary, grow=1),
            Column("outcome", "outcome", lambda c: Span(c.outcome, "dim" if c.ok else "bad"),
                   width=24, sort=lambda c: c.outcome, drop=1),
            Column("ms", "ms", lambda c: f"{c.milliseconds:.0f}", right=True,
                   sort=lambda c: c.milliseconds, best_first=True),
        )

    async def load(self, token: str = "") -> Page[Call]:
        """The calls that are still kept in memory."""
        return Page(tuple(reversed(self._world.calls.calls())))

    def name(self, item: Call) -> str:
        """The call's number."""
        return f"call {item.number}"

    def copies(self, item: Call) -> Sequence[tuple[str, str]]:
        """The command line comes first."""
        return (("command", item.command), ("summary", item.summary))

    def details(self, item: Call) -> Sequence[Detail]:
        """The command in full, without secrets."""

        async def load(width: int) -> list[Line]:
            return [
                line((item.summary, "title")), (),
                line(("outcome  ", "dim"), (item.outcome, "good" if item.ok else "bad")),
                line(("took     ", "dim"), f"{item.milliseconds:.0f} ms"),
                line(("at       ", "dim"), f"{item.at.astimezone():%Y-%m-%d %H:%M:%S %Z}"), (),
                line(("to do the same in a shell (y copies it):", "dim")), (),
                *(line(part) for part in item.command.splitlines()),
            ]

        return (Detail(f"call/{item.key}", "Call", load),)
