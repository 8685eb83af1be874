"""The whole house as one person uses it: keys in, words on the screen and deeds outside."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from opstui.domain.local_mlflow import FoundStore
from opstui.domain.status import Status
from tests.fakes import story
from tests.fakes.whole import Systems
from tests.house.settled import settle
from tests.ui.driver import Driver, driving

OVER_SSH = {"SSH_CONNECTION": "10.0.0.9 50022 10.0.0.2 22", "DISPLAY": ":0"}


@asynccontextmanager
async def at_work(systems: Systems, *, width: int = 160, **how: Any) -> AsyncIterator[Driver]:
    """A person at a settled house."""
    async with driving(systems.app(**how), width, 45) as person:
        yield await settle(person.pilot)


def row(person: Driver, text: str) -> str:
    """The first line of the screen that holds a text, as far as its pane goes."""
    found = next(line for line in person.screen_text.splitlines() if text in line)
    return found.partition("││")[0]


def selected(person: Driver) -> Any:
    return person.app.house.floor.item  # type: ignore[attr-defined]


def copied(person: Driver, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What arrives at the person's own clipboard from now on."""
    texts: list[str] = []

    def write(data: str) -> None:
        if "\x1b]52;c;" in data:
            code = data.partition("\x1b]52;c;")[2].partition("\x07")[0]
            texts.append(base64.b64decode(code).decode())

    monkeypatch.setattr(person.app._driver, "write", write)
    return texts


async def test_five_panes_show_five_systems() -> None:
    async with at_work(Systems()) as person:
        for title in ("1 Branches", "2 CI", "3 Images", "4 Experiments", "5 Models"):
            assert title in person.screen_text
        for fact in ("feature/größe", "#812", "redis:7.4-alpine", "fraud [red]team", "fraud[bold]"):
            assert fact in person.screen_text
        await person.sees("churn-service · main ↑2 ~3")


async def test_ci_state_appears_beside_a_branch_as_soon_as_ci_has_answered() -> None:
    systems = Systems()
    systems.ci.gate = asyncio.Event()
    async with driving(systems.app(), 160, 45) as person:
        await person.sees("feature/quantile-scaler")
        assert "✗" not in row(person, "feature/quantile-scaler")
        systems.ci.gate.set()
        await person.until(lambda: "✗" in row(person, "feature/quantile-scaler"), "the CI state")
        assert "●" in row(person, "* main")


async def test_a_new_branch_appears_without_a_key() -> None:
    systems = Systems()
    async with at_work(systems) as person:
        systems.git.held = (*systems.git.held[:1], story.BRANCHES[-1])
        systems.git.tell()
        await person.sees("1/2")
        await person.sees_no("fix/nan-input ")


async def test_one_failing_source_greys_only_itself() -> None:
    systems = Systems()
    async with at_work(systems) as person:
        await person.press("3")
        systems.engine.problem = "Docker does not answer any more"
        systems.engine.tell()
        await person.sees("Docker does not answer any more")
        assert "redis:7.4-alpine" in person.screen_text
        floor = person.app.house.floor  # type: ignore[attr-defined]
        states = [pane.worst() for pane in floor.panes if 0 < pane.spec.number < 6]
        assert states == [Status.PASSED, Status.PASSED, Status.FAILED, Status.PASSED, Status.PASSED]
        await person.press("1", "j")
        assert selected(person).name == "feature/quantile-scaler"
        systems.engine.problem = ""
        await person.press("3", "r")
        await person.sees_no("Docker does not answer")


async def open_promotion(person: Driver, version: str = "v9") -> None:
    """To the page that promotes churn's newest version to champion."""
    await person.press("5", "enter")
    await person.sees(version)
    await settle(person.pilot)
    await person.press("p")
    await person.sees("Promote churn v9 to")
    await person.press("enter")
    await person.sees("champion names v9 afterwards")


async def test_enter_alone_never_promotes() -> None:
    systems = Systems()
    async with at_work(systems) as person:
        await open_promotion(person)
        await person.sees("better")
        await person.press("enter")
        await person.sees_no("champion names v9 afterwards")
        assert systems.registry.wrote == []
        assert systems.journal.lines == []


