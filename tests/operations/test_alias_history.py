"""How a model's aliases moved: done here, done by others, seen once and never invented."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from opstui.backends.journal import FileJournal
from opstui.operations import undo
from opstui.operations.alias_history import history, witness
from opstui.operations.carry_out import carry_out
from opstui.operations.edits import prepare_alias
from opstui.operations.promotion import prepare
from opstui.operations.rollback import prepare_rollback
from opstui.operations.world import World
from opstui.panes.alias_story import move_lines
from opstui.panes.models import ModelsView
from opstui.ui.paint import text_of
from tests.fakes.registry import NOW, FakeRegistry
from tests.fakes.world import fake_world


@pytest.fixture
def world(tmp_path: Path) -> World:
    return replace(fake_world(tmp_path), journal=journal(tmp_path / "journal.jsonl", "ana@build"))


def journal(path: Path, who: str) -> FileJournal:
    return FileJournal(path, who=who, clock=lambda: NOW)


def fake(world: World) -> FakeRegistry:
    assert isinstance(world.registry, FakeRegistry)
    return world.registry


async def told(world: World) -> list[tuple[str, str, str, str]]:
    return [(m.alias, m.before, m.after, m.how) for m in await history(world, "churn")]


async def look(world: World) -> int:
    return await witness(world, [await world.registry.model("churn")])


async def test_what_was_done_here_is_told_newest_first(world: World) -> None:
    await carry_out(world, await prepare(world, "churn", "9", "champion"))
    await carry_out(world, await prepare_rollback(world, "churn"))
    await carry_out(world, await prepare_alias(world, "churn", "shadow", "10"))
    await undo.take_back(world, await undo.last_own(world))
    assert await told(world) == [
        ("shadow", "10", "", "undone"), ("shadow", "", "10", "set"),
        ("champion", "9", "7", "rolled back"), ("champion", "7", "9", "promoted"),
    ]
    lines = [text_of(one) for one in move_lines(world, await history(world, "churn"))]
    assert "champion  v7 → v9  promoted  ana@build" in lines[-1]


async def test_others_promotions_are_known_from_their_tags(world: World, tmp_path: Path) -> None:
    ben = replace(world, journal=journal(tmp_path / "elsewhere.jsonl", "ben@lab"))
    await carry_out(ben, await prepare(ben, "churn", "9", "champion"))
    await carry_out(ben, await prepare(ben, "churn", "10", "challenger"))
    found = await history(world, "churn")
    assert {(m.alias, m.before, m.after, m.how, m.who, m.source) for m in found} == {
        ("champion", "7", "9", "promoted", "ben@lab", "tags of v9"),
        ("", "", "10", "promoted", "ben@lab", "tags of v10"),
    }
    assert await world.journal.entries() == ()  # nothing was known, so nothing is new


async def test_a_change_made_elsewhere_is_seen_and_recorded_once(
    world: World, tmp_path: Path
) -> None:
    await carry_out(world, await prepare(world, "churn", "9", "champion"))
    assert await look(world) == 0
    ben = replace(world, journal=journal(tmp_path / "elsewhere.jsonl", "ben@lab"))
    await carry_out(ben, await prepare(ben, "churn", "10", "champion"))
    assert await look(world) == 2  # champion, and the alias that keeps the way back
    assert await look(world) == 0
    seen = [e for e in await world.journal.entries() if e.what == "model.seen"]
    assert {(e.object, e.before, e.after) for e in seen} == {
        ("churn@champion", "9", "10"), ("churn@previous_champion", "7", "9"),
    }
    assert "elsewhere, by ben@lab" in next(e.result for e in seen if e.after == "10")
    found = [m for m in await history(world, "churn") if m.alias == "champion"]
    assert [(m.before, m.after, m.how) for m in found] == [
        ("9", "10", "elsewhere"), ("7", "9", "promoted")]
    assert found[0].who == "ben@lab"


async def test_the_list_of_models_notices_it(world: World) -> None:
    await carry_out(world, await prepare(world, "churn", "9", "champion"))
    del fake(world).aliases["churn"]["champion"]
    view = ModelsView(world)
    await view.load()
    assert (await world.journal.entries(1))[0].what == "model.promote"  # the first rows wait not
    item = (await view.load()).items[0]
    newest = (await world.journal.entries(1))[0]
    assert (newest.what, newest.before, newest.after) == ("model.seen", "9", "")
    tab = next(one for one in view.details(item) if one.title == "Alias history")
    text = [text_of(one) for one in await tab.load(100)]
    assert "v9 → no version  elsewhere" in text[0]


async def test_an_act_under_way_is_nobody_elses(world: World) -> None:
    """At every request of a promotion the list looks, and sees nothing foreign."""
    await carry_out(world, await prepare(world, "churn", "9", "challenger"))
    await carry_out(world, await prepare(world, "churn", "9", "champion"))
    plan = await prepare_rollback(world, "churn")
    registry, watched = fake(world), 0

    class Watched(FakeRegistry):
        async def _enter(self, method: str) -> None:
            nonlocal watched
            watched += 1
            assert await look(replace(world, registry=registry)) == 0

    twin = Watched()
    twin.aliases, twin.held = registry.aliases, registry.held
    assert (await carry_out(replace(world, registry=twin), plan)).ending.fine
    assert watched > 5
    assert await look(world) == 0


async def test_an_own_act_that_ends_while_the_list_is_read_is_nobody_elses(world: World) -> None:
    await carry_out(world, await prepare(world, "churn", "9", "champion"))
    old = await world.registry.model("churn")
    await carry_out(world, await prepare_rollback(world, "churn"))
    assert await witness(world, [old]) == 0  # the list's row is older than the journal
