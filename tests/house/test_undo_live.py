"""Undo by key, and an act that was cut: seen at start, ended by key."""

from __future__ import annotations

from opstui.domain.footsteps import Footstep, StepKind, encode
from tests.fakes.whole import Systems
from tests.house.test_panes_live import at_work, open_promotion


async def test_a_promotion_is_undone_by_key() -> None:
    systems = Systems()
    async with at_work(systems) as person:
        before = dict(systems.registry.aliases["churn"])
        await open_promotion(person)
        await person.press("y")
        await person.until(lambda: len(systems.journal.lines) == 2, "the promotion")
        await person.sees("promoted: champion")
        await person.press("z")
        await person.sees("model.promote of churn@champion")
        await person.sees("champion names v7 afterwards; the change set it to v9.")
        await person.press("enter")
        await person.sees_no("the change set it to v9")
        assert systems.registry.aliases["churn"]["champion"] == "9"
        await person.press("z")
        await person.sees("the change set it to v9.")
        await person.press("y")
        await person.sees("undone: ")
        assert systems.registry.aliases["churn"] == before
        assert "promoted_by" not in systems.registry.tags("churn", "9")
        assert [line.what for line in systems.journal.lines][2:] == ["model.undo"] * 2


async def test_nothing_to_undo_is_said() -> None:
    async with at_work(Systems()) as person:
        await person.press("5", "z")
        await person.sees("There is no change of yours to undo")


async def cut(systems: Systems) -> None:
    """A rollback of which two steps of three were taken."""
    steps = (
        Footstep(StepKind.TAG, "churn", "5", "rollback_of_version", "", "7"),
        Footstep(StepKind.ALIAS, "churn", "", "previous_champion", "5", ""),
        Footstep(StepKind.ALIAS, "churn", "", "champion", "7", "5"),
    )
    await systems.registry.set_version_tag("churn", "5", "rollback_of_version", "7")
    await systems.registry.delete_alias("churn", "previous_champion")
    systems.registry.wrote.clear()
    await systems.journal.append(
        what="model.rollback", object="churn@champion", place=await systems.registry.where(),
        phase="intent", act="abcdef012345", before="7", after="5",
        evidence=[("steps", encode(steps))],
    )


async def test_a_cut_act_is_seen_at_start_and_gone_on_with() -> None:
    systems = Systems()
    await cut(systems)
    async with at_work(systems) as person:
        await person.sees("never ended")
        await person.press("5", "z")
        await person.sees("Cut: model.rollback of churn@champion")
        await person.press("enter")
        await person.sees("Continue what was cut")
        await person.sees("champion names v5 afterwards")
        await person.sees("not yet alias champion -> v5")
        await person.press("y")
        await person.sees("continued: ")
        assert systems.registry.wrote == ["champion=5"]
        assert systems.registry.aliases["churn"]["champion"] == "5"
        assert systems.journal.lines[-1].result == "interrupted: continued later"


async def test_a_cut_act_is_undone() -> None:
    systems = Systems()
    await cut(systems)
    async with at_work(systems) as person:
        await person.press("5", "z")
        await person.sees("Cut: model.rollback of churn@champion")
        await person.press("j", "enter")
        await person.sees("Undo what was cut")
        await person.press("y")
        await person.sees("undone: ")
        assert systems.registry.aliases["churn"]["previous_champion"] == "5"
        assert systems.registry.aliases["churn"]["champion"] == "7"
        assert systems.registry.tags("churn", "5").get("rollback_of_version") is None


async def test_a_cut_act_can_be_left() -> None:
    systems = Systems()
    await cut(systems)
    async with at_work(systems) as person:
        await person.press("5", "z")
        await person.sees("Cut: model.rollback of churn@champion")
        await person.press("G", "enter")
        await person.sees("Nothing is written but the journal's missing line")
        await person.press("y")
        await person.until(lambda: len(systems.journal.lines) == 2, "the line")
        assert systems.registry.wrote == []
        await person.press("z")
        await person.sees("There is no change of yours to undo")
