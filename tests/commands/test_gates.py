"""Gates from the command line: `--check` for CI, blocked promotions, plans, protected names."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import pytest

from opstui.commands import apply, promote, rollback
from opstui.domain.profile import ActiveProfile
from opstui.operations.world import World
from tests.fakes.registry import FakeRegistry, FakeTracking
from tests.fakes.world import FakeEngine, fake_world
from tests.operations.policies import FakeCommands, under

POLICY = "[promotion.champion]\nimage = true\n[promotion.champion.metric.auc]\nthreshold = 0.9\n"
PROMOTE = ("promote", "churn", "9", "--to", "champion")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return under(fake_world(tmp_path), POLICY)


def fake(world: World) -> FakeRegistry:
    assert isinstance(world.registry, FakeRegistry)
    return world.registry


def worse(world: World) -> World:
    """The candidate is not good enough."""
    assert isinstance(world.tracking, FakeTracking)
    world.tracking.add("run9", auc=0.89)
    return world


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    for module in (promote, rollback, apply):
        module.add(commands)
    return parser.parse_args(words)


async def run(world: World, *words: str) -> int:
    if words[0] == "apply":
        return await apply.apply(world, parsed(*words))
    return await promote.promote(world, parsed(*words))


async def test_check_tells_by_its_exit_code_and_writes_nothing(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run(world, *PROMOTE, "--check") == 0
    assert "✓ metric.auc  auc 0.912, at least 0.9" in (out := capsys.readouterr().out)
    assert "no gate blocks" in out
    silent = replace(world, engine=FakeEngine(error="Docker is down"))
    assert await run(silent, *PROMOTE, "--check") == 8
    assert "? image" in capsys.readouterr().out
    assert await run(worse(world), *PROMOTE, "--check") == 7
    assert "blocked by metric.auc (failed)" in capsys.readouterr().out
    assert await run(world, "promote", "churn", "7", "--to", "champion", "--check") == 3
    assert fake(world).wrote == [] and not world.journal.path.exists()


async def test_check_as_json(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert await run(worse(world), *PROMOTE, "--check", "--json") == 7
    said = json.loads(capsys.readouterr().out)
    assert said["exit_code"] == 7 and said["ending"] == "blocked"
    assert said["policy"]["environment"] == "champion" and said["policy"]["fingerprint"]
    assert [(one["gate"], one["verdict"]) for one in said["gates"]] == [
        ("image", "passed"), ("metric.auc", "failed")]
    assert "must be at least 0.9" in said["gates"][1]["evidence"]


async def test_without_a_policy_it_says_how_to_write_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run(fake_world(tmp_path), *PROMOTE, "--check") == 0
    out = capsys.readouterr().out
    assert "no policy is written for champion" in out and "[promotion.champion]" in out


async def test_yes_does_not_get_past_a_gate_and_a_reason_does(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run(worse(world), *PROMOTE, "--yes") == 7
    assert fake(world).wrote == []
    assert await run(world, *PROMOTE, "--yes", "--override", "an   emergency") == 0
    assert "overridden: an emergency" in capsys.readouterr().out
    evidence = dict((await world.journal.entries())[0].evidence)
    assert evidence["override"] == "an emergency"
    assert evidence["gate.metric.auc"].startswith("failed: ")


async def test_a_reason_without_need_is_not_kept(world: World) -> None:
    assert await run(world, *PROMOTE, "--yes", "--override", "just in case") == 0
    assert "override" not in dict((await world.journal.entries())[0].evidence)


async def test_a_protected_environment_wants_its_name(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world = under(world, POLICY.replace("image = true", "image = true\nprotected = true"))
    assert await run(world, *PROMOTE, "--yes") == 2
    assert "say --confirm champion as well" in capsys.readouterr().err
    assert await run(world, *PROMOTE, "--confirm", "champion") == 2  # it still asks
    assert fake(world).wrote == []
    assert await run(world, *PROMOTE, "--yes", "--confirm", "champion") == 0
    words = ("rollback", "churn", "--yes")
    assert await rollback.rollback(world, parsed(*words)) == 2
    assert await rollback.rollback(world, parsed(*words, "--confirm", "champion")) == 0


async def test_a_protected_profile_wants_its_name_as_well(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world = under(world, POLICY.replace("image = true", "image = true\nprotected = true"))
    world = replace(world, profile=ActiveProfile("prod", "warning", protected=True))
    named = (*PROMOTE, "--yes", "--confirm", "champion")
    assert await run(world, *named) == 2
    said = capsys.readouterr().err
    assert "say --confirm prod as well" in said and "--confirm champion" not in said
    assert fake(world).wrote == []
    assert await run(world, *named, "--confirm", "prod") == 0


async def test_a_plan_is_saved_and_applied(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "p.json")
    assert await run(world, *PROMOTE, "--plan", file) == 0
    assert f"opstui apply {file} carries it out" in capsys.readouterr().out
    assert fake(world).wrote == []
    assert await run(world, "apply", file, "--check") == 0
    assert await run(world, "apply", file, "--yes", "--json") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["now"] == "9"
    assert await run(world, "apply", file, "--yes") == 4
    assert "champion names v9 now, not v7" in capsys.readouterr().out


async def test_a_plan_does_not_carry_permission(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "p.json")
    assert await run(world, *PROMOTE, "--plan", file) == 0
    later = replace(world, engine=FakeEngine())
    assert await run(later, "apply", file, "--yes") == 7
    assert "no image of 4f2c1e9" in capsys.readouterr().out
    assert fake(world).wrote == []
    assert await run(later, "apply", file, "--yes", "--override", "it is in the registry") == 0


async def test_a_repositorys_command_is_trusted_by_saying_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = '[promotion.champion.command.smoke]\nrun = "./smoke"\n'
    world = under(fake_world(tmp_path, gate_commands=FakeCommands()), text, own=False)
    assert await run(world, *PROMOTE, "--check") == 8
    assert "`./smoke` of .opstui.toml is not trusted" in capsys.readouterr().err
    assert await run(world, *PROMOTE, "--check", "--trust") == 0
    assert "trusting `./smoke`" in capsys.readouterr().err
    assert await run(world, *PROMOTE, "--check") == 0


async def test_an_environment_of_its_own(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world = under(world, '[promotion.prod]\nmodel = "prod.{model}"\nimage = true\n')
    words = ("promote", "churn", "9", "--to", "prod")
    assert await run(world, *words, "--dry-run") == 0
    out = capsys.readouterr().out
    assert "churn v9 is copied to prod.churn" in out and "models:/churn/9" in out
    assert await run(world, *words, "--yes") == 0
    assert fake(world).aliases["prod.churn"] == {"champion": "1"}
    assert await run(world, *words, "--yes") == 3


@pytest.mark.parametrize("command", ["promote", "apply"])
def test_help_documents_the_gates_exit_codes(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parsed(command, "--help")
    assert "7  blocked: a gate failed" in capsys.readouterr().out
