"""What attention asks for itself: disks now and then, the journal, trainings that hang."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from opstui.domain.disk import Disk
from opstui.domain.errors import OpstuiError
from opstui.domain.experiment import Experiment, MetricPoint, Run
from opstui.domain.image import Container
from opstui.domain.page import Page
from opstui.domain.served import Within
from opstui.domain.status import Status
from opstui.operations.attention import Attention
from opstui.operations.serving import read_served
from opstui.operations.world import World
from tests.fakes.registry import NOW
from tests.fakes.world import fake_world


@dataclass
class Disks:
    used: float = 0.5
    asked: int = 0

    async def disks(self) -> tuple[Disk, ...]:
        self.asked += 1
        return (Disk("/", ("images",), 100, 100 - int(self.used * 100)),)


class Trainings:
    """One run under way, whose last value is so old."""

    def __init__(self, silent: timedelta) -> None:
        self.silent = silent
        self.asked: list[str] = []

    async def runs(self, experiment: str, *, filter: str = "", **_more: Any) -> Page[Run]:
        self.asked.append(filter)
        return Page((Run("r1", "boost", experiment, Status.RUNNING, NOW - timedelta(days=3),
                         metrics=(("auc", 0.8),)),))

    async def history(self, run_id: str, metric: str) -> tuple[MetricPoint, ...]:
        return (MetricPoint(1, 0.8, NOW - self.silent),)


def world(tmp_path: Path, clock: Callable[[], datetime] = lambda: NOW, **more: Any) -> World:
    made = fake_world(tmp_path, clock=clock, **more)
    made.board.experiments = (Experiment("e1", "churn"),)
    return made


async def keys(attention: Attention) -> list[str]:
    await attention.look()
    return [one.key for one in attention.concerns()]


async def test_before_the_first_look_nothing_is_called_calm(tmp_path: Path) -> None:
    attention = Attention(world(tmp_path, disks=Disks()), list)
    assert attention.unknown() == ("disk", "journal")
    await attention.look()
    assert attention.unknown() == ()


async def test_a_container_that_nobody_could_look_into_is_not_called_calm(
    tmp_path: Path
) -> None:
    class Blind:
        async def within(self, *_asked: Any) -> dict[str, Within]:
            raise OpstuiError("no answer")

    made = world(tmp_path, inside=Blind())
    one = Container("c1", "serve", "churn:1", "sha256:1", "running", Status.UP)
    made.board.containers = (one,)
    await read_served(made, (one,))
    attention = Attention(made, list)
    await attention.look()
    assert attention.unknown() == ("what containers serve",)
    made.board.within = {"c1": Within()}
    assert attention.unknown() == ()


async def test_disks_are_asked_once_a_minute(tmp_path: Path) -> None:
    now = [NOW]
    disks = Disks(0.92)
    attention = Attention(
        world(tmp_path, lambda: now[0], disks=disks, tracking=Trainings(timedelta())), list
    )
    assert await keys(attention) == ["disk//"]
    disks.used = 0.5
    assert (await keys(attention), disks.asked) == (["disk//"], 1)
    now[0] += timedelta(minutes=2)
    assert (await keys(attention), disks.asked) == ([], 2)


async def test_a_training_that_still_logs_is_no_trouble_however_long_it_runs(
    tmp_path: Path
) -> None:
    busy, stuck = Trainings(timedelta(minutes=5)), Trainings(timedelta(days=2))
    assert await keys(Attention(world(tmp_path, tracking=busy), list)) == []
    assert await keys(Attention(world(tmp_path, tracking=stuck), list)) == ["training/r1"]
    assert "RUNNING" in stuck.asked[0]


async def test_without_experiments_no_training_is_asked_for(tmp_path: Path) -> None:
    trainings = Trainings(timedelta(days=2))
    made = world(tmp_path, tracking=trainings)
    made.board.experiments = ()
    assert await keys(Attention(made, list)) == []
    assert trainings.asked == []
