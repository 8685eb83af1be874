"""Promotion under a policy, as one person goes through it by key."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from opstui.operations.plan_file import read_plan
from opstui.operations.world import World
from tests.fakes.whole import Systems
from tests.house.test_panes_live import at_work, open_promotion
from tests.operations.policies import FakeCommands, under

STRICT = "[promotion.champion.metric.auc]\nthreshold = 0.95\n"
EASY = "[promotion.champion.metric.auc]\nmax_regression = 0\n"
SMOKE = '[promotion.champion.command.smoke]\nrun = "scripts/smoke --fast"\n'


@dataclass
class Gated(Systems):
    """The story with a policy in the repository's own file."""

    policy: str = EASY
    commands: FakeCommands = field(default_factory=FakeCommands)

    def world(self, *, ascii_only: bool = False) -> World:
        world = replace(super().world(ascii_only=ascii_only), gate_commands=self.commands)
        return under(world, self.policy, own=False)

    @property
    def champion(self) -> str:
        return self.registry.aliases["churn"]["champion"]


async def test_a_model_that_passes_is_promoted_as_ever() -> None:
    systems = Gated()
    async with at_work(systems) as person:
        await open_promotion(person)
        await person.sees("gates of champion  .opstui.toml")
        await person.sees("✓ metric.auc  auc 0.9123; v7 has 0.904, at most 0 worse")
        await person.press("y")
        await person.until(lambda: systems.champion == "9", "the alias")
        await person.until(lambda: len(systems.journal.lines) == 2, "the journal's second line")
        assert dict(systems.journal.lines[-1].evidence)["gate.metric.auc"].startswith("passed: ")


async def test_a_gate_that_fails_blocks_until_a_reason_is_typed() -> None:
    systems = Gated(policy=STRICT)
    async with at_work(systems) as person:
        await open_promotion(person)
        await person.sees("Promote: blocked")
        await person.sees("✗ metric.auc  auc 0.9123, must be at least 0.95")
        await person.sees("blocked by metric.auc")
        await person.press("y")
        await person.sees("Override metric.auc of champion")
        await person.press("enter")
        await person.sees("nothing was changed: no reason was given")
        assert systems.registry.wrote == []
        told = [(one.phase, one.result.partition(":")[0]) for one in systems.journal.lines]
        assert told == [("intent", ""), ("result", "blocked")]

        await open_promotion(person)
        await person.press("y")
        await person.sees("Override metric.auc of champion")
        await person.press("escape")
        await person.sees_no("Override metric.auc of champion")
        assert systems.registry.wrote == []

        await open_promotion(person)
        await person.press("y")
        await person.sees("Override metric.auc of champion")
        await person.type("v7 is on fire")
        await person.press("enter")
        await person.until(lambda: systems.champion == "9", "the alias")
        await person.until(lambda: len(systems.journal.lines) == 6, "the journal's last line")
        assert dict(systems.journal.lines[-1].evidence)["override"] == "v7 is on fire"


async def test_what_cannot_be_asked_is_unknown_and_blocks() -> None:
    systems = Gated(policy="[promotion.champion]\nimage = true\n")
    systems.engine.problem = "Docker does not answer"
    async with at_work(systems) as person:
        await open_promotion(person)
        await person.sees("? image  unknown: Docker does not answer")
        await person.sees("blocked by image")


async def test_a_world_that_moved_while_the_page_was_open_is_refused() -> None:
    systems = Gated()
    async with at_work(systems) as person:
        await open_promotion(person)
        systems.registry.add("churn", "9", run_id="run10")
        await person.press("y")
        await person.sees("the version comes from run run10 now, not run9")
        assert systems.registry.wrote == []


async def test_a_protected_environment_wants_its_name_typed() -> None:
    systems = Gated(policy="[promotion.champion]\nprotected = true\n")
    async with at_work(systems) as person:
        await open_promotion(person)
        await person.sees("protected")
        await person.sees("it has none: nothing blocks")
        await person.press("enter")
        await person.type("champ")
        await person.press("enter")
        await person.sees("type champion first")
        assert systems.registry.wrote == []
        await person.type("ion")
        await person.press("enter")
        await person.until(lambda: systems.champion == "9", "the alias")


async def test_a_protected_environment_is_not_rolled_back_by_a_letter() -> None:
    systems = Gated(policy="[promotion.champion]\nprotected = true\n")
    async with at_work(systems) as person:
        await person.press("5", "b")
        await person.sees("champion names v5 afterwards")
        await person.press("enter")
        await person.sees("type champion first")
        await person.type("champion")
        await person.press("enter")
        await person.until(lambda: systems.champion == "5", "the alias")


async def test_a_plan_is_saved_from_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    systems = Gated(policy=STRICT)
    file = tmp_path / "churn-9-champion.plan.json"
    async with at_work(systems) as person:
        await open_promotion(person)
        await person.sees("Save plan")
        await person.press("f2")
        await person.sees("opstui apply FILE")
        await person.press("enter")
        await person.until(file.exists, "the file")
        await person.sees("Promote: blocked")  # the question stays
        await person.press("escape")
        await person.sees_no("Promote: blocked")
    plan = read_plan(file)
    assert plan.origin == ("churn", "9") and [one.name for one in plan.blocked] == ["metric.auc"]
    assert systems.registry.wrote == []


async def test_a_repositorys_command_is_shown_before_it_runs() -> None:
    systems = Gated(policy=SMOKE)
    async with at_work(systems) as person:
        await person.press("5", "enter")
        await person.sees("v9")
        await person.press("p")
        await person.sees("Promote churn v9 to")
        await person.press("enter")
        await person.sees("Trust a gate's command")
        await person.sees("#!sh")
        assert systems.commands.ran == []
        await person.press("enter")  # Cancel
        await person.sees("blocked by command.smoke")
        assert systems.commands.ran == []
        await person.press("escape")
        await person.sees_no("blocked by command.smoke")
        await person.press("p")
        await person.sees("Promote churn v9 to")
        await person.press("enter")
        await person.sees("Trust a gate's command")
        await person.press("y")
        await person.sees("running the commands of champion's gates")
        await person.sees("✓ command.smoke  exit 0")
        assert [line.what for line in systems.journal.lines] == [
            "model.promote", "model.promote", "gate.trust", "gate.trust",
        ]


async def test_another_name_for_the_alias_leads_through_the_same_gates() -> None:
    systems = Gated(policy='[promotion.live]\nalias = "champion"\nimage = true\n')
    systems.engine.problem = "Docker does not answer"
    async with at_work(systems) as person:
        await person.press("5", "enter")
        await person.sees("v9")
        await person.press("a")
        await person.sees("Alias of churn v9")
        await person.type("champion")
        await person.press("enter")
        await person.sees("gates of live")
        await person.sees("blocked by image")


async def test_an_environment_of_its_own_is_offered_and_gets_a_copy() -> None:
    systems = Gated(policy='[promotion.prod]\nmodel = "prod.{model}"\n' + EASY)
    async with at_work(systems) as person:
        await person.press("5", "enter")
        await person.sees("v9")
        await person.press("p")
        await person.sees("copied to prod.churn")
        await person.press("down", "down", "enter")
        await person.sees("churn v9 is copied to prod.churn.")
        await person.press("y")
        await person.until(
            lambda: systems.registry.aliases.get("prod.churn") == {"champion": "1"}, "the alias")


async def test_without_a_policy_the_page_says_how_to_write_one() -> None:
    async with at_work(Systems()) as person:
        await open_promotion(person)
        await person.sees("no policy is written for champion: nothing blocks")
        await person.sees("[promotion.champion] in .opstui.toml")
