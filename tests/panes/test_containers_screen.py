"""Containers on the screen: measured only while looked at, logs of many, another engine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from opstui.domain.compose import PROJECT_LABEL
from tests.fakes import story
from tests.fakes.whole import Systems
from tests.house.test_panes_live import at_work, selected
from tests.ui.driver import Driver


async def at_containers(person: Driver) -> None:
    await person.press("3", "]")
    await person.sees("churn-live")
    await person.until(lambda: getattr(selected(person), "name", "") == "churn-live", "the first")


async def to_tab(person: Driver, title: str) -> None:
    """Go into the details and turn their tabs."""
    await person.press("enter")
    for _ in range(6):
        if f"[{title}]" in person.screen_text:
            break
        await person.press("]")
    await person.sees(f"[{title}]")
    await person.press("escape")


async def test_only_the_selected_container_is_measured_and_only_in_sight() -> None:
    systems = Systems()
    async with at_work(systems) as person:
        await at_containers(person)
        assert systems.containers.looked_at == []
        await to_tab(person, "Stats")
        await person.sees("12.5 %")
        assert systems.containers.looked_at == ["churn-live"]
        await person.press("j")
        await person.until(lambda: systems.containers.looked_at == ["cache"], "the other one")
        await person.press("j")  # cache-test does not run
        await person.sees("it does not run")
        assert systems.containers.looked_at == []
        await person.press("k", "k")
        await person.until(lambda: systems.containers.looked_at == ["churn-live"], "back")
        await person.press("1")
        await person.until(lambda: systems.containers.looked_at == [], "nobody looks")


async def test_nobody_measures_behind_a_page() -> None:
    systems = Systems()
    async with at_work(systems) as person:
        await at_containers(person)
        await to_tab(person, "Stats")
        await person.sees("12.5 %")
        await person.press("?")
        await person.sees("Help")
        systems.containers.next.set()
        await person.until(lambda: systems.containers.looked_at == [], "nobody looks")
        await person.press("escape")
        await person.until(lambda: systems.containers.looked_at == ["churn-live"], "again")


async def test_the_newest_measurement_is_drawn_in_the_end() -> None:
    systems = Systems()
    async with at_work(systems) as person:
        await at_containers(person)
        await to_tab(person, "Stats")
        await person.sees("12.5 %")
        for _ in range(3):
            systems.containers.next.set()
            await person.until(lambda: not systems.containers.next.is_set(), "it is taken")
        await person.sees("15.5 %")
        await person.sees("highest 15.5 %")


async def test_logs_of_the_marked_ones_are_merged() -> None:
    async with at_work(Systems()) as person:
        await at_containers(person)
        await person.press("space", "space", "l")
        await person.sees("log of churn-live cache")
        await person.sees("2 containers merged: the last 1,000 lines of each")
        await person.sees("churn-live │ 11:59:58 INFO")
        await person.sees("cache      │ 11:59:58 INFO")
        await person.press("t")
        await person.sees("the last 15 minutes")
        await person.press("escape")
        await person.press("T")
        await person.sees("11:59:58.000 churn-live")


async def test_a_project_is_folded_by_enter_and_by_f() -> None:
    systems = Systems()
    label = ((PROJECT_LABEL, "shop"),)
    systems.engine.running = tuple(
        replace(one, labels=label) if one.name.startswith("cache") else one
        for one in story.CONTAINERS
    )
    async with at_work(systems) as person:
        await at_containers(person)
        await person.sees("▾ shop")
        await person.sees("1 running, 1 exited")
        await person.press("j")
        assert selected(person).name == "shop"
        await person.press("enter")
        await person.sees("▸ shop")
        lists = [row[:72] for row in person.screen_text.splitlines()]  # the details name them
        assert not any("cache-test" in row for row in lists)
        await person.press("enter")
        await person.sees("▾ shop")
        await person.press("j", "f")
        await person.sees("▸ shop")
        assert selected(person).name == "shop"
        await person.press("/")
        await person.type("cache-test")
        await person.sees("Exited (0) 5 hours ago")


async def test_stopping_the_marked_ones_asks_once() -> None:
    systems = Systems()
    async with at_work(systems) as person:
        await at_containers(person)
        await person.press("space", "space", "space", "X")  # the third does not run
        await person.sees("Stop 2 containers")
        await person.sees("cache-test: left out, not running")
        await person.press("y")
        await person.sees("2 containers stopped")
        assert sorted(systems.engine.did) == ["stop cache", "stop churn-live"]


@pytest.mark.parametrize("way", ["menu", "line"])
async def test_another_engine_takes_the_whole_pane(way: str) -> None:
    systems = Systems()
    async with at_work(systems) as person:
        await at_containers(person)
        assert "docker: " not in person.screen_text
        if way == "menu":
            await person.press("O")
            await person.sees("Container engine")
            await person.sees("ssh://ana@build9")
            await person.press("j", "enter")
        else:
            await person.press(":")
            await person.type("docker build9")
            await person.press("enter")
        await person.sees("docker: build9")
        await person.sees("no containers on this engine")
        assert "churn-live" not in person.screen_text
        await person.press("[")
        await person.sees("no images on this engine")
        await person.press("1")
        assert "docker: build9" in person.screen_text
        await person.press("3", "O")
        await person.sees("Container engine")
        await person.press("enter")
        await person.sees_no("docker: build9")
        await person.sees("redis:7.4-alpine")


async def test_an_engine_that_is_none_changes_nothing() -> None:
    systems = Systems()
    async with at_work(systems) as person:
        await at_containers(person)
        await person.press("O")
        await person.sees("another address")
        await person.press("j", "j", "enter")
        await person.sees("address, or a context's name")
        await person.type("nowhere")
        await person.press("enter")
        await person.sees("there is no Docker context named nowhere")
        assert "churn-live" in person.screen_text


async def test_a_running_container_is_removed_once_its_name_is_typed() -> None:
    systems = Systems()
    async with at_work(systems) as person:
        await at_containers(person)
        await person.press("D")
        await person.sees("Remove container")
        await person.type("churn-live")
        await person.press("enter")
        await person.until(lambda: systems.containers.did == ["remove churn-live by force"],
                           "the removal")
        assert [line.what for line in systems.journal.lines] == ["container.remove"] * 2


async def test_logs_of_a_project_carry_its_name() -> None:
    systems = Systems()
    label = ((PROJECT_LABEL, "shop"),)
    systems.engine.running = tuple(replace(one, labels=label) for one in story.CONTAINERS[:2])
    async with at_work(systems) as person:
        await person.press("3", "]")
        await person.sees("▾ shop")
        await person.press("g", "l")
        await person.sees("log of shop")
        await person.sees("2 containers merged")
