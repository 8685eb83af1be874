"""Which of all runs the CI list shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Protocol

from opstui.domain.ci import CiRun
from opstui.domain.ci_state import BROKEN, UNDER_WAY, newest_by_workflow, seen
from opstui.operations.board import Board
from opstui.ui.action import action
from opstui.ui.desk import Desk


@dataclass(slots=True)
class Narrow:
    """What a person wants to see; all is off at first."""

    mine: bool = False
    """Runs of the branch that is checked out."""
    failing: bool = False
    running: bool = False
    heads: bool = False
    """Only the newest runs of branches' head commits, the current branch's first."""

    @property
    def on(self) -> bool:
        """Whether anything is left out."""
        return self.mine or self.failing or self.running or self.heads

    def words(self, board: Board) -> str:
        """What is shown, for the title: `heads, failing, main`."""
        parts = [word for word, true in (
            ("heads", self.heads), ("failing", self.failing), ("running", self.running),
            (head_of(board) or "my branch", self.mine),
        ) if true]
        return ", ".join(parts)

    def of(self, runs: tuple[CiRun, ...], board: Board) -> tuple[CiRun, ...]:
        """The runs that are wanted; failing and running together mean either."""
        if not self.on:
            return runs
        wanted = by_head(runs, board) if self.heads else runs
        states = (BROKEN if self.failing else frozenset()) | (
            UNDER_WAY if self.running else frozenset())
        mine = head_of(board)
        return tuple(
            run for run in wanted
            if (not states or seen(run) in states or (run.status in states))
            and (not self.mine or run.branch == mine)
        )


def head_of(board: Board) -> str:
    """The branch that is checked out; empty when detached or not known yet."""
    return board.repository.head if board.repository is not None else ""


def by_head(runs: Iterable[CiRun], board: Board) -> tuple[CiRun, ...]:
    """The newest run of each workflow at each branch's head: current first, then what fails."""
    heads = {branch.commit for branch in board.branches}
    current = {branch.commit for branch in board.branches if branch.current}
    at_heads: dict[tuple[str, str], list[CiRun]] = {}
    for run in runs:
        if run.commit in heads:
            at_heads.setdefault((run.commit, run.branch), []).append(run)
    newest = [run for some in at_heads.values() for run in newest_by_workflow(some)]
    newest.sort(key=lambda run: run.created, reverse=True)
    newest.sort(key=lambda run: (run.commit not in current, seen(run) not in BROKEN))
    return tuple(newest)


class Narrows(Protocol):
    """A list that can be narrowed."""

    kind: ClassVar[str]
    narrow: Narrow


class Narrowing:
    """The keys that say which runs the CI list shows."""

    def __init__(self, view: Narrows) -> None:
        self.view = view

    @action("m", "Mine", item=False, footer=False)
    async def mine(self, desk: Desk) -> None:
        """Show only the runs of the branch that is checked out, or all again."""
        self.view.narrow.mine = not self.view.narrow.mine
        desk.changed(self.view.kind)

    @action("F", "Failing", item=False)
    async def failing(self, desk: Desk) -> None:
        """Show only what fails, or all again."""
        self.view.narrow.failing = not self.view.narrow.failing
        desk.changed(self.view.kind)

    @action("U", "Running", item=False, footer=False)
    async def running(self, desk: Desk) -> None:
        """Show only what is under way, or all again."""
        self.view.narrow.running = not self.view.narrow.running
        desk.changed(self.view.kind)

    @action("H", "Heads", item=False, footer=False)
    async def heads(self, desk: Desk) -> None:
        """Show only the newest runs at branches' heads, the current branch's first, or all."""
        self.view.narrow.heads = not self.view.narrow.heads
        desk.changed(self.view.kind)

    @action("a", "All", item=False, footer=False)
    async def show_all(self, desk: Desk) -> None:
        """Show all runs again."""
        self.view.narrow = Narrow()
        desk.changed(self.view.kind)
