"""`:at TIME` and `opstui at TIME`: who was champion then, from which commit and run."""

from __future__ import annotations

import json

import pytest

from opstui.domain.moment import moment
from opstui.operations.at_time import past, plain_past
from opstui.panes.at_time import past_lines
from opstui.ui.paint import text_of
from tests.fakes.registry import NOW
from tests.panes.test_attention import calm, opened


async def told(when: str) -> tuple[dict[str, object], str]:
    systems = calm()
    await systems.journal.append(
        what="model.promote", object="churn@champion", place=await systems.registry.where(),
        phase="result", act="a", before="5", after="7", result="done: it names v7",
    )
    world = systems.world()
    found = await past(world, moment(when, NOW))
    champion = next(one for one in plain_past(found)["aliases"]
                    if (one["model"], one["alias"]) == ("churn", "champion"))
    return champion, "\n".join(map(text_of, past_lines(found)))


async def test_before_and_after_the_promotion() -> None:
    after, text = await told("5 min ago")
    assert (after["version"], after["known"]) == ("7", True)
    assert after["run"] and after["metrics"] and after["commit"]
    assert "churn@champion v7" in text
    assert "auc" in text
    before, text = await told("20 days ago")
    assert before["version"] == "5"
    assert "churn@champion v5" in text


async def test_it_is_typed_behind_a_colon() -> None:
    systems = calm()
    async with opened(systems) as person:
        await person.sees("0 calm")
        await person.press(":")
        await person.type("at 5 min ago")
        await person.press("enter")
        await person.sees("At 2026-05-01")
        await person.sees("churn@champion")
        await person.press("escape", ":")
        await person.type("at some day")
        await person.press("enter")
        await person.sees("is no time")


async def test_what_could_not_be_asked_is_said() -> None:
    systems = calm()
    systems.engine.problem = "no engine answers"
    found = await past(systems.world(), NOW)
    assert "no engine answers" in found.unknown
    assert json.loads(json.dumps(plain_past(found)))["unknown"] == list(found.unknown)


async def test_now_is_what_the_registry_says() -> None:
    found = await past(calm().world(), NOW)
    challenger = next(one for one in found.served if one.then.alias == "challenger")
    assert (challenger.then.version, challenger.then.known) == ("9", True)


@pytest.mark.parametrize("when", ["now", "1h ago", "400d ago"])
async def test_every_time_has_an_answer(when: str) -> None:
    champion, _ = await told(when)
    assert champion["known"] in (True, False)
