"""Plans as files, and applying them later: refused where the world moved, judged again."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.domain.errors import OpstuiError
from opstui.domain.promotion import (
    Direction,
    Ending,
    Evidence,
    GateVerdict,
    Guard,
    MetricDelta,
    PromotionPlan,
)
from opstui.domain.status import Status
from opstui.operations.applying import apply, renewed
from opstui.operations.plan_file import file_name, read_plan, write_plan
from opstui.operations.promotion import prepare
from opstui.operations.world import World
from tests.fakes.registry import NOW, FakeRegistry, FakeTracking
from tests.fakes.world import fake_world
from tests.operations.policies import FakeCommands, under

POLICY = "[promotion.champion.metric.auc]\nthreshold = 0.9\n[promotion.champion.command.smoke]\n" \
    'run = "./smoke"\n'


@pytest.fixture
def world(tmp_path: Path) -> World:
    return under(fake_world(tmp_path, gate_commands=FakeCommands()), POLICY)


def fake(world: World) -> FakeRegistry:
    assert isinstance(world.registry, FakeRegistry)
    return world.registry


def tracking(world: World) -> FakeTracking:
    assert isinstance(world.tracking, FakeTracking)
    return world.tracking


async def saved(world: World, tmp_path: Path, version: str = "9", **more: Any) -> PromotionPlan:
    path = tmp_path / f"{version}.plan.json"
    plan = replace(await prepare(world, "churn", version, "champion"), **more)
    write_plan(path, plan, "ana@build")
    return read_plan(path)


async def test_a_saved_plan_is_carried_out_while_nothing_moved(
    world: World, tmp_path: Path
) -> None:
    plan = await saved(world, tmp_path)
    fresh, outcome = await apply(world, plan)
    assert (outcome.ending, outcome.now) == (Ending.DONE, "9")
    assert fresh.guard == plan.guard
    assert fake(world).tags("churn", "9")["previous_champion_version"] == "7"


@pytest.mark.parametrize(("what", "why"), [
    ("alias", "champion names v10 now, not v7"),
    ("champion's metric", "the champion's auc is 0.95 now, not 0.904"),
    ("metric", "the candidate's auc is 0.99 now, not 0.912"),
    ("run", "the version comes from run run5 now, not run9"),
    ("policy", "the policy is"),
    ("no policy", "the policy is none now"),
    ("place", "the plan is for the registry at http://other, this is http://mlflow.example"),
    ("environment", "champion is live of churn now, not champion of churn"),
])
async def test_a_world_that_moved_is_refused(
    world: World, tmp_path: Path, what: str, why: str
) -> None:
    plan = await saved(world, tmp_path)
    if what == "alias":
        fake(world).aliases["churn"]["champion"] = "10"
    elif what == "champion's metric":
        tracking(world).add("run7", auc=0.95, logloss=0.291, old=1.0)
    elif what == "metric":
        tracking(world).add("run9", auc=0.99, logloss=0.288, width=3.0, odd=float("nan"))
    elif what == "run":
        fake(world).add("churn", "9", run_id="run5")
    elif what == "policy":
        world = under(world, POLICY.replace("0.9", "0.91"))
    elif what == "no policy":
        world = replace(world, rules=replace(world.rules, environments=()))
    elif what == "place":
        plan = replace(plan, place="http://other")
    else:
        world = under(world, '[promotion.champion]\nalias = "live"\n')
    _, outcome = await apply(world, plan)
    assert (outcome.ending, outcome.ending.value) == (Ending.REFUSED_MOVED, 4)
    assert why in outcome.sentence and "nothing was written" in outcome.sentence
    assert fake(world).wrote == []
    assert {step.status for step in outcome.steps} == {Status.SKIPPED}


async def test_a_version_that_is_gone_is_one_sentence(world: World, tmp_path: Path) -> None:
    plan = await saved(world, tmp_path)
    del fake(world).held["churn"]["9"]
    with pytest.raises(OpstuiError, match="no version 9"):
        await apply(world, plan)


async def test_gates_judge_again(world: World, tmp_path: Path) -> None:
    commands = world.gate_commands
    assert isinstance(commands, FakeCommands)
    plan = await saved(world, tmp_path)
    assert plan.blocked == () and len(commands.ran) == 1
    commands.code = 1
    fresh, outcome = await apply(world, plan)
    assert [one.name for one in fresh.blocked] == ["command.smoke"]
    assert (outcome.ending, fake(world).wrote) == (Ending.BLOCKED, [])
    assert len(commands.ran) == 2
    _, outcome = await apply(world, plan, run_commands=False)  # a minute after the page
    assert (outcome.ending, len(commands.ran)) == (Ending.DONE, 2)


async def test_an_override_counts_only_for_what_blocked_when_it_was_given(
    world: World, tmp_path: Path
) -> None:
    commands = world.gate_commands
    assert isinstance(commands, FakeCommands)
    commands.code = 1
    plan = await saved(world, tmp_path, override="the smoke test is broken")
    assert (await renewed(world, plan)).override == "the smoke test is broken"
    commands.problem = "took longer"
    assert (await renewed(world, plan)).override == ""  # failed then, unknown now
    commands.problem, commands.code = "", 0
    fresh, outcome = await apply(world, plan)
    assert (fresh.override, outcome.ending) == ("", Ending.DONE)  # nothing was overridden


async def test_what_is_champion_meanwhile_is_refused_as_moved(
    world: World, tmp_path: Path
) -> None:
    plan = await saved(world, tmp_path)
    assert (await apply(world, plan))[1].ending is Ending.DONE
    assert (await apply(world, plan))[1].ending is Ending.REFUSED_MOVED


TEXT = st.text(max_size=8)
NUMBER = st.one_of(st.none(), st.floats())
STATES = st.sampled_from(Status)
PLANS = st.builds(
    PromotionPlan, verb=st.just("promote"), model=TEXT, version=TEXT, alias=TEXT, expected=TEXT,
    place=TEXT, came_from=st.lists(TEXT, max_size=2).map(tuple), override=TEXT, run_id=TEXT,
    made=st.one_of(st.none(), st.just(NOW)), copy_of=st.tuples(TEXT, TEXT),
    metrics=st.lists(st.builds(
        MetricDelta, TEXT, NUMBER, NUMBER, st.sampled_from(Direction)), max_size=2).map(tuple),
    evidence=st.lists(st.builds(Evidence, TEXT, STATES, TEXT), max_size=2).map(tuple),
    guard=st.one_of(st.none(), st.builds(
        Guard, TEXT, TEXT, TEXT, st.booleans(),
        st.lists(st.builds(GateVerdict, TEXT, STATES, TEXT), max_size=2).map(tuple))),
)


@given(PLANS)
def test_every_plan_comes_back_as_it_was(plan: PromotionPlan) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.plan.json"
        write_plan(path, plan, "ana")
        assert repr(read_plan(path)) == repr(plan)  # one NaN is like the other


async def test_numbers_that_json_has_not_are_texts(world: World, tmp_path: Path) -> None:
    await saved(world, tmp_path)
    data = json.loads((tmp_path / "9.plan.json").read_text(), parse_constant=pytest.fail)
    assert data["format"] == "opstui-plan/1" and data["by"] == "ana@build"
    odd = next(one for one in data["metrics"] if one["name"] == "odd")
    assert odd["candidate"] == "nan"
    delta = next(one for one in read_plan(tmp_path / "9.plan.json").metrics if one.name == "odd")
    assert delta.candidate is not None and math.isnan(delta.candidate)


async def test_a_file_is_never_written_over(world: World, tmp_path: Path) -> None:
    plan = await saved(world, tmp_path)
    with pytest.raises(OpstuiError, match="such a file already"):
        write_plan(tmp_path / "9.plan.json", plan, "ana")
    with pytest.raises(OpstuiError, match="can't be written"):
        write_plan(tmp_path / "no" / "folder.json", plan, "ana")
    assert file_name(plan) == "churn-9-champion.plan.json"
    assert file_name(replace(plan, model="a b/$(c)")) == "a-b---c--9-champion.plan.json"


@pytest.mark.parametrize("text", [
    "", "[]", "{}", "nonsense", '{"format": "opstui-plan/2"}', '{"format": "opstui-plan/1"}',
    "[" * 100_000, "\xff",
])
def test_what_is_no_plan_is_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(OpstuiError, match="no plan of opstui"):
        read_plan(path)
    with pytest.raises(OpstuiError, match="can't be read"):
        read_plan(tmp_path / "none")


async def test_a_plan_with_a_wrong_field_is_no_plan(world: World, tmp_path: Path) -> None:
    await saved(world, tmp_path)
    path = tmp_path / "9.plan.json"
    good = json.loads(path.read_text())
    for name, value in (("verb", "alias.set"), ("version", 9), ("made", "today"), ("guard", []),
                        ("metrics", [{"name": "auc"}]), ("evidence", [1]), ("copy_of", [])):
        path.write_text(json.dumps({**good, name: value}))
        with pytest.raises(OpstuiError, match="no plan of opstui"):
            read_plan(path)
    for name in good:
        if name not in ("format", "by"):
            path.write_text(json.dumps({k: v for k, v in good.items() if k != name}))
            with pytest.raises(OpstuiError, match="no plan of opstui"):
                read_plan(path)
