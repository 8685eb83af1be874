"""Keys that put runs or versions side by side: as a table, as charts, beside the champion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from opstui.domain.errors import OpstuiError
from opstui.domain.experiment import Run
from opstui.domain.model import ModelVersion
from opstui.panes.comparing import MOST, Compared, Comparison, fetched
from opstui.panes.plotting import RunPlot
from opstui.ui.action import action
from opstui.ui.desk import Desk

if TYPE_CHECKING:
    from opstui.panes.runs import RunsView
    from opstui.panes.versions import VersionsView

MARKS = "mark two or more with space first"


async def compare(
    desk: Desk, held: Sequence[Compared], comparison: Comparison, *, champion: bool = False
) -> None:
    """Show them side by side; beside the champion where that is asked for."""
    if champion:
        reason = await comparison.champion(desk.choose)
        if reason:
            desk.say(reason, kind="warning")
            return
    if len(comparison.held) < 2:
        desk.say("it is the champion itself" if champion else MARKS)
        return
    if len(held) > MOST:
        desk.say(f"the first {MOST} of {len(held)} are compared")
    await desk.compare(comparison)


class RunsBeside:
    """Runs beside each other."""

    def __init__(self, view: RunsView) -> None:
        self.view = view

    def _chosen(self, run: Run, desk: Desk) -> list[Run]:
        return list(desk.marked()) or [run]

    def _comparison(self, runs: Sequence[Run]) -> Comparison:
        world, view = self.view.world, self.view

        async def others() -> Sequence[Compared]:
            page = await world.tracking.runs(view.experiment.id, order_by="start_time DESC")
            return [Compared(run) for run in page.items]

        comparison = Comparison(world, [Compared(run) for run in runs], others)
        comparison.title = f"Runs of {view.title}"
        return comparison

    @action("c", "Compare")
    async def compare(self, run: Run, desk: Desk) -> None:
        """Compare the marked runs side by side: metrics, parameters, data, commits, files."""
        runs = self._chosen(run, desk)
        if len(runs) < 2:
            desk.say(MARKS)
            return
        held = [Compared(one) for one in runs]
        await compare(desk, held, self._comparison(runs))

    @action("=", "Beside champion", footer=False)
    async def beside_champion(self, run: Run, desk: Desk) -> None:
        """Compare the marked runs, or this one, with the run of the version that serves."""
        runs = self._chosen(run, desk)
        held = [Compared(one) for one in runs]
        await compare(desk, held, self._comparison(runs), champion=True)

    @action("m", "Charts")
    async def charts(self, run: Run, desk: Desk) -> None:
        """Chart the metrics of the marked runs, or of this one, over each other."""
        plot = RunPlot(self.view.world, self._chosen(run, desk))
        if not plot.metrics():
            desk.say("no metric was logged")
            return
        await desk.plot(plot)


class VersionsBeside:
    """Versions beside each other."""

    def __init__(self, view: VersionsView) -> None:
        self.view = view

    def _comparison(self, held: Sequence[Compared]) -> Comparison:
        world, model = self.view.world, self.view.model

        async def others() -> Sequence[Compared]:
            return [Compared(None, one) for one in (await world.registry.versions(model)).items]

        comparison = Comparison(world, held, others, model=model)
        comparison.title = f"Versions of {model}"
        return comparison

    async def _chosen(self, version: ModelVersion, desk: Desk) -> tuple[Compared, ...]:
        return await fetched(self.view.world, list(desk.marked())[:MOST] or [version])

    @action("c", "Compare")
    async def compare(self, version: ModelVersion, desk: Desk) -> None:
        """Compare the marked versions side by side: metrics, signature, data, commits, files."""
        held = await self._chosen(version, desk)
        await compare(desk, held, self._comparison(held))

    @action("=", "Beside champion", footer=False)
    async def beside_champion(self, version: ModelVersion, desk: Desk) -> None:
        """Compare the marked versions, or this one, with the version that serves."""
        held = await self._chosen(version, desk)
        await compare(desk, held, self._comparison(held), champion=True)

    @action("m", "Charts", footer=False)
    async def charts(self, version: ModelVersion, desk: Desk) -> None:
        """Chart how the marked versions, or this one, were trained."""
        runs = [one.run for one in await self._chosen(version, desk) if one.run is not None]
        plot = RunPlot(self.view.world, runs)
        if not runs or not plot.metrics():
            raise OpstuiError("no run with metrics is known of it")
        await desk.plot(plot)
