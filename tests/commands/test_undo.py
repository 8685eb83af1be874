"""`opstui undo`, and rollbacks that are planned now and applied later."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from opstui.commands import apply, promote, rollback, undo
from opstui.domain.errors import OpstuiError
from opstui.operations.world import World
from tests.fakes.registry import FakeRegistry
from tests.fakes.world import fake_world
from tests.operations.policies import under

PROMOTE = ("promote", "churn", "9", "--to", "champion", "--yes")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return fake_world(tmp_path)


def champion(world: World) -> str:
    assert isinstance(world.registry, FakeRegistry)
    return world.registry.aliases["churn"]["champion"]


def moved(world: World) -> None:
    """Somebody else lets version 8 serve."""
    assert isinstance(world.registry, FakeRegistry)
    world.registry.add("churn", "8")
    world.registry.aliases["churn"]["champion"] = "8"


async def run(world: World, *words: str) -> int:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    for module in (promote, rollback, apply, undo):
        module.add(commands)
    args = parser.parse_args(words)
    doing = {"promote": promote.promote, "rollback": rollback.rollback, "apply": apply.apply,
             "undo": undo.undo}
    return await doing[words[0]](world, args)


async def test_the_last_change_is_shown_asked_for_and_taken_back(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run(world, *PROMOTE) == 0
    capsys.readouterr()
    assert await run(world, "undo") == 2
    told = capsys.readouterr()
    for fact in ("undo model.promote of churn@champion", "· alias champion -> v7",
                 "champion names v7 afterwards; the change set it to v9"):
        assert fact in told.out
    assert "say --yes" in told.err
    assert await run(world, "undo", "--dry-run", "--json") == 0
    assert "alias champion -> v7" in json.loads(capsys.readouterr().out)["steps"]
    assert champion(world) == "9"

    assert await run(world, "undo", "--yes", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["ending"], said["undoes"]["what"]) == ("done", "model.promote")
    assert champion(world) == "7"
    with pytest.raises(OpstuiError, match="no change of yours to undo"):
        await run(world, "undo", "--yes")


async def test_what_moved_since_is_left_alone(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run(world, *PROMOTE) == 0
    moved(world)
    assert await run(world, "undo", "--yes") == 4
    assert "not undone: " in capsys.readouterr().out
    assert champion(world) == "8"


async def test_of_a_protected_environment_the_name_has_to_be_given(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    guarded = under(world, "[promotion.champion]\nprotected = true\n")
    assert await run(guarded, *PROMOTE, "--confirm", "champion") == 0
    assert await run(guarded, "undo", "--yes") == 2
    assert "champion is protected" in capsys.readouterr().err
    assert champion(guarded) == "9"
    assert await run(guarded, "undo", "--yes", "--confirm", "champion") == 0
    assert champion(guarded) == "7"


async def test_a_rollback_is_planned_now_and_applied_later(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run(world, *PROMOTE) == 0
    path = str(tmp_path / "back.json")
    assert await run(world, "rollback", "churn", "--plan", path) == 0
    assert "nothing else was written" in capsys.readouterr().out
    assert champion(world) == "9"
    assert await run(world, "apply", path, "--yes") == 0
    assert champion(world) == "7"
    assert "rolled back: champion of churn names v7" in capsys.readouterr().out


async def test_a_planned_rollback_is_refused_where_the_world_moved(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run(world, *PROMOTE) == 0
    path = str(tmp_path / "back.json")
    assert await run(world, "rollback", "churn", "--plan", path) == 0
    moved(world)
    assert await run(world, "apply", path, "--yes") == 4
    assert "champion names v8 now, not v9" in capsys.readouterr().out
    assert champion(world) == "8"
    assert (await world.journal.entries())[0].result.startswith("refused: ")
