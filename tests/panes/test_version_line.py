"""How a metric went over the versions of a model, and which of them have names."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from opstui.operations.world import World
from opstui.panes.models import ModelsView
from opstui.panes.run_cache import RunCache
from opstui.panes.version_line import over_versions
from opstui.panes.versions import VersionsView
from opstui.ui.paint import text_of
from tests.fakes.registry import FakeRegistry, FakeTracking
from tests.fakes.world import fake_world


@pytest.fixture
def world(tmp_path: Path) -> World:
    return fake_world(tmp_path)


async def told(world: World, model: str = "churn", width: int = 80) -> list[str]:
    found = await over_versions(world, model, RunCache(world.tracking), width)
    return [text_of(one) for one in found]


async def test_a_chart_for_each_metric_with_the_aliases_at_their_versions(world: World) -> None:
    lines = await told(world)
    whole = "\n".join(lines)
    assert lines[0] == "auc  0.912 v9  higher is better"
    names = next(line for line in lines if "champion v7" in line)
    assert names.split() == ["previous_champion", "v5", "champion", "v7", "challenger", "v9"]
    assert names.index("champion v7") > names.index("previous_champion v5")
    assert whole.count("●") >= 6, "every version is a mark"
    assert "lower is better" in whole
    assert max(map(len, lines)) <= 80


async def test_further_metrics_are_short_lines(world: World) -> None:
    tracking = world.tracking
    assert isinstance(tracking, FakeTracking)
    for number, version in enumerate(("5", "7", "9")):
        tracking.add(f"run{version}", a=1.0, b=2.0, c=3.0, d=float(number), odd=math.nan)
    lines = await told(world)
    spark = next(line for line in lines if line.startswith("d "))
    assert "▁▅█" in spark
    assert spark.endswith("2 v9")


async def test_what_was_measured_once_is_no_line(world: World) -> None:
    assert any(line.startswith("width") and line.endswith("3 v9") for line in await told(world))


async def test_ascii_and_narrow(tmp_path: Path) -> None:
    lines = await told(fake_world(tmp_path, ascii_only=True), width=40)
    assert all(line.isascii() and len(line) <= 60 for line in lines)


async def test_without_versions_or_runs_it_is_said(tmp_path: Path) -> None:
    registry = FakeRegistry()
    registry.add("bare", "1", run_id="")
    assert await told(fake_world(tmp_path, registry), "bare") == [
        "no version has a run with metrics"]


async def test_models_and_versions_have_it_as_a_tab(world: World) -> None:
    models, versions = ModelsView(world), VersionsView(world, "churn")
    model = (await models.load()).items[0]
    version = (await versions.load()).items[0]
    for details in (models.details(model), versions.details(version)):
        tab = next(one for one in details if one.title == "Over versions")
        assert "champion v7" in "\n".join(text_of(one) for one in await tab.load(80))
