"""Gates over a whole world: what is asked, what each says, and what that lets through."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from opstui.domain.alias import NEW
from opstui.domain.errors import OpstuiError, WriteUnconfirmed
from opstui.domain.promotion import Ending, PromotionPlan
from opstui.domain.status import Status
from opstui.operations.carry_out import carry_out, planned_writes
from opstui.operations.gates import worst
from opstui.operations.promotion import choices, elsewhere, prepare
from opstui.operations.rollback import prepare_rollback
from opstui.operations.trusting import trust, untrusted
from opstui.operations.world import World
from tests.fakes.registry import SHA, FakeRegistry, FakeTracking
from tests.fakes.world import FakeCi, FakeEngine, FakeGit, ci_run, fake_world
from tests.operations.policies import FakeCommands, under

ALL = """
[promotion.champion]
ci = true
signature = true
lineage = true
image = true
age = { at_least = "30m" }
[promotion.champion.metric.auc]
threshold = 0.9
max_regression = 0.001
[promotion.champion.tag.validation_status]
equals = "passed"
[promotion.champion.window.sunday]
days = "sun"
[promotion.champion.command.smoke]
run = "./smoke"
"""
SIGNED = "signature:\n  inputs: '[{\"type\": \"long\", \"name\": \"age\"}]'\n  outputs: null\n"


def fake(world: World) -> FakeRegistry:
    assert isinstance(world.registry, FakeRegistry)
    return world.registry


def tracking(world: World) -> FakeTracking:
    assert isinstance(world.tracking, FakeTracking)
    return world.tracking


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Everything that ALL demands is so."""
    base = fake_world(tmp_path, gate_commands=FakeCommands())
    for version in ("7", "9"):
        fake(base).files[f"churn/{version}/MLmodel"] = SIGNED
    fake(base).add("churn", "9", tags=(("validation_status", "passed"),))
    return under(base, ALL)


def states(plan: PromotionPlan) -> dict[str, Status]:
    assert plan.guard is not None
    return {one.name: one.status for one in plan.guard.gates}


async def told(world: World, name: str) -> tuple[Status, str]:
    plan = await prepare(world, "churn", "9", "champion")
    assert plan.guard is not None
    one = next(one for one in plan.guard.gates if one.name == name)
    return one.status, one.text


async def test_where_all_is_well_nothing_blocks(world: World) -> None:
    plan = await prepare(world, "churn", "9", "champion")
    assert states(plan) == dict.fromkeys((
        "ci", "signature", "lineage", "image", "age", "metric.auc", "tag.validation_status",
        "window.sunday", "command.smoke",
    ), Status.PASSED)
    assert plan.blocked == ()
    assert (await carry_out(world, plan)).ending is Ending.DONE
    evidence = dict((await world.journal.entries())[0].evidence)
    assert evidence["gate.metric.auc"].startswith("passed: auc 0.912, at least 0.9; v7 has 0.904")
    assert evidence["policy"].startswith("champion of your settings, ")


async def test_without_a_policy_nothing_is_judged(tmp_path: Path) -> None:
    world = fake_world(tmp_path, engine=FakeEngine(error="Docker is down"))
    plan = await prepare(world, "churn", "10", "champion")
    assert plan.guard is None and plan.blocked == ()
    other = under(world, "[promotion.champion]\nimage = true\n")
    assert (await prepare(other, "churn", "10", "challenger")).guard is None


async def test_what_fails_blocks_and_nothing_is_written(world: World) -> None:
    tracking(world).add("run9", auc=0.89)
    plan = await prepare(world, "churn", "9", "champion")
    assert [one.name for one in plan.blocked] == ["metric.auc"]
    outcome = await carry_out(world, plan)
    assert (outcome.ending, outcome.ending.value) == (Ending.BLOCKED, 7)
    assert outcome.sentence == "blocked by metric.auc (failed); nothing was written"
    assert fake(world).wrote == []
    assert (await world.journal.entries())[0].result.startswith("blocked: ")


async def test_an_override_needs_a_reason_and_is_journaled(world: World) -> None:
    tracking(world).add("run9", auc=0.89)
    plan = await prepare(world, "churn", "9", "champion")
    assert (await carry_out(world, replace(plan, override="  "))).ending is Ending.BLOCKED
    outcome = await carry_out(world, replace(plan, override="the old one is on fire"))
    assert outcome.ending is Ending.DONE
    evidence = dict((await world.journal.entries())[0].evidence)
    assert evidence["override"] == "the old one is on fire"
    assert evidence["gate.metric.auc"].startswith("failed: ")


