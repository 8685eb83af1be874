"""Commands that open a list inside an item: runs, versions, commits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import TypeVar

from opstui.domain.errors import OpstuiError
from opstui.operations.world import World
from opstui.ui.commands import Command
from opstui.ui.desk import Desk

T = TypeVar("T")


def runs(world: World) -> Command:
    """`:runs EXPERIMENT`."""

    async def run(text: str, desk: Desk) -> None:
        from opstui.panes.runs import RunsView

        experiments = world.board.experiments or (await world.tracking.experiments()).items
        found = one_of(experiments, text, lambda one: one.name, "experiment")
        desk.go("experiments", found.key)
        desk.open(RunsView(world, found), found.name)

    return Command("runs", "Show the runs of an experiment; without a name, of the newest",
                   run, lambda _: [one.name for one in world.board.experiments],
                   argument="[EXPERIMENT]", goes=True)


def versions(world: World) -> Command:
    """`:versions MODEL`."""

    async def run(text: str, desk: Desk) -> None:
        from opstui.panes.versions import VersionsView

        models = world.board.models or (await world.registry.models()).items
        found = one_of(models, text, lambda one: one.name, "model")
        desk.go("models", found.key)
        desk.open(VersionsView(world, found.name), found.name)

    return Command("versions", "Show the versions of a model", run,
                   lambda _: [one.name for one in world.board.models],
                   argument="[MODEL]", goes=True)


def commits(world: World) -> Command:
    """`:commits BRANCH`."""

    async def run(text: str, desk: Desk) -> None:
        from opstui.panes.commits import CommitsView

        branches = world.board.branches or await world.git.branches()
        current = next((one.name for one in branches if one.current), "")
        found = one_of(branches, text or current, lambda one: one.name, "branch")
        desk.go("branches", found.key)
        desk.open(CommitsView(world, found), found.name)

    return Command("commits", "Show the commits of a branch; without a name, of the current one",
                   run, lambda _: [one.name for one in world.board.branches],
                   argument="[BRANCH]", goes=True)


def one_of(items: Sequence[T], name: str, name_of: Callable[[T], str], noun: str) -> T:
    """The item of a name, or the first one where none is given."""
    if not items:
        raise OpstuiError(f"there is no {noun} yet", hint="press r to look again")
    found = next((one for one in items if name in ("", name_of(one))), None)
    if found is None:
        near = get_close_matches(name, [name_of(one) for one in items], 1, 0.5)
        raise OpstuiError(f"there is no {noun} {name!r}",
                          hint=f"did you mean {near[0]!r}?" if near else "tab lists them")
    return found


