"""Further acts on a run: approving, watching, going to its branch, asking about servers."""

from __future__ import annotations

from typing import Protocol

from opstui.domain.ci import Capability, CiRun
from opstui.domain.status import Status
from opstui.operations.world import World
from opstui.panes import ci_acts, ci_detail
from opstui.panes.ci_servers import server_of, servers_detail, why_not
from opstui.ui.action import action
from opstui.ui.desk import Desk


class InWorld(Protocol):
    """A list that knows the world."""

    world: World


def why_not_approve(part: RunActs, run: CiRun) -> str:
    """It must wait for a person, on a server that lets one say yes."""
    return why_not(part.view.world.ci, run, Capability.APPROVE) or (
        "" if run.status is Status.BLOCKED else "it does not wait for anybody"
    )


def why_not_watch(part: RunActs, run: CiRun) -> str:
    """It must be under way and not be watched yet."""
    if run.key in part.view.world.board.watched:
        return "it is watched already"
    return "it has ended already" if run.status.finished else ""


def why_no_branch(part: RunActs, run: CiRun) -> str:
    """A branch can be gone while its runs stay."""
    known = any(branch.name == run.branch for branch in part.view.world.board.branches)
    return "" if known else "its branch is gone or not listed"


class RunActs:
    """Acts that need no footer."""

    def __init__(self, view: InWorld) -> None:
        self.view = view

    @action("v", "Approve", changes=("ci",), when=why_not_approve, footer=False)
    async def approve(self, run: CiRun, desk: Desk) -> None:
        """Let a run go on that waits for a person."""
        server = server_of(self.view.world.ci, run)
        if server is not None:
            await ci_acts.approve(self.view.world, desk, server, run)

    @action("w", "Watch", when=why_not_watch, footer=False)
    async def watch(self, run: CiRun, desk: Desk) -> None:
        """Ring the bell when the run has ended."""
        desk.say(f"the bell rings when {ci_detail.title(run)} has ended")
        self.view.world.board.watched.add(run.key)
        try:
            await ci_acts.watch(self.view.world, desk, run)
        finally:
            self.view.world.board.watched.discard(run.key)

    @action("b", "Branch", when=why_no_branch, footer=False)
    async def branch(self, run: CiRun, desk: Desk) -> None:
        """Go to the branch it ran for."""
        refs = [one.ref for one in self.view.world.board.branches if one.name == run.branch]
        if refs:
            desk.go("branches", refs[0])

    @action("i", "Servers", item=False, footer=False)
    async def servers(self, desk: Desk) -> None:
        """Show the CI servers: how each is, which login it got, what it can't do."""
        await desk.read("CI servers", servers_detail(self.view.world))