@pytest.mark.parametrize(("name", "change", "why"), [
    ("ci", {"ci": (FakeCi(error="GitHub refused the token"),)}, "GitHub refused the token"),
    ("image", {"engine": FakeEngine(error="Docker is down")}, "Docker is down"),
    ("lineage", {"git": FakeGit(())}, "git knows no"),
    ("command.smoke", {"gate_commands": FakeCommands(problem="took longer")}, "took longer"),
    ("command.smoke", {"gate_commands": None}, "nothing can be run"),
])
async def test_a_backend_that_is_silent_makes_its_gate_unknown(
    world: World, name: str, change: dict[str, Any], why: str
) -> None:
    changed = replace(world, **change)
    status, text = await told(changed, name)
    assert status is Status.UNKNOWN and why in text
    plan = await prepare(changed, "churn", "9", "champion")
    assert worst(plan.blocked) is Status.UNKNOWN
    assert (await carry_out(changed, plan)).ending is Ending.BLOCKED_UNKNOWN


@pytest.mark.parametrize(("name", "change"), [
    ("ci", {"ci": (FakeCi(known=(ci_run(Status.FAILED),)),)}),
    ("image", {"engine": FakeEngine()}),
    ("lineage", {"git": FakeGit(remotes=())}),
    ("command.smoke", {"gate_commands": FakeCommands(code=1)}),
])
async def test_a_backend_that_says_no_makes_its_gate_fail(
    world: World, name: str, change: dict[str, Any]
) -> None:
    assert (await told(replace(world, **change), name))[0] is Status.FAILED


async def test_a_champion_that_cannot_be_read_is_not_taken_for_none(world: World) -> None:
    del tracking(world).held["run7"]
    assert await told(world, "metric.auc") == (
        Status.UNKNOWN, "auc 0.912, at least 0.9; v7 can't be compared: MLflow knows no run run7")
    del fake(world).files["churn/7/MLmodel"]
    assert (await told(world, "signature"))[0] is Status.UNKNOWN
    del fake(world).held["churn"]["7"]
    for gate in ("metric.auc", "signature"):
        status, text = await told(world, gate)
        assert status is Status.UNKNOWN and "MLflow knows no version 7" in text
    fake(world).aliases["churn"] = {}
    status, text = await told(world, "metric.auc")
    assert status is Status.PASSED and "first version" in text


async def test_other_data_than_the_champions_is_unknown(world: World) -> None:
    held = tracking(world).held
    held["run9"] = replace(held["run9"], datasets=(("train", "d2"),))
    status, text = await told(world, "metric.auc")
    assert status is Status.UNKNOWN and "other data than v7" in text


async def test_only_what_a_gate_asks_for_is_read(world: World) -> None:
    asked: list[str] = []
    fake(world).before = asked.append
    await prepare(under(world, "[promotion.champion]\nci = true\n"), "churn", "9", "champion")
    assert "version_file" not in asked
    await prepare(under(world, "[promotion.champion]\nsignature = true\n"), "churn", "9",
                  "champion")
    assert asked.count("version_file") == 2


async def test_a_gate_can_compare_with_another_alias(world: World) -> None:
    text = ALL.replace("max_regression = 0.001", 'max_regression = 0\nagainst = "shadow"')
    fake(world).aliases["churn"]["shadow"] = "5"
    tracking(world).add("run5", auc=0.92)
    status, said = await told(under(world, text), "metric.auc")
    assert status is Status.FAILED and "v5 has 0.92" in said


async def test_a_command_gets_the_models_facts(world: World) -> None:
    commands = world.gate_commands
    assert isinstance(commands, FakeCommands)
    tracking(world).add("run9", auc=0.912, odd=float("nan"))
    await prepare(world, "churn", "9", "champion")
    seen = commands.ran[-1]
    assert json.loads(seen.pop("OPSTUI_METRICS")) == {"auc": 0.912}
    assert seen == {
        "OPSTUI_MODEL": "churn", "OPSTUI_VERSION": "9", "OPSTUI_MODEL_URI": "models:/churn/9",
        "OPSTUI_ENVIRONMENT": "champion", "OPSTUI_ALIAS": "champion", "OPSTUI_SERVES": "7",
        "OPSTUI_TARGET_MODEL": "churn", "OPSTUI_RUN_ID": "run9", "OPSTUI_COMMIT": SHA,
        "MLFLOW_TRACKING_URI": "http://mlflow.example",
    }


async def test_a_repositorys_command_is_unknown_until_it_is_trusted(world: World) -> None:
    theirs = under(world, ALL, own=False)
    assert isinstance(world.gate_commands, FakeCommands)
    status, text = await told(theirs, "command.smoke")
    assert status is Status.UNKNOWN and "`./smoke` of .opstui.toml was not trusted" in text
    assert world.gate_commands.ran == []
    environment = theirs.rules.environments[0]
    for command in await untrusted(theirs, environment):
        await trust(theirs, command)
    assert await untrusted(theirs, environment) == ()
    assert (await told(theirs, "command.smoke"))[0] is Status.PASSED
    entry = (await world.journal.entries())[0]
    assert (entry.what, entry.object, entry.result) == ("gate.trust", "./smoke", "done")


PROD = '[promotion.prod]\nmodel = "prod.{model}"\n[promotion.prod.metric.auc]\nmax_regression = 0\n'