async def test_a_promotion_is_written_read_back_journaled_and_seen() -> None:
    systems = Systems()
    async with at_work(systems) as person:
        await open_promotion(person)
        await person.press("y")
        aliases = systems.registry.aliases["churn"]
        await person.until(lambda: aliases["champion"] == "9", "the alias")
        await person.until(lambda: len(systems.journal.lines) == 2, "the journal's second line")
        assert aliases["previous_champion"] == "7"
        assert systems.registry.tags("churn", "9")["promoted_by"] == "ana@build2"
        assert systems.registry.wrote[-1] == "champion=9"
        await person.until(lambda: "champion" in row(person, "v9 ✓"), "the new champion's row")
        await person.press("A")
        await person.sees("model.promote")
        await person.until(lambda: "done" in row(person, "model.promote"), "how it ended")


async def test_a_roll_back_goes_to_the_version_before() -> None:
    systems = Systems()
    async with at_work(systems) as person:
        await person.press("5", "b")
        await person.sees("Roll back")
        await person.sees("champion names v5 afterwards")
        await person.press("y")
        await person.until(lambda: systems.registry.aliases["churn"]["champion"] == "5", "v5")


async def test_a_refused_promotion_says_who_was_faster() -> None:
    systems = Systems()
    async with at_work(systems) as person:
        await open_promotion(person)
        systems.registry.aliases["churn"]["champion"] = "5"
        await person.press("y")
        await person.sees("refused")
        assert systems.registry.wrote == []
        assert systems.registry.aliases["churn"]["champion"] == "5"


async def test_read_only_dims_what_changes_something_and_says_why() -> None:
    systems = Systems()
    async with at_work(systems, read_only=True) as person:
        await person.sees("read-only")
        await person.press("5", "enter")
        await person.sees("v9")
        await person.press("p")
        await person.sees("Promote: read-only")
        await person.press("1", "D")
        await person.sees("Delete: read-only")
        assert systems.registry.wrote == systems.git.did == []


async def test_over_ssh_the_web_address_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    async with at_work(Systems(), environ=OVER_SSH) as person:
        texts = copied(person, monkeypatch)
        await person.press("j", "o")
        await person.sees("copied address: https://github.com/example/churn-service")
        assert texts == ["https://github.com/example/churn-service/tree/feature/quantile-scaler"]


async def test_with_a_browser_the_page_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    async with at_work(Systems(), environ={"DISPLAY": ":0"}) as person:
        opened: list[str] = []
        monkeypatch.setattr(person.app, "open_url", lambda url, **_: opened.append(url))
        await person.press("5", "o")
        await person.until(lambda: bool(opened), "a page")
        assert opened == ["https://mlflow.example.org/#/models/churn/versions/"]


async def test_copy_offers_the_facts_of_the_item(monkeypatch: pytest.MonkeyPatch) -> None:
    async with at_work(Systems()) as person:
        texts = copied(person, monkeypatch)
        await person.press("y")
        await person.sees("Copy")
        await person.press("j", "enter")
        await person.sees("copied commit")
        assert texts == [story.MAIN]


async def test_the_calls_can_be_copied_without_their_secrets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_work(Systems()) as person:
        texts = copied(person, monkeypatch)
        await person.press("@")
        await person.sees("timed out")
        await person.press("y")
        await person.sees("Copy")
        await person.press("enter")
        await person.until(lambda: bool(texts), "a copied command")
        assert texts[0].startswith("curl -X POST")
        assert "$MLFLOW_TRACKING_TOKEN" in texts[0]


async def test_the_local_server_is_offered_with_its_cost_and_started_by_key() -> None:
    systems = Systems()
    systems.tracking.configured = False
    async with at_work(systems) as person:
        await person.press("4")
        await person.sees("starts opstui's own server")
        await person.sees("0.44 GB of memory, about 7 s")
        await person.press("S")
        await person.sees("mlflow server --host 127.0.0.1")
        await person.press("enter")
        await person.sees_no("mlflow server --host 127.0.0.1")
        assert systems.local.did == []
        await person.press("S")
        await person.sees("mlflow server --host 127.0.0.1")
        await person.press("y")
        await person.sees("größe-模型")
        await person.sees("MLflow runs at")
        assert systems.local.did == ["start"]
        await person.until(lambda: "v9" in row(person, "challenger"), "the models, too")


