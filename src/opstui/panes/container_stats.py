"""What a running container uses: small charts of the last minutes, while somebody looks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from datetime import timedelta

from opstui.domain.container_use import Use
from opstui.domain.image import Container
from opstui.operations.world import World
from opstui.ui.desk import Detail, Pictures
from opstui.ui.paint import Line, line

KEPT = timedelta(minutes=5)
CONTAINERS = 20
"""Containers whose last minutes are remembered."""


class Courses:
    """What containers used lately, also while another one is selected."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, list[Use]] = OrderedDict()

    def of(self, container: str) -> list[Use]:
        """The measurements of one, oldest first."""
        uses = self._known.setdefault(container, [])
        self._known.move_to_end(container)
        while len(self._known) > CONTAINERS:
            self._known.popitem(last=False)
        return uses

    def add(self, container: str, use: Use) -> list[Use]:
        """One more; what is too old goes."""
        uses = self.of(container)
        if use.cpu is None and uses:
            return uses  # the first one of each look has no share of the processors
        uses.append(use)
        while use.at - uses[0].at > KEPT:
            uses.pop(0)
        return uses


def stats(world: World, courses: Courses, container: Container) -> Detail:
    """The tab: it measures for as long as it is in sight, and only what runs."""
    async def still(_width: int) -> Sequence[Line]:
        return (line(("it does not run: nothing to measure", "dim")),)

    runs = container.state == "running" and world.containers is not None
    return Detail(
        f"container/{container.id}/stats{'' if runs else '/still'}", "Stats", still,
        pictures=_pictures(world, courses, container) if runs else None,
    )


def _pictures(world: World, courses: Courses, container: Container) -> Pictures:
    async def pictures(width: Callable[[], int], /) -> AsyncGenerator[Sequence[Line], None]:
        from opstui.panes.container_charts import drawn  # not before somebody looks

        known = courses.of(container.id)
        yield drawn(known, width(), ascii_only=world.ascii_only) if known else (
            line(("measuring", "dim")),)
        if world.containers is None:
            return
        async with aclosing(world.containers.uses(container)) as uses:
            async for use in uses:
                known = courses.add(container.id, use)
                yield drawn(known, width(), ascii_only=world.ascii_only)
        yield (line(("it ended", "dim")), line(),
               *drawn(known, width(), ascii_only=world.ascii_only))

    return pictures
