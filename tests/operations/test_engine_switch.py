"""Taking another engine: what was known is forgotten, what is under way is not left alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from opstui.operations.engine_switch import use_engine
from tests.fakes.systems import StoryEngine, StoryEngines
from tests.fakes.world import NOW, fake_world, image


async def test_what_was_known_of_the_engine_before_is_forgotten(tmp_path: Path) -> None:
    world = replace(fake_world(tmp_path), engines=StoryEngines(StoryEngine()))
    world.board.images = (image(),)
    assert (await use_engine(world, "build9")).name == "build9"
    assert (world.board.images, world.board.containers, world.board.served) == ((), (), ())


async def test_not_while_something_long_is_under_way(tmp_path: Path) -> None:
    world = replace(fake_world(tmp_path), engines=StoryEngines(StoryEngine()))
    job = world.jobs.begin("push", "churn:1", "here", NOW, lambda: None)
    with pytest.raises(OpstuiError, match="a push of churn:1 is under way"):
        await use_engine(world, "build9")
    assert world.engines is not None
    assert world.engines.name == ""
    job.end(Status.PASSED, "done", NOW)
    await use_engine(world, "build9")
    assert world.engines.name == "build9"


async def test_where_there_is_one_engine_only_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(OpstuiError, match="there is only this one engine"):
        await use_engine(fake_world(tmp_path), "build9")
