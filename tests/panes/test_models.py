"""Models and versions: what is seen, promoting by key, editing, and every answer on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from opstui.domain.errors import OpstuiError
from opstui.domain.local_mlflow import FoundStore, LocalPhase
from opstui.domain.model import ModelVersion
from opstui.operations.world import World
from opstui.panes.journal import JournalView
from opstui.panes.models import ModelsView
from opstui.panes.promotion_page import WIDTH, page
from opstui.panes.run_cache import RunCache
from opstui.panes.versions import VersionsView
from opstui.ui.action import actions_of
from opstui.ui.column import as_line
from opstui.ui.paint import text_of
from opstui.ui.view import View
from tests.desk import ScriptedDesk
from tests.fakes.registry import SHA, FakeRegistry, FakeTracking
from tests.fakes.world import FakeLocal, ci_run, fake_world


@pytest.fixture
def world(tmp_path: Path) -> World:
    return fake_world(tmp_path)


@pytest.fixture
def desk() -> ScriptedDesk:
    return ScriptedDesk()


def fake(world: World) -> FakeRegistry:
    assert isinstance(world.registry, FakeRegistry)
    return world.registry


async def rows(view: View[object]) -> dict[str, dict[str, str]]:
    items = (await view.load()).items
    return {
        item.key: {c.id: text_of(as_line(c.cell(item))) for c in view.columns()}  # type: ignore[attr-defined]
        for item in items
    }


async def press(view: View[object], key: str, item: object, desk: ScriptedDesk) -> None:
    """Press a key as the screen would: refused with its reason where it is dimmed."""
    bound = next(b for b in actions_of(view, view.kind) if key in b.action.keys)
    assert bound.why_not(item, read_only=False) == ""
    await bound.run(item, desk)


def why_not(view: View[object], key: str, item: object, *, read_only: bool = False) -> str:
    bound = next(b for b in actions_of(view, view.kind) if key in b.action.keys)
    return bound.why_not(item, read_only=read_only)


async def version(world: World, number: str = "9") -> ModelVersion:
    return await world.registry.version("churn", number)


async def loaded(world: World) -> VersionsView:
    view = VersionsView(world, "churn")
    await view.load()
    return view


async def test_models_show_what_serves(world: World) -> None:
    view = ModelsView(world)
    assert (await rows(view))["churn"] | {"age": ""} == {
        "name": "churn", "champion": "champion v7", "aliases": "challenger v9 previous_champion v5",
        "latest": "v10", "age": "",
    }
    item = (await view.load()).items[0]
    shown = [text_of(line) for line in await view.details(item)[0].load(80)]
    assert any("v7 serves" in line for line in shown)
    assert any("auc" in line and "0.904" in line for line in shown)
    assert isinstance(view.child(item), VersionsView)


async def test_versions_show_their_metrics_beside_the_champions(world: World) -> None:
    world.board.ci_runs = (ci_run(),)
    found = await rows(VersionsView(world, "churn"))
    assert list(found) == ["churn/10", "churn/9", "churn/7", "churn/5"]
    assert found["churn/9"]["metrics.auc"].split() == ["0.912", "+0.008"]
    assert found["churn/7"]["metrics.auc"].strip() == "0.904"
    assert found["churn/9"]["commit"] == SHA[:7]
    assert found["churn/9"]["ci"] == "✓"
    assert found["churn/10"]["metrics.auc"].strip() == ""
    assert found["churn/7"]["aliases"] == "champion"


async def test_runs_are_fetched_together_and_only_once(world: World) -> None:
    tracking = world.tracking
    assert isinstance(tracking, FakeTracking)
    cache = RunCache(tracking)
    await cache.ensure(["run9", "run7", "run5"])
    assert len(tracking.asked) == 2
    await cache.ensure(["run9", "run7", "run5"])
    assert len(tracking.asked) == 2
    await cache.ensure(["run10", "run9"])
    assert "no run run10" in cache.failures["run10"]


async def test_promoting_by_key(world: World, desk: ScriptedDesk) -> None:
    view = await loaded(world)
    desk.picks, desk.confirms = ["champion"], [True]
    await press(view, "p", await version(world), desk)
    assert [choice.id for choice in desk.menus[0]] == ["champion", "candidate"]
    assert fake(world).aliases["churn"]["champion"] == "9"
    assert desk.notices == [
        ("information", "promoted: champion of churn names v9, before v7")]
    assert set(desk.reloads) == {"models", "versions", "journal"}
    assert desk.worked_on == [("versions", "churn/9")]
    question = desk.questions[0]
    assert question.effect == ("champion names v9 afterwards; now it names v7. "
                               "previous_champion names v7.")
    text = "\n".join(text_of(line) for line in question.body)
    for fact in ("auc", "0.912", "0.904", "+0.008", "better", "unit passed", "churn:1",
                 "unknown"):
        assert fact in text


async def test_the_page_says_who_promoted_what_serves_now(
    world: World, desk: ScriptedDesk
) -> None:
    fake(world).add("churn", "7", tags=(
        ("promoted_at", "2026-04-22T12:00:00Z"), ("promoted_by", "ben@lab")))
    desk.picks, desk.confirms = ["champion"], [False]
    await press(await loaded(world), "p", await version(world), desk)
    assert "now v7, since 9d, by ben@lab" in text_of(desk.questions[0].body[0])


async def test_saying_no_changes_nothing(world: World, desk: ScriptedDesk) -> None:
    view = await loaded(world)
    desk.picks, desk.confirms = ["champion"], [False]
    await press(view, "p", await version(world), desk)
    desk.picks = [None]
    await press(view, "p", await version(world), desk)
    assert fake(world).wrote == []
    assert await world.journal.entries() == ()


async def test_an_alias_that_moves_while_the_page_is_open(world: World) -> None:
    class Slow(ScriptedDesk):
        async def confirm(self, question: object) -> bool:
            fake(world).aliases["churn"]["champion"] = "10"
            return True

    desk = Slow(picks=["champion"])
    await press(await loaded(world), "p", await version(world), desk)
    assert desk.notices[0][0] == "error" and "names v10 now" in desk.said[0]
    title, detail = desk.documents[0]
    shown = "\n".join(text_of(line) for line in await detail.load(80))
    assert "refused" in title and "not sent" in shown
    assert fake(world).aliases["churn"]["champion"] == "10"


async def test_keys_are_dimmed_with_their_reason(world: World) -> None:
    view = await loaded(world)
    assert why_not(view, "p", await version(world, "7")) == "it is champion already"
    assert why_not(view, "x", await version(world, "10")) == "it has no alias"
    assert why_not(view, "b", await version(world)) == ""
    assert why_not(view, "p", await version(world), read_only=True) == "read-only"
    del fake(world).aliases["churn"]["previous_champion"]
    await view.load()
    assert why_not(view, "b", await version(world)) == "no previous champion recorded"
    del fake(world).aliases["churn"]["champion"]
    await view.load()
    assert why_not(view, "b", await version(world)) == "it has no champion"


async def test_rolling_back_by_key(world: World, desk: ScriptedDesk) -> None:
    desk.confirms = [True]
    view = ModelsView(world)
    await press(view, "b", (await view.load()).items[0], desk)
    assert fake(world).aliases["churn"]["champion"] == "5"
    assert "is removed" in desk.questions[0].effect
    assert desk.questions[0].danger  # v5 is worse than v7


async def test_promoting_from_the_list_of_models(world: World, desk: ScriptedDesk) -> None:
    view = ModelsView(world)
    desk.picks, desk.confirms = ["10", "challenger"], [True]
    await press(view, "p", (await view.load()).items[0], desk)
    assert fake(world).aliases["churn"]["challenger"] == "10"


async def test_aliases_by_name(world: World, desk: ScriptedDesk) -> None:
    view = await loaded(world)
    desk.answers, desk.confirms = ["shadow"], [True]
    await press(view, "a", await version(world), desk)
    assert fake(world).aliases["churn"]["shadow"] == "9"
    desk.picks, desk.confirms = ["shadow"], [True]
    await press(view, "x", await version(world), desk)
    assert "shadow" not in fake(world).aliases["churn"]
    desk.answers = ["v12"]
    with pytest.raises(OpstuiError, match="MLflow keeps"):
        await press(view, "a", await version(world), desk)
    desk.answers, desk.confirms = ["champion"], [True]
    await press(view, "a", await version(world), desk)
    assert fake(world).aliases["churn"]["previous_champion"] == "7"  # it was a promotion


async def test_tags_and_description(world: World, desk: ScriptedDesk) -> None:
    view = await loaded(world)
    desk.answers, desk.confirms = ["team = fraud", "team="], [True, True]
    await press(view, "T", await version(world), desk)
    assert fake(world).tags("churn", "9") == {"team": "fraud"}
    assert (await rows(view))["churn/9"]["tags"] == "team=fraud"
    await press(view, "T", await version(world), desk)
    assert fake(world).tags("churn", "9") == {}
    desk.answers, desk.confirms = ["two\nlines\n"], [True]
    await press(view, "e", await version(world), desk)
    assert (await version(world)).description == "two\nlines"
    desk.answers = ["no equals sign"]
    with pytest.raises(OpstuiError, match="is no tag"):
        await press(view, "T", await version(world), desk)


async def test_the_details_tell_facts_metrics_evidence_and_history(
    world: World, desk: ScriptedDesk
) -> None:
    fake(world).add("churn", "9", stage="Production", description="[b]robust[/b]")
    view = await loaded(world)
    desk.picks, desk.confirms = ["champion"], [True]
    await press(view, "p", await version(world), desk)
    fake(world).aliases["churn"]["champion"] = "7"
    await view.load()
    shown = {
        tab.title: "\n".join(text_of(line) for line in await tab.load(80))
        for tab in view.details(await version(world))
    }
    assert "deprecated: Production" in shown["Version"] and "[b]robust[/b]" in shown["Version"]
    assert "+0.008" in shown["Metrics"] and "better" in shown["Metrics"]
    assert "unit passed" in shown["Evidence"]
    assert "promoted by ana@build" in shown["History"]
    assert "model.promote churn@champion" in shown["History"]


async def test_the_page_fits_a_screen_of_80(world: World) -> None:
    from opstui.operations.promotion import prepare

    world.board.ci_runs = tuple(
        ci_run(id=str(n), number=n, workflow=f"a workflow with a long name {n}") for n in range(9)
    )
    plan = await prepare(world, "churn", "9", "champion")
    for ascii_only in (False, True):
        lines = [text_of(line) for line in page(plan, ascii_only=ascii_only)]
        assert max(map(len, lines)) <= WIDTH + 4
        assert not ascii_only or "".join(lines).isascii()


async def test_the_journal_is_a_list(world: World, desk: ScriptedDesk) -> None:
    desk.picks, desk.confirms = ["champion"], [True]
    await press(await loaded(world), "p", await version(world), desk)
    view = JournalView(world)
    found = await rows(view)
    assert found["2"]["what"] == "model.promote"
    assert found["2"]["result"].startswith("done: promoted")
    assert found["1"]["result"] == "begun"
    entry = (await view.load()).items[0]
    shown = "\n".join(text_of(line) for line in await view.details(entry)[0].load(80))
    assert '"before": "7"' in shown and '"hash"' in shown


class Unreachable(FakeRegistry):
    async def where(self) -> str:
        raise OpstuiError("no MLflow server is configured")

    async def models(self, token: str = "") -> object:  # type: ignore[override]
        raise OpstuiError("no MLflow server is configured")


async def test_without_a_server_the_pane_offers_one(tmp_path: Path, desk: ScriptedDesk) -> None:
    local = FakeLocal()
    view = ModelsView(fake_world(tmp_path, Unreachable(), local=local))
    with pytest.raises(OpstuiError):
        await view.load()
    assert "S starts opstui's own server" in "\n".join(map(text_of, view.way_out()))
    desk.confirms = [False, True]
    await press(view, "S", None, desk)
    assert local.did == []
    await press(view, "S", None, desk)
    assert local.did == ["start"]
    assert "0.44 GB, 7 s" in desk.questions[0].effect
    assert desk.reloads.count("models") == 2
    assert why_not(view, "S", None) == "it runs already"


async def test_a_foreign_store_is_served_only_after_a_clear_yes(
    tmp_path: Path, desk: ScriptedDesk
) -> None:
    store = FoundStore("/repo/mlflow.db", "sqlite", "0584bdc529eb", 5_000_000)
    local = FakeLocal(found=(store,))
    view = ModelsView(fake_world(tmp_path, Unreachable(), local=local))
    with pytest.raises(OpstuiError):
        await view.load()
    assert "/repo/mlflow.db" in "\n".join(map(text_of, view.way_out()))
    desk.picks, desk.confirms = [None, store.path, store.path], [False, True]
    for _ in range(3):
        local.phase = LocalPhase.OFF
        await press(view, "S", None, desk)
    assert local.did == ["adopt /repo/mlflow.db"]
    question = desk.questions[0]
    assert question.danger and "for good" in question.effect and "copy is kept" in question.effect


async def test_with_a_server_configured_none_is_started(world: World) -> None:
    view = ModelsView(world)
    await view.load()
    assert why_not(view, "S", None) == "another MLflow server is configured"