async def test_an_environment_of_its_own_gets_a_copy_with_its_origin(world: World) -> None:
    world = under(world, PROD)
    assert [one.alias for one in elsewhere(world.rules, "churn")] == ["prod"]
    assert elsewhere(world.rules, "prod.churn") == ()
    plan = await prepare(world, "churn", "9", "prod")
    assert (plan.model, plan.version, plan.alias) == ("prod.churn", NEW, "champion")
    assert "first version" in plan.guard.gates[0].text  # type: ignore[union-attr]
    assert planned_writes(world, plan)[0].text == "copy churn v9 to prod.churn"
    outcome = await carry_out(world, plan)
    assert (outcome.ending, outcome.now) == (Ending.DONE, "1")
    assert outcome.steps[0].text == "copy churn v9 to prod.churn: v1"
    tags = fake(world).tags("prod.churn", "1")
    assert tags["copied_from"] == "churn/9" and tags["validation_status"] == "passed"
    assert "promoted_by" in tags
    assert fake(world).aliases["prod.churn"] == {"champion": "1"}
    again = await prepare(world, "churn", "9", "prod")
    assert (again.version, again.expected) == ("1", "1")
    fake(world).aliases["prod.churn"] = {}
    assert (await carry_out(world, await prepare(world, "churn", "9", "prod"))).now == "1"


async def test_a_copy_is_compared_with_what_serves_there(world: World) -> None:
    world = under(world, PROD)
    await carry_out(world, await prepare(world, "churn", "9", "prod"))
    plan = await prepare(world, "churn", "7", "prod")
    assert [one.name for one in plan.blocked] == ["metric.auc"]
    assert "v1 has 0.912" in plan.blocked[0].text


async def test_a_copy_without_an_answer_is_told_as_unsure(world: World) -> None:
    world = under(world, PROD)

    def lose(method: str) -> None:
        if method == "copy_version":
            raise WriteUnconfirmed("no answer")

    plan = await prepare(world, "churn", "9", "prod")
    fake(world).after = lose
    outcome = await carry_out(world, plan)
    assert outcome.ending is Ending.UNSURE and "stopped there" in outcome.sentence
    assert outcome.steps[0].status is Status.UNKNOWN
    fake(world).after = lambda method: None
    assert (await prepare(world, "churn", "9", "prod")).version == "1"  # it is found again


async def test_a_refused_copy_leaves_the_environment_alone(world: World) -> None:
    world = under(world, PROD)

    def refuse(method: str) -> None:
        if method == "copy_version":
            raise OpstuiError("MLflow does not allow this")

    plan = await prepare(world, "churn", "9", "prod")
    fake(world).before = refuse
    outcome = await carry_out(world, plan)
    assert outcome.ending is Ending.FAILED and "nothing was written" in outcome.sentence
    assert "prod.churn" not in fake(world).aliases


async def test_aliases_and_environments_are_offered(world: World) -> None:
    model = await world.registry.model("churn")
    world = under(world, ALL + '[promotion.prod]\nmodel = "prod.{model}"\n')
    offered = [*choices(world.rules, model, "9"), *elsewhere(world.rules, "churn")]
    assert [one.alias for one in offered] == ["champion", "candidate", "prod"]


async def test_the_copy_is_an_act_of_its_own_in_the_journal(world: World) -> None:
    world = under(world, PROD)
    await carry_out(world, await prepare(world, "churn", "9", "prod"))
    lines = [(one.what, one.object, one.phase, one.after) for one in await world.journal.entries()]
    assert lines == [
        ("model.promote", "prod.churn@champion", "result", "1"),
        ("model.promote", "prod.churn@champion", "intent", "1"),
        ("model.copy", "churn/9 to prod.churn", "result", ""),
        ("model.copy", "churn/9 to prod.churn", "intent", ""),
    ]
    assert (await world.journal.entries())[2].result == "done: copied: it is v1 of prod.churn"


async def test_an_environment_that_moved_gets_no_copy(world: World) -> None:
    world = under(world, PROD)
    plan = await prepare(world, "churn", "9", "prod")
    await carry_out(world, await prepare(world, "churn", "7", "prod"))
    outcome = await carry_out(world, plan)
    assert outcome.ending is Ending.REFUSED_MOVED
    assert "champion of prod.churn names v1 now, not no version" in outcome.sentence
    assert list(fake(world).held["prod.churn"]) == ["1"]
    assert {step.status for step in outcome.steps} == {Status.SKIPPED}


async def test_a_promotion_that_is_rolled_back_in_its_environment(world: World) -> None:
    world = under(world, '[promotion.prod]\nmodel = "prod.{model}"\n')
    for version in ("7", "9"):
        await carry_out(world, await prepare(world, "churn", version, "prod"))
    assert fake(world).aliases["prod.churn"] == {"champion": "2", "previous_champion": "1"}
    assert (await carry_out(world, await prepare_rollback(world, "prod.churn"))).now == "1"
