"""Going over to another profile in the running program."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from opstui import contexts
from opstui.app import OpstuiApp
from opstui.places import places
from opstui.settings import Settings, load
from opstui.wiring import Front
from tests.fakes.whole import FakeConnection, Systems
from tests.house.settled import settle
from tests.house.test_commands import pane, typed
from tests.house.test_panes_live import selected
from tests.ui.driver import Driver, driving

TEXT = """
[profiles.dev]
colour = "green"
[profiles.prod]
colour = "red"
protected = true
[profiles.look]
read_only = true
"""


class Place:
    """A settings file with profiles; each has fake systems of its own."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.places = places({"HOME": str(folder)})
        self.places.config.mkdir(parents=True)
        self.places.settings.write_text(TEXT)
        self.systems: dict[str, Systems] = {}
        self.opened: list[Front] = []
        monkeypatch.setattr(contexts, "open_front", self.open_front)

    def open_front(
        self, path: Path, where: Any, environ: Any, settings: Settings
    ) -> Front:
        from opstui.wiring import _profile

        systems = self.systems.setdefault(settings.profile, Systems())
        world = systems.world()
        object.__setattr__(world, "profile", _profile(settings))
        connection: Any = FakeConnection(True)
        front = Front(path, settings, self.places, environ, world, connection, "build2")
        self.opened.append(front)
        return front

    @asynccontextmanager
    async def open(self, profile: str = "dev") -> AsyncIterator[Driver]:
        settings = load(self.places.settings, None, {"OPSTUI_PROFILE": profile})
        front = self.open_front(Path("/home/ana/src/churn-service"), self.places, {}, settings)
        async with driving(OpstuiApp(front), 160, 45) as person:
            yield await settle(person.pilot)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return Place(tmp_path, monkeypatch)


async def test_the_profile_is_always_in_the_header(place: Place) -> None:
    async with place.open() as person:
        await person.sees("[dev]  churn-service")
        await typed(person, "ctx prod")
        await person.sees("[prod protected]  churn-service")
        await typed(person, "ctx -")
        await person.sees("opstui  churn-service")


async def test_without_a_name_they_are_listed(place: Place) -> None:
    async with place.open() as person:
        await typed(person, "ctx")
        await person.sees("in use")
        await person.sees("protected")
        await person.press("j", "enter")
        await person.sees("[prod protected]")


async def test_going_over_keeps_where_one_stands_and_drops_what_still_loads(place: Place) -> None:
    async with place.open() as person:
        await person.press("j", "j")
        was = selected(person).name
        await typed(person, "models")
        await person.until(lambda: pane(person) == "models", "the models")
        held = place.systems["dev"].registry
        await typed(person, "ctx look")
        await person.sees("[look]")
        assert pane(person) == "models"
        await person.sees("read-only")
        await person.press("1")
        await person.until(lambda: selected(person).name == was, "the same row")
        assert place.systems["look"].registry is not held
        assert len(person.app.screen_stack) == 2  # the house, and Textual's own below it


async def test_in_a_protected_one_what_changes_something_asks_for_its_name(place: Place) -> None:
    async with place.open("prod") as person:
        await typed(person, "images")
        await person.until(lambda: pane(person) == "images", "the images")
        await person.press("D")
        await person.sees("The profile prod is protected")
        await person.press("enter")
        await person.sees("type prod first")
        await person.type("prod")
        await person.press("enter")
        await person.sees_no("is protected")
        await person.sees("Remove")


async def test_what_is_here_and_not_there_is_not_guarded(place: Place) -> None:
    async with place.open("prod") as person:
        await person.press("n")
        await person.settles()
        assert "is protected" not in person.screen_text


async def test_read_only_that_was_switched_on_goes_along(place: Place) -> None:
    async with place.open() as person:
        await typed(person, "readonly")
        await person.sees("read-only from now on")
        await typed(person, "ctx prod")
        await person.sees("[prod protected]")
        assert person.app.house.keys.read_only  # type: ignore[attr-defined]


async def test_a_wrong_name_and_a_running_action_change_nothing(place: Place) -> None:
    async with place.open() as person:
        await typed(person, "ctx stage")
        await person.sees("there is no profile 'stage'")
        await person.sees("there are dev, prod, look")
        person.app.house.keys.running += 1  # type: ignore[attr-defined]
        await typed(person, "ctx prod")
        await person.sees("an action is still running")
        person.app.house.keys.running -= 1  # type: ignore[attr-defined]
        await asyncio.sleep(0)
        assert "[dev]" in person.screen_text
