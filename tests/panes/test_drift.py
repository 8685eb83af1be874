"""Drift, as a person sees and mends it: the mark, the tab, and both ways out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from opstui.domain.image import Container
from opstui.domain.served import ServedNames, Within
from opstui.operations.world import World
from tests.fakes.registry import NOW
from tests.fakes.systems import StoryEngine
from tests.fakes.whole import Systems
from tests.panes.test_attention import SERVICE, calm, opened

SIZE = (150, 45)
URI = {"MODEL_URI": "models:/churn@champion"}


@dataclass
class Look:
    """What a look inside the one service tells; a restart makes it start now."""

    engine: StoryEngine
    started: dict[str, object] = field(default_factory=dict)

    async def within(
        self, containers: Sequence[Container], names: ServedNames
    ) -> Mapping[str, Within]:
        restarted = any(did.startswith("restart") for did in self.engine.did)
        at = NOW + timedelta(days=30) if restarted else NOW - timedelta(hours=3)
        return {one.id: Within(URI, at) for one in containers}


class Served(Systems):
    """The story with a service that follows the champion, and was started three hours ago."""

    def world(self, *, ascii_only: bool = False) -> World:
        return replace(super().world(ascii_only=ascii_only), inside=Look(self.engine))


def serving(**facts: object) -> Served:
    quiet = calm()
    systems = Served(ci=quiet.ci)
    systems.engine.running = (replace(SERVICE, labels=(), **facts),)  # type: ignore[arg-type]
    return systems


async def promoted(systems: Systems) -> None:
    """The champion was v5 until somebody promoted v7 here, after the service was started."""
    await systems.journal.append(
        what="model.promote", object="churn@champion", place=await systems.registry.where(),
        phase="result", act="before", before="5", after="7", result="done: it names v7",
    )


async def test_a_service_that_was_started_before_the_promotion_is_marked_and_told() -> None:
    systems = serving()
    await promoted(systems)
    async with opened(systems, SIZE) as person:
        await person.sees("churn@champion names v7, churn-live runs v5")
        await person.sees("champion v7 ≠")
        await person.press("0", "enter")
        await person.until(
            lambda: person.app.house.floor.item.key == "churn",  # type: ignore[attr-defined]
            "the model",
        )
        for _ in range(2):
            await person.press("]")
        await person.sees("churn-live serves v5")
        await person.sees("champion named it when the container started")


async def test_the_restart_mends_it_and_the_journal_keeps_what_it_was_for() -> None:
    systems = serving()
    await promoted(systems)
    async with opened(systems, SIZE) as person:
        await person.sees("champion v7 ≠")
        await person.press("5", "d")
        await person.sees("Restart churn-live to serve v7")
        await person.sees("Move champion back to v5")
        await person.press("enter")
        await person.sees("It follows churn@champion, which names v7; now it runs v5.")
        await person.press("y")
        await person.sees_no("≠")
        await person.sees("0 calm: nothing needs you")
    assert systems.engine.did == ["restart churn-live"]
    last = systems.journal.lines[-1]
    assert (last.what, last.object, last.result) == ("container.restart", "churn-live", "done")
    assert dict(last.evidence)["version"] == "7"


async def test_the_other_way_out_is_the_usual_page() -> None:
    systems = serving()
    await promoted(systems)
    async with opened(systems, SIZE) as person:
        await person.sees("champion v7 ≠")
        await person.press("5", "d")
        await person.sees("Move champion back to v5")
        await person.press("down", "enter")
        await person.sees("champion names v5 afterwards")
        assert systems.engine.did == []


async def test_after_a_promotion_the_restart_is_offered_at_once() -> None:
    systems = serving()
    async with opened(systems, SIZE) as person:
        await person.sees("0 calm")
        await person.press("5", "b")
        await person.sees("champion names v5 afterwards")
        await person.press("y")
        await person.sees("Restart service")
        await person.sees("which names v5; now it runs v7.")
        await person.press("escape")
        await person.sees("churn@champion names v5, churn-live runs v7")
        assert systems.engine.did == [], "Cancel restarts nothing"


async def test_without_a_difference_there_is_only_the_restart() -> None:
    systems = serving()
    async with opened(systems, SIZE) as person:
        await person.sees("0 calm")
        await person.press("5", "d")
        await person.sees("it runs v7")
        assert "back to" not in person.screen_text
