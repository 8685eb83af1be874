"""Pane 0, as a person sees it: calm, not known yet, concerns, and the way to each of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from opstui.domain.image import Container
from opstui.domain.status import Status
from opstui.ui import news
from tests.fakes import story
from tests.fakes.registry import NOW
from tests.fakes.systems import MemoryJournal
from tests.fakes.whole import Systems
from tests.house.settled import settle
from tests.ui.driver import Driver

WIDE, NARROW = (120, 40), (80, 24)
SERVICE = Container(
    "serving", "churn-live", "churn:1", story.CONTAINERS[0].image_id, "running", Status.UP,
    "healthy", labels=(("opstui.model_uri", "models:/churn@champion"),),
)


def calm() -> Systems:
    """The story with green CI and one healthy service."""
    systems = Systems()
    systems.ci.held = tuple(
        replace(run, status=Status.PASSED, finished=run.started or run.created)
        for run in systems.ci.held
    )
    systems.engine.running = (SERVICE,)
    return systems


@asynccontextmanager
async def opened(systems: Systems, size: tuple[int, int] = WIDE) -> AsyncIterator[Driver]:
    async with systems.app().run_test(size=size) as pilot:
        yield await settle(pilot)


def sicken(systems: Systems) -> None:
    """The service turns unhealthy, and the engine tells that something changed."""
    systems.engine.running = (replace(SERVICE, health="unhealthy"),)
    systems.engine.tell()


UNHEALTHY = "churn-live, which serves churn@champion, is unhealthy"


async def test_calm_says_so_in_one_line_and_what_breaks_is_seen_without_a_key() -> None:
    systems = calm()
    async with opened(systems) as person:
        await person.sees("0 calm: nothing needs you")
        sicken(systems)
        await person.sees("churn-live, which serves")
        await person.sees_no("calm")
        systems.engine.running = (SERVICE,)
        systems.engine.tell()
        await person.sees("0 calm: nothing needs you")


async def test_enter_on_a_concern_goes_to_its_row() -> None:
    systems = calm()
    async with opened(systems) as person:
        await person.sees("0 calm")
        sicken(systems)
        await person.sees("enter Containers")
        await person.press("0")
        await person.sees(UNHEALTHY)
        await person.sees("read its log with l")
        await person.press("enter")
        await person.sees("▌▲ churn-live")
        floor = person.app.house.floor  # type: ignore[attr-defined]
        assert (floor.pane.view.kind, floor.item.name) == ("containers", "churn-live")


async def test_on_a_narrow_screen_it_takes_lines_only_while_there_is_something() -> None:
    systems = calm()
    async with opened(systems, NARROW) as person:
        await person.sees("0 Attention ✓")
        assert "calm" not in person.screen_text
        assert "▌* main" in person.screen_text
        sicken(systems)
        await person.sees("churn-live, which serves churn@champion, is unhealthy")
        assert "▌* main" in person.screen_text, "the cursor stays where it was"
        await person.press("0", "enter")
        await person.sees("▌▲ churn-live")


async def test_what_has_not_answered_is_never_called_calm() -> None:
    systems = calm()
    systems.engine.problem = "no container engine answers"
    async with opened(systems) as person:
        await person.sees("0 not known yet: docker")
        systems.engine.problem = ""
        systems.engine.tell()
        await person.sees("0 calm: nothing needs you")


async def test_a_backend_that_goes_away_is_told_with_the_time_of_its_first_failure() -> None:
    systems = calm()
    async with opened(systems) as person:
        await person.sees("0 calm")
        systems.engine.problem = "Docker does not answer any more"
        systems.engine.tell()
        await person.sees("docker does not answer: Docker does not")


async def test_a_backend_that_goes_away_is_told_while_lists_inside_are_open() -> None:
    systems = calm()
    async with opened(systems) as person:
        await person.press("4", "enter")
        await person.sees("4 Experiments › churn")
        systems.tracking.problem = "MLflow is away"
        await person.press("r")
        await person.sees("mlflow does not answer: MLflow is away")
        systems.tracking.problem = ""
        await person.press("r")
        await person.sees("0 calm: nothing needs you")


async def test_red_ci_of_the_default_branch_and_an_act_that_was_cut() -> None:
    systems = calm()
    systems.journal = MemoryJournal()
    await systems.journal.append(
        what="model.promote", object="churn@champion", place="http://mlflow", phase="intent",
        act="lost", before="7", after="9",
    )
    head = next(run for run in systems.ci.held if run.commit == story.MAIN)
    red = replace(head, status=Status.FAILED, created=NOW - timedelta(minutes=1), id="red",
                  number=77)
    systems.ci.held = (red, *systems.ci.held)
    async with opened(systems) as person:
        await person.sees(f"CI is red on main: {red.workflow} #77")
        await person.sees("model.promote of churn@champion was begun")
        text = person.screen_text
        assert text.index("CI is red") < text.index("model.promote of churn"), "the worst first"
        await person.press("0", "enter")
        await person.until(
            lambda: person.app.house.floor.item.key == red.key,  # type: ignore[attr-defined]
            "the red run",
        )


async def test_what_somebody_moved_is_told_also_while_a_models_versions_are_in_sight(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    systems = calm()
    systems.engine.running = (replace(SERVICE, labels=(("opstui.model_uri", "models:/churn/7"),)),)
    async with opened(systems) as person:
        await person.sees("0 calm: nothing needs you")
        await person.press("5", "enter")
        await person.sees("Aliases")
        await systems.registry.set_alias("churn", "champion", "9")
        monkeypatch.setattr(news, "KEPT", 0.0)
        news.now_and_then(person.app.house.floor.panes)  # type: ignore[attr-defined]
        await person.sees("churn@champion names v9, churn-live runs v7")
        await person.sees("Aliases")
