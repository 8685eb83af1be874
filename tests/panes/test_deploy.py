"""`[deploy.MODEL]`: the command that lets a version serve, really run, with the rule of trust."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from opstui import settings
from opstui.backends.calls import RecentCalls
from opstui.backends.gate_commands import LocalGateCommands
from opstui.domain.deploy import Deploy
from opstui.domain.errors import OpstuiError
from opstui.operations.world import World
from tests.fakes.whole import Systems
from tests.panes.test_attention import calm, opened

SIZE = (150, 45)


@dataclass
class Deploying(Systems):
    """The story with a command for `churn`."""

    folder: Path = Path()
    own: bool = True

    def world(self, *, ascii_only: bool = False) -> World:
        world = super().world(ascii_only=ascii_only)
        deploy = Deploy("churn", ("./deploy.sh",), source=".opstui.toml", own=self.own)
        return replace(
            world, rules=replace(world.rules, deploys=(deploy,)),
            gate_commands=LocalGateCommands(
                self.folder, self.folder / "state", RecentCalls(), dict(os.environ)
            ),
        )


def deploying(folder: Path, script: str, *, own: bool = True) -> Deploying:
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    file = folder / "deploy.sh"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    quiet = calm()
    return Deploying(ci=quiet.ci, engine=quiet.engine, folder=folder, own=own)


GOOD = 'echo "$OPSTUI_MODEL_URI $OPSTUI_ALIAS $OPSTUI_COMMIT" > out; echo all is well'


async def test_it_is_shown_run_with_the_facts_and_journaled(tmp_path: Path) -> None:
    systems = deploying(tmp_path, GOOD)
    async with opened(systems, SIZE) as person:
        await person.press("5", "d")
        await person.sees("Deploy v7 by the command for churn")
        await person.press("G", "enter")
        await person.sees("`./deploy.sh` runs as you")
        assert not (tmp_path / "out").exists()
        await person.press("y")
        await person.sees("deployed: churn v7; all is well")
    uri, alias, commit = (tmp_path / "out").read_text().split()
    assert (uri, alias, len(commit)) == ("models:/churn/7", "champion", 40)
    intent, result = systems.journal.lines[-2:]
    assert (intent.what, intent.phase, result.result) == (
        "model.deploy", "intent", "done: all is well")


async def test_a_repositorys_command_is_trusted_by_yes_to_exactly_what_is_shown(
    tmp_path: Path
) -> None:
    systems = deploying(tmp_path, GOOD, own=False)
    async with opened(systems, SIZE) as person:
        await person.press("5", "d")
        await person.sees("Deploy v7 by the command")
        await person.press("G", "enter")
        await person.sees("not trusted yet")
        await person.sees("echo all is well")
        (tmp_path / "deploy.sh").write_text("#!/bin/sh\ntouch out\n")  # while the page is open
        await person.press("y")
        await person.sees("changed since it was looked at")
    assert not (tmp_path / "out").exists()


async def test_what_fails_is_told_and_stays_in_the_journal(tmp_path: Path) -> None:
    systems = deploying(tmp_path, "echo no room; exit 3")
    async with opened(systems, SIZE) as person:
        await person.press("5", "b")
        await person.sees("champion names v5 afterwards")
        await person.press("y")
        await person.sees("churn v5")
        await person.sees("`./deploy.sh` runs as you")
        await person.press("y")
        await person.sees("ended with exit code 3: no room")
    assert systems.journal.lines[-1].result.startswith("failed: ")


@pytest.mark.parametrize("text, says", [
    ("[deploy.churn]\n", "deploy.churn needs a command"),
    ("[deploy.churn]\ncommand = 3\n", "must be a text or a list of texts"),
    ("[deploy.churn]\ncommand = ['x']\nshell = true\n", "deploy.churn.shell is no setting"),
    ("deploy = 3\n", "deploy must be a table"),
])
def test_a_wrong_table_is_told_with_its_line(text: str, says: str) -> None:
    with pytest.raises(OpstuiError, match=says) as told:
        settings.check(text, Path("/repo/.opstui.toml"), in_repository=True)
    assert told.value.where.startswith("/repo/.opstui.toml:")


def test_a_right_one() -> None:
    text = "[deploy.churn]\ncommand = ['make', 'serve']\ntimeout = '2m'\n"
    (found,) = settings.check(text, Path("/x"))["deploy"].values()
    assert (found.model, found.command, found.own) == ("churn", ("make", "serve"), True)
    assert found.timeout.total_seconds() == 120
