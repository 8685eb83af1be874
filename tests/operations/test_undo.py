"""Undo of one's own last change, and acts that were cut in the middle."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from opstui.backends.journal import FileJournal, read_lines
from opstui.domain.errors import OpstuiError
from opstui.domain.footsteps import Footstep, StepKind, decode, encode, steps_of
from opstui.domain.journal import verify
from opstui.domain.promotion import Ending, Outcome
from opstui.operations import undo
from opstui.operations.carry_out import carry_out
from opstui.operations.edits import describe, prepare_alias, set_tag
from opstui.operations.promotion import prepare
from opstui.operations.rollback import prepare_rollback
from opstui.operations.world import World
from tests.fakes.registry import FakeRegistry
from tests.fakes.world import fake_world


@pytest.fixture
def world(tmp_path: Path) -> World:
    return fake_world(tmp_path)


def fake(world: World) -> FakeRegistry:
    assert isinstance(world.registry, FakeRegistry)
    return world.registry


def state(world: World) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    registry = fake(world)
    return dict(registry.aliases["churn"]), {
        version: registry.tags("churn", version) for version in registry.held["churn"]
    }


async def undone(world: World) -> Outcome:
    return await undo.take_back(world, await undo.last_own(world))


async def test_a_promotion_is_taken_back_whole(world: World) -> None:
    before = state(world)
    await carry_out(world, await prepare(world, "churn", "9", "champion"))
    assert state(world) != before
    outcome = await undone(world)
    assert outcome.ending is Ending.DONE
    assert "champion of churn names v7" in outcome.sentence
    assert state(world) == before
    assert verify(read_lines(world.journal.path)).fault is None
    with pytest.raises(OpstuiError, match="no change of yours to undo"):
        await undone(world)


async def test_changes_are_taken_back_one_after_the_other(world: World) -> None:
    states = [state(world)]
    await carry_out(world, await prepare(world, "churn", "9", "champion"))
    states.append(state(world))
    await carry_out(world, await prepare_rollback(world, "churn"))
    states.append(state(world))
    await carry_out(world, await prepare_alias(world, "churn", "shadow", "10"))
    states.append(state(world))
    await set_tag(world, await world.registry.version("churn", "10"), "team", "fraud")
    states.append(state(world))
    await describe(world, await world.registry.version("churn", "10"), "new")
    while states:
        assert state(world) == states.pop()
        if states:
            assert (await undone(world)).ending is Ending.DONE
            if len(states) == 4:  # the description went first
                assert state(world) == states[-1] or (await undone(world)).ending is Ending.DONE
    assert (await world.registry.version("churn", "10")).description == ""


async def test_it_is_refused_when_the_world_moved_since(world: World) -> None:
    await carry_out(world, await prepare(world, "churn", "9", "champion"))
    fake(world).aliases["churn"]["champion"] = "10"
    last = await undo.last_own(world)
    assert "names v10 now, not names v9" in await undo.moved_since(world, last.steps)
    wrote = list(fake(world).wrote)
    outcome = await undo.take_back(world, last)
    assert outcome.ending is Ending.REFUSED_MOVED and "nothing was written" in outcome.sentence
    assert fake(world).wrote == wrote


async def test_an_alias_that_moves_while_it_is_undone_is_left(world: World) -> None:
    await carry_out(world, await prepare_alias(world, "churn", "challenger", "10"))
    last = await undo.last_own(world)
    reads = 0

    def move(method: str) -> None:
        nonlocal reads
        reads += method == "model"
        if reads == 2:
            fake(world).aliases["churn"]["challenger"] = "5"

    fake(world).before = move
    assert (await undo.take_back(world, last)).ending is Ending.REFUSED_MOVED
    assert fake(world).aliases["churn"]["challenger"] == "5"


async def test_a_newer_tag_is_left_as_it_is(world: World) -> None:
    await carry_out(world, await prepare(world, "churn", "9", "champion"))
    await fake(world).set_version_tag("churn", "9", "promoted_by", "ben@lab")
    outcome = await undone(world)
    assert outcome.ending is Ending.DONE and "newer were left" in outcome.sentence
    assert fake(world).tags("churn", "9") == {"promoted_by": "ben@lab"}
    assert fake(world).aliases["churn"]["champion"] == "7"


async def test_what_others_did_is_not_ones_own(world: World, tmp_path: Path) -> None:
    ben = replace(world, journal=FileJournal(tmp_path / "journal.jsonl", who="ben@build"))
    await carry_out(ben, await prepare(ben, "churn", "9", "champion"))
    with pytest.raises(OpstuiError, match="no change of yours"):
        await undo.last_own(world)
    away = FileJournal(tmp_path / "journal.jsonl", who="ben@build from 10.0.0.7")
    assert (await undo.last_own(replace(world, journal=away))).entry.after == "9"


async def cut_at(world: World, write: int, plan: object) -> None:
    """Lose the process after so many writes: no result line, and nobody at the act."""
    seen = 0

    class Gone(BaseException):
        pass

    def die(method: str) -> None:
        nonlocal seen
        if method not in ("model", "version", "versions"):
            seen += 1
            if seen > write:
                raise Gone

    fake(world).before = die
    lines = world.journal.path.read_bytes() if world.journal.path.exists() else b""
    with pytest.raises(Gone):
        await carry_out(world, plan)  # type: ignore[arg-type]
    fake(world).before = lambda method: None
    data = world.journal.path.read_bytes()
    assert data.startswith(lines)
    intent = data[len(lines):].splitlines(keepends=True)[0]
    world.journal.path.write_bytes(lines + intent)


@pytest.mark.parametrize("write", range(6))
async def test_a_cut_promotion_is_found_and_undone(world: World, write: int) -> None:
    before = state(world)
    await cut_at(world, write, await prepare(world, "churn", "9", "champion"))
    (cut,) = await undo.cuts(world)
    assert cut.entry.what == "model.promote" and len(cut.steps) == 6
    assert sum(await undo.how_far(world, cut)) == write
    outcome = await undo.go_back(world, cut)
    assert outcome.ending is (Ending.DONE if write else Ending.NOTHING_TO_DO)
    assert state(world) == before
    assert await undo.cuts(world) == ()


@pytest.mark.parametrize("write", range(5))
async def test_a_cut_rollback_goes_on_where_it_was(world: World, write: int) -> None:
    await carry_out(world, await prepare(world, "churn", "9", "champion"))
    await cut_at(world, write, await prepare_rollback(world, "churn"))
    (cut,) = await undo.cuts(world)
    assert undo.can_go_on(cut)
    assert (await undo.go_on(world, cut)).ending is Ending.DONE
    assert fake(world).aliases["churn"]["champion"] == "7"
    assert fake(world).tags("churn", "7")["rollback_of_version"] == "9"
    assert await undo.cuts(world) == ()
    assert verify(read_lines(world.journal.path)).fault is None


async def test_an_act_that_was_left_on_the_way_counts_as_cut(world: World) -> None:
    """A hang-up cancels it, and it has time to say so in the journal."""
    before = state(world)
    plan = await prepare(world, "churn", "9", "champion")
    fake(world).after = lambda method: task.cancel()
    task = asyncio.ensure_future(carry_out(world, plan))
    with pytest.raises(asyncio.CancelledError):
        await task
    fake(world).after = lambda method: None
    (cut,) = await undo.cuts(world)
    assert cut.entry.result.startswith("interrupted") and any(await undo.how_far(world, cut))
    assert (await undo.go_back(world, cut)).ending is Ending.DONE
    assert state(world) == before
    assert await undo.cuts(world) == ()


async def test_a_cut_act_is_not_gone_on_with_when_the_world_moved(world: World) -> None:
    await cut_at(world, 3, await prepare(world, "churn", "9", "champion"))
    fake(world).aliases["churn"]["champion"] = "10"
    (cut,) = await undo.cuts(world)
    assert (await undo.go_on(world, cut)).ending is Ending.REFUSED_MOVED
    assert len(await undo.cuts(world)) == 1
    await undo.close(world, cut, "interrupted: left as it was found")
    assert await undo.cuts(world) == ()


def test_steps_survive_the_journal_and_secrets_do_not() -> None:
    steps = (
        Footstep(StepKind.TAG, "a=b", "7", "k", "x=1", ""),
        Footstep(StepKind.ALIAS, "a=b", "", "champion", "7", "9"),
        Footstep(StepKind.DESCRIPTION, "a=b", "7", "", "=", 'two\nlines "q"'),
    )
    assert decode(encode(steps)) == steps
    for wrong in ("", "{}", "[[1]]", '[["alias","m","","a=1","b=2"]]', '[["x","m","","a=","a="]]'):
        with pytest.raises(ValueError, match="no steps"):
            decode(wrong)


async def test_a_value_that_the_journal_hides_is_not_put_back(world: World) -> None:
    version = await world.registry.version("churn", "9")
    await set_tag(world, version, "note", "https://ana:hunter2@example.org")
    entry = (await world.journal.entries())[0]
    assert steps_of(entry) == ()
    with pytest.raises(OpstuiError, match="can't be undone"):
        await undo.last_own(world)
