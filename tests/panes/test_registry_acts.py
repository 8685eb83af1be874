"""Deleting, copying and bisecting by key, and what is dimmed with its reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from opstui.domain.policy import Environment
from opstui.operations.carry_out import carry_out
from opstui.operations.promotion import prepare
from opstui.operations.world import World
from opstui.panes.models import ModelsView
from opstui.ui.paint import text_of
from tests.desk import ScriptedDesk
from tests.fakes.world import fake_world
from tests.panes.test_models import fake, loaded, press, version, why_not


@pytest.fixture
def world(tmp_path: Path) -> World:
    return fake_world(tmp_path)


@pytest.fixture
def desk() -> ScriptedDesk:
    return ScriptedDesk()


async def test_a_version_is_deleted_by_typing_its_name(world: World, desk: ScriptedDesk) -> None:
    view = await loaded(world)
    assert why_not(view, "D", await version(world, "7")) == "champion names it"
    desk.confirms = [False, True]
    await press(view, "D", await version(world, "10"), desk)
    assert fake(world).wrote == []
    await press(view, "D", await version(world, "10"), desk)
    assert desk.questions[0].typed == "churn/10" and desk.questions[0].danger
    assert fake(world).wrote == ["delete churn/10"]
    assert desk.said == ["deleted: churn v10"]


async def test_an_alias_that_came_meanwhile_saves_the_version(world: World) -> None:
    class Slow(ScriptedDesk):
        async def confirm(self, question: object) -> bool:
            fake(world).aliases["churn"]["shadow"] = "10"
            return True

    with pytest.raises(Exception, match="was not deleted: shadow names it"):
        await press(await loaded(world), "D", await version(world, "10"), Slow())
    assert fake(world).wrote == []


async def test_a_model_is_deleted_only_without_aliases(
    world: World, desk: ScriptedDesk
) -> None:
    view = ModelsView(world)
    item = (await view.load()).items[0]
    assert why_not(view, "D", item) == "its alias challenger is set"
    fake(world).aliases["churn"].clear()
    item = (await view.load()).items[0]
    desk.confirms = [True]
    await press(view, "D", item, desk)
    assert desk.questions[0].typed == "churn" and "(4)" in desk.questions[0].effect
    assert (await view.load()).items == ()


async def test_a_version_is_copied_to_a_model_by_name(world: World, desk: ScriptedDesk) -> None:
    fake(world).add("other", "1")
    await ModelsView(world).load()
    desk.answers, desk.confirms = ["prod.churn", None, " "], [True]
    view = await loaded(world)
    await press(view, "E", await version(world), desk)
    assert desk.prompts[0].options == ("other",)
    assert "The model is made first." in desk.questions[0].effect
    assert fake(world).tags("prod.churn", "1")["copied_from"] == "churn/9"
    assert desk.said == ["copied: churn v9 is prod.churn v1"]
    for _ in range(2):
        await press(view, "E", await version(world), desk)


async def test_bisecting_is_against_the_champion(world: World, desk: ScriptedDesk) -> None:
    view = await loaded(world)
    await press(view, "B", await version(world), desk)
    title, detail = desk.documents[0]
    assert title == "churn: what changed from v7 to v9"
    shown = "\n".join(text_of(line) for line in await detail.load(80))
    assert "both from 4f2c1e9" in shown and "the same datasets" in shown
    desk.picks = ["5", None]
    await press(view, "B", await version(world, "7"), desk)
    assert desk.documents[1][0] == "churn: what changed from v5 to v7"
    await press(view, "B", await version(world, "7"), desk)
    assert len(desk.documents) == 2


async def test_a_rollback_says_what_differs_before_it_asks(
    world: World, desk: ScriptedDesk
) -> None:
    desk.confirms = [False]
    await press(await loaded(world), "b", await version(world), desk)
    shown = "\n".join(text_of(line) for line in desk.questions[0].body)
    for fact in ("champion of churn until now", "From v7 back to v5", "signature", "unknown"):
        assert fact in shown


async def test_a_rollback_is_asked_for_whatever_can_not_be_told(
    world: World, desk: ScriptedDesk
) -> None:
    """The version that serves was deleted, and the journal can't be read."""
    registry = fake(world)
    view = await loaded(world)
    item = await version(world)
    del registry.held["churn"]["7"]
    world.journal.path.mkdir()
    desk.confirms = [False]
    await press(view, "b", item, desk)
    shown = "\n".join(text_of(line) for line in desk.questions[0].body)
    assert "unknown: The journal can't be read" in shown
    assert "unknown: MLflow knows no version 7 of churn" in shown


async def test_undoing_in_a_protected_environment_needs_its_name(
    world: World, desk: ScriptedDesk
) -> None:
    guarded = replace(world, rules=replace(world.rules, environments=(
        Environment("production", alias="champion", protected=True),
    )))
    await carry_out(world, await prepare(world, "churn", "9", "champion"))
    desk.confirms = [False]
    await press(ModelsView(guarded), "z", None, desk)
    assert desk.questions[0].typed == "production"
    assert fake(world).aliases["churn"]["champion"] == "9"