async def test_a_foreign_store_is_served_only_after_a_warning() -> None:
    systems = Systems()
    systems.tracking.configured = False
    systems.local.found = (FoundStore("/home/ana/mlflow.db", "sqlite", "abc", 900_000),)
    async with at_work(systems) as person:
        await person.press("5", "S")
        await person.sees("Start MLflow on which store")
        await person.press("j", "enter")
        await person.sees("migrates its schema for good")
        await person.press("escape")
        await person.sees_no("migrates its schema")
        assert systems.local.did == []


async def test_runs_are_sorted_and_filtered_by_the_server() -> None:
    systems = Systems()
    async with at_work(systems) as person:
        await person.press("4", "enter")
        await person.sees("scaler-robust")
        asked = systems.tracking.asked
        assert asked[-1] == ("", "attributes.start_time DESC")
        await person.press("/")
        await person.type("metrics.auc > 0.9")
        await person.press("enter")
        await person.sees_no("scaler-robust")
        assert asked[-1][0] == "metrics.auc > 0.9"
        await person.sees("/metrics.auc > 0.9")
        await person.press("s")
        await person.sees("Sort by")
        await person.press("j", "j", "enter")
        await person.until(lambda: asked[-1][1].startswith("metrics.`auc`"), "the order")
        assert asked[-1] == ("metrics.auc > 0.9", "metrics.`auc` DESC")
        await person.press("escape")
        await person.sees("scaler-robust")


async def test_branches_are_filtered_while_typing_and_counted() -> None:
    async with at_work(Systems()) as person:
        await person.press("/")
        await person.type("ana")
        await person.sees("1/3 of 10")
        await person.press("escape")
        await person.sees("1/10")


async def test_from_an_image_to_the_branch_it_was_built_from() -> None:
    async with at_work(Systems()) as person:
        await person.press("3", "c")
        await person.until(
            lambda: getattr(selected(person), "name", "") == "feature/quantile-scaler", "its branch"
        )


async def test_from_a_container_to_its_image() -> None:
    async with at_work(Systems()) as person:
        await person.press("3", "]")
        await person.sees("cache-test")
        await person.press("j", "I")
        await person.until(
            lambda: getattr(selected(person), "tags", ("",))[0] == "redis:7.4-alpine", "its image"
        )


async def test_deleting_a_branch_asks_says_what_it_does_and_is_journaled() -> None:
    systems = Systems()
    async with at_work(systems) as person:
        await person.press("j", "j", "D")
        await person.sees("Delete")
        await person.press("enter")
        await settle(person.pilot)
        assert systems.git.did == []


async def test_a_run_is_started_on_a_branch_and_its_log_comes_into_sight() -> None:
    systems = Systems()
    async with at_work(systems) as person:
        await person.press("j", "t")
        await person.sees("Start CI")
        await person.press("y")
        await person.until(lambda: systems.ci.did == ["start feature/quantile-scaler"], "the start")
        await person.sees("#900")


async def test_narrow_screens_show_one_pane_and_all_states() -> None:
    systems = Systems()
    systems.engine.problem = "no container engine answers"
    async with driving(systems.app(), 80, 24) as person:
        await settle(person.pilot)
        tabs = person.screen_text.splitlines()[1]
        assert "1 Branches ✓" in tabs
        assert "✗" in tabs
        await person.press("5", "enter")
        await person.sees("challenger")
        assert "#812" not in person.screen_text


async def test_without_unicode_nothing_but_data_leaves_ascii() -> None:
    """Header, frames, breadcrumbs, states, cut texts, dialogs; names stay as they are."""
    glyphs = set("·›…→←↑↓×“”╭╮╰╯─│▌○●✓✗◌⊘‖‽▲▽–")
    async with at_work(Systems(), ascii_only=True) as person:
        for keys in (("4", "enter"), ("5", "enter", "]"), ("p",)):
            await person.press(*keys)
            await settle(person.pilot)
            assert not glyphs & set(person.screen_text)
        await person.sees("Promote churn v9 to")
