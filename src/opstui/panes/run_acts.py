"""What can be done in a list of runs: fold, choose columns, look into artifacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opstui.domain.experiment import Run
from opstui.domain.run_query import nested_in
from opstui.domain.words import plural
from opstui.panes.artifacts import ArtifactsView
from opstui.panes.run_columns import BY_ITSELF
from opstui.ui.action import action
from opstui.ui.desk import Desk

if TYPE_CHECKING:
    from opstui.panes.runs import RunsView


def why_not_fold(part: RunActs, run: Run) -> str:
    """Lists that are filtered or sorted have every run for itself."""
    return "" if part.view.folds else "filtered and sorted lists have every run for itself"


class RunActs:
    """Acts of a list of runs."""

    def __init__(self, view: RunsView) -> None:
        self.view = view

    @action("f", "Fold", when=why_not_fold)
    async def fold(self, run: Run, desk: Desk) -> None:
        """Show the runs nested in this one, or put them away; on a nested one, its parent's."""
        view, nest = self.view, self.view.nest
        if nest.depth(run) and not nest.is_parent(run):
            nest.fold(run.parent)
            desk.go(view.kind, run.parent)
            return
        with desk.busy(view.kind, run.key):  # at its end the rows are drawn anew
            if nest.is_open(run.id):
                nest.fold(run.id)
                return
            inside = await nest.unfold(run.id)
            view.columns_of.widen(inside)
        if not inside:
            desk.say(f"no runs are nested in {view.name(run)}")
        elif run.id in nest.more:
            desk.say(f"the newest {plural(len(inside), 'nested run')} are shown; to list all of "
                     f"them, filter by {nested_in(run.id)}")

    @action("a", "Artifacts")
    async def artifacts(self, run: Run, desk: Desk) -> None:
        """Look into the files and models that the run left behind."""
        view = self.view
        desk.open(ArtifactsView(view.world, run, view.loading), f"{view.name(run)} artifacts")

    @action("F", "Nested or flat", item=False, footer=False)
    async def flatten(self, desk: Desk) -> None:
        """Show nested runs in their parents only, or every run for itself."""
        view = self.view
        view.flat = not view.flat
        view.nest.close()
        desk.say("every run for itself" if view.flat else "nested runs are in their parents")
        desk.restart(view.kind)

    @action("C,|", "Columns", item=False)
    async def columns(self, desk: Desk) -> None:
        """Choose the metrics, parameters, tags and facts that have columns in this experiment."""
        columns = self.view.columns_of
        picked = await desk.pick("Columns", columns.choices(), columns.shown())
        if picked is None:
            return
        await self.view.choose(None if BY_ITSELF in picked else tuple(picked))
        desk.changed(self.view.kind)
