"""Promoting and rolling back: every way it can end is told as it is."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from opstui.backends.journal import read_lines
from opstui.domain.errors import OpstuiError, WriteUnconfirmed
from opstui.domain.journal import verify
from opstui.domain.promotion import Ending
from opstui.domain.status import Status
from opstui.operations.carry_out import carry_out, planned_writes
from opstui.operations.edits import describe, prepare_alias, set_tag
from opstui.operations.promotion import choices, prepare
from opstui.operations.rollback import prepare_rollback
from opstui.operations.world import Rules, World
from tests.fakes.registry import FakeRegistry
from tests.fakes.world import fake_world


@pytest.fixture
def world(tmp_path: Path) -> World:
    return fake_world(tmp_path)


def fake(world: World) -> FakeRegistry:
    assert isinstance(world.registry, FakeRegistry)
    return world.registry


async def journal(world: World) -> list[str]:
    assert verify(read_lines(world.journal.path)).fault is None
    return [f"{e.what} {e.phase} {e.result}".strip() for e in await world.journal.entries()]


async def test_promoting_moves_champion_last_and_leaves_a_trail(world: World) -> None:
    plan = await prepare(world, "churn", "9", "champion")
    assert (plan.expected, plan.previous_alias, plan.came_from) == (
        "7", "previous_champion", ("challenger",))
    outcome = await carry_out(world, plan)
    assert (outcome.ending, outcome.now) == (Ending.DONE, "9")
    registry = fake(world)
    assert registry.aliases["churn"] == {
        "champion": "9", "challenger": "9", "previous_champion": "7"}
    assert registry.tags("churn", "9") == {
        "promoted_by": "ana@build", "promoted_at": "2026-05-01T12:00:00Z",
        "promoted_from_alias": "challenger", "previous_champion_version": "7",
    }
    assert registry.wrote[-2:] == ["previous_champion=7", "champion=9"]
    lines = await journal(world)
    assert lines[0].startswith("model.promote result done: promoted: champion of churn names v9")
    assert lines[1] == "model.promote intent"
    newest = (await world.journal.entries())[0]
    assert (newest.before, newest.after) == ("7", "9")
    assert dict(newest.evidence)["metric.auc"] == "0.912, v7 0.904 (better)"
    assert dict(newest.evidence)["run_id"] == "run9"
    assert dict(newest.evidence)["ci"].startswith("passed: unit passed")


async def test_another_alias_leaves_the_way_back_alone(world: World) -> None:
    outcome = await carry_out(world, await prepare(world, "churn", "10", "candidate"))
    assert outcome.ending is Ending.DONE
    assert fake(world).aliases["churn"]["previous_champion"] == "5"
    assert "previous_champion_version" not in fake(world).tags("churn", "10")


async def test_the_first_champion_has_no_predecessor(world: World) -> None:
    registry = fake(world)
    registry.aliases["churn"] = {}
    registry.add("churn", "9", tags=(("previous_champion_version", "3"),))
    outcome = await carry_out(world, await prepare(world, "churn", "9", "champion"))
    assert outcome.ending is Ending.DONE
    assert registry.aliases["churn"] == {"champion": "9"}
    assert set(registry.tags("churn", "9")) == {"promoted_by", "promoted_at"}


async def test_what_is_champion_already_is_left_alone(world: World) -> None:
    outcome = await carry_out(world, await prepare(world, "churn", "7", "champion"))
    assert outcome.ending is Ending.NOTHING_TO_DO
    assert fake(world).wrote == []


async def test_an_alias_that_moved_while_the_page_was_open_is_not_written(world: World) -> None:
    plan = await prepare(world, "churn", "9", "champion")
    fake(world).aliases["churn"]["champion"] = "10"
    outcome = await carry_out(world, plan)
    assert (outcome.ending, outcome.now) == (Ending.REFUSED_MOVED, "10")
    assert "names v10 now, not v7" in outcome.sentence and "nothing was written" in outcome.sentence
    assert fake(world).wrote == []
    assert "refused" in (await journal(world))[0]


async def test_an_alias_that_moves_during_the_tags_is_not_overwritten(world: World) -> None:
    plan = await prepare(world, "churn", "9", "champion")

    def move(method: str) -> None:
        if method == "set_version_tag":
            fake(world).aliases["churn"]["champion"] = "10"

    fake(world).before = move
    outcome = await carry_out(world, plan)
    assert (outcome.ending, outcome.now) == (Ending.REFUSED_MOVED, "10")
    assert "left are: tag v9 promoted_by=ana@build" in outcome.sentence
    assert fake(world).aliases["churn"]["champion"] == "10"
    assert outcome.steps[-1].status is Status.SKIPPED


async def test_someone_who_writes_later_is_named_as_the_winner(world: World) -> None:
    plan = await prepare(world, "churn", "9", "champion")
    registry = fake(world)
    registry.add("churn", "10", tags=(("promoted_by", "ben@lab"),))

    def overwrite(method: str) -> None:
        if registry.wrote[-1] == "champion=9":
            registry.aliases["churn"]["champion"] = "10"

    registry.after = overwrite
    outcome = await carry_out(world, plan)
    assert (outcome.ending, outcome.now) == (Ending.LOST_RACE, "10")
    assert "names v10 now, promoted by ben@lab; previous_champion names v7" in outcome.sentence
    assert (await journal(world))[0].startswith("model.promote result lost")


def fails_at(world: World, method: str, error: OpstuiError, *, done: bool = False) -> None:
    """From now on this method raises; with `done` its write happens all the same."""
    registry = fake(world)

    def hook(called: str) -> None:
        if called == method:
            raise error

    if done:
        registry.after = hook
    else:
        registry.before = hook


async def test_a_refused_write_lists_what_was_done_and_what_not(world: World) -> None:
    plan = await prepare(world, "churn", "9", "champion")
    fails_at(world, "set_alias", OpstuiError("MLflow refused: permission denied"))
    outcome = await carry_out(world, plan)
    assert outcome.ending is Ending.FAILED
    assert [step.status for step in outcome.steps] == [Status.PASSED] * 4 + [
        Status.FAILED, Status.SKIPPED]
    assert "champion names v7; the alias was not written" in outcome.sentence
    assert fake(world).aliases["churn"]["champion"] == "7"


async def test_a_write_without_an_answer_that_arrived_is_done(world: World) -> None:
    plan = await prepare(world, "churn", "10", "challenger")
    fails_at(world, "set_alias", WriteUnconfirmed("no answer"), done=True)
    outcome = await carry_out(world, plan)
    assert (outcome.ending, outcome.now) == (Ending.DONE, "10")
    assert fake(world).wrote.count("challenger=10") == 1


async def test_a_write_without_an_answer_that_is_not_there_is_unsure(world: World) -> None:
    plan = await prepare(world, "churn", "10", "challenger")
    fails_at(world, "set_alias", WriteUnconfirmed("no answer"))
    outcome = await carry_out(world, plan)
    assert (outcome.ending, outcome.now) == (Ending.UNSURE, "9")
    assert "may still arrive" in outcome.sentence


async def test_a_tag_without_an_answer_stops_before_the_alias(world: World) -> None:
    plan = await prepare(world, "churn", "9", "champion")
    fails_at(world, "set_version_tag", WriteUnconfirmed("no answer"))
    outcome = await carry_out(world, plan)
    assert (outcome.ending, outcome.now) == (Ending.UNSURE, "7")
    assert fake(world).aliases["churn"]["champion"] == "7"


async def test_a_registry_that_dies_after_the_write_is_unsure(world: World) -> None:
    plan = await prepare(world, "churn", "9", "champion")
    registry = fake(world)

    def die(method: str) -> None:
        if method == "model" and registry.aliases["churn"]["champion"] == "9":
            raise OpstuiError("MLflow does not answer")

    registry.before = die
    outcome = await carry_out(world, plan)
    assert (outcome.ending, outcome.now) == (Ending.UNSURE, "")
    assert "could not be read back" in outcome.sentence


async def test_a_dead_registry_writes_nothing(world: World) -> None:
    plan = await prepare(world, "churn", "9", "champion")
    fails_at(world, "version", OpstuiError("MLflow does not answer"))
    outcome = await carry_out(world, plan)
    assert outcome.ending is Ending.FAILED
    assert "nothing was written" in outcome.sentence


async def test_a_version_that_is_not_ready_is_not_promoted(world: World) -> None:
    fake(world).add("churn", "9", ready=False, status_note="files are missing")
    plan = await prepare(world, "churn", "9", "champion")
    assert plan.evidence[0].status is Status.FAILED
    outcome = await carry_out(world, plan)
    assert outcome.ending is Ending.FAILED and "files are missing" in outcome.sentence
    assert fake(world).wrote == []


async def test_without_a_journal_nothing_is_done(world: World, tmp_path: Path) -> None:
    plan = await prepare(world, "churn", "9", "champion")
    world.journal.path.mkdir()
    with pytest.raises(OpstuiError, match="journal can't be written"):
        await carry_out(world, plan)
    assert fake(world).wrote == []


async def test_cancelling_in_the_middle_is_on_record(world: World) -> None:
    plan = await prepare(world, "churn", "9", "champion")
    writing = asyncio.Event()

    def hang(method: str) -> None:
        if method == "set_version_tag":
            fake(world).delay = 30
            writing.set()

    fake(world).before = hang
    task = asyncio.create_task(carry_out(world, plan))
    await writing.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await journal(world))[0].startswith("model.promote result interrupted")


async def test_a_dry_run_shows_the_exact_calls(world: World) -> None:
    plan = await prepare(world, "churn", "9", "champion")
    requests = [write.request for write in planned_writes(world, plan)]
    assert requests[-1] == (
        'POST /api/2.0/mlflow/registered-models/alias '
        '{"name": "churn", "alias": "champion", "version": "9"}')
    assert fake(world).wrote == []


@pytest.mark.parametrize("alias", ["", "latest", "Latest", "v3", "a b", "x" * 256, "ü"])
async def test_names_that_the_registry_keeps_are_refused(world: World, alias: str) -> None:
    with pytest.raises(OpstuiError, match="can't be an alias"):
        await prepare(world, "churn", "9", alias)


async def test_the_next_rung_is_offered_first(world: World) -> None:
    model = await world.registry.model("churn")
    offered = [(t.alias, t.now) for t in choices(Rules(), model, "9")]
    assert offered == [("champion", "7"), ("candidate", "")]
    assert [t.alias for t in choices(Rules(), model, "10")] == [
        "candidate", "challenger", "champion"]


async def test_rolling_back_returns_to_the_previous_champion(world: World) -> None:
    fake(world).add("churn", "7", tags=(("previous_champion_version", "5"),))
    await carry_out(world, await prepare(world, "churn", "9", "champion"))
    plan = await prepare_rollback(world, "churn")
    assert (plan.version, plan.expected, plan.champion) == ("7", "9", "9")
    outcome = await carry_out(world, plan)
    assert outcome.ending is Ending.DONE
    registry = fake(world)
    assert registry.aliases["churn"]["champion"] == "7"
    assert registry.aliases["churn"]["previous_champion"] == "5"
    assert registry.tags("churn", "7")["rollback_of_version"] == "9"
    assert registry.tags("churn", "7")["rolled_back_by"] == "ana@build"


async def test_a_second_rollback_never_returns_to_the_bad_version(world: World) -> None:
    await carry_out(world, await prepare(world, "churn", "9", "champion"))
    await carry_out(world, await prepare_rollback(world, "churn"))
    assert "previous_champion" not in fake(world).aliases["churn"]
    with pytest.raises(OpstuiError, match="No version is recorded"):
        await prepare_rollback(world, "churn")


async def test_without_the_alias_the_tag_and_then_the_journal_know_the_way(world: World) -> None:
    await carry_out(world, await prepare(world, "churn", "9", "champion"))
    registry = fake(world)
    del registry.aliases["churn"]["previous_champion"]
    plan = await prepare_rollback(world, "churn")
    assert plan.version == "7" and "the tag" in plan.evidence[0].text
    registry.add("churn", "9")
    plan = await prepare_rollback(world, "churn")
    assert plan.version == "7" and "journal" in plan.evidence[0].text


async def test_nothing_to_roll_back_from_is_said(world: World) -> None:
    fake(world).aliases["churn"] = {}
    with pytest.raises(OpstuiError, match="has no champion"):
        await prepare_rollback(world, "churn")


@pytest.mark.parametrize("delay", [0.0, 0.004])
async def test_two_promoters_at_once_are_both_told_the_truth(tmp_path: Path, delay: float) -> None:
    lost = 0
    for attempt in range(12):
        base = fake_world(tmp_path)
        fake(base).delay = delay
        ana = fake_world(tmp_path, base.registry, "ana@a", rules=Rules(settle=0.03))
        ben = fake_world(tmp_path, base.registry, "ben@b", rules=Rules(settle=0.03))
        plans = [await prepare(ana, "churn", "9", "champion"),
                 await prepare(ben, "churn", "10", "champion")]

        async def go(world: World, which: int, plans: list[object] = plans) -> object:
            return await carry_out(world, plans[which])  # type: ignore[arg-type]

        ends = await asyncio.gather(go(ana, 0), go(ben, 1))
        now = fake(base).aliases["churn"]["champion"]
        for plan, end in zip(plans, ends, strict=True):
            said_done = end.ending is Ending.DONE  # type: ignore[attr-defined]
            assert said_done == (now == plan.version), (attempt, end)
            lost += not said_done
    assert lost == 12
    assert verify(read_lines(tmp_path / "journal.jsonl")).fault is None


async def test_setting_and_removing_an_alias_is_checked_and_journaled(world: World) -> None:
    assert (await carry_out(world, await prepare_alias(world, "churn", "shadow", "10"))).now == "10"
    assert fake(world).tags("churn", "10") == {}
    outcome = await carry_out(world, await prepare_alias(world, "churn", "shadow", ""))
    assert (outcome.ending, outcome.now) == (Ending.DONE, "")
    assert "shadow" not in fake(world).aliases["churn"]
    assert [line.split(" ")[0] for line in await journal(world)] == [
        "model.alias.remove"] * 2 + ["model.alias.set"] * 2


async def test_editing_what_someone_else_changed_is_refused(world: World) -> None:
    seen = await world.registry.version("churn", "9")
    await set_tag(world, seen, "team", "fraud")
    with pytest.raises(OpstuiError, match="changed by someone else"):
        await set_tag(world, seen, "team", "churn")
    await set_tag(world, await world.registry.version("churn", "9"), "team", "")
    assert fake(world).tags("churn", "9") == {}
    await describe(world, seen, "better")
    with pytest.raises(OpstuiError, match="changed by someone else"):
        await describe(world, seen, "worse")
