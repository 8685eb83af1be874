"""Commands of one's own as a settings file writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from opstui.domain.custom_command import CustomCommand
from opstui.domain.errors import OpstuiError
from opstui.settings import load

GOOD = """
[commands.bench]
key = "ctrl+o"
panes = ["branches"]
command = ["./bench.sh", "--at={commit}", "{machine}"]
prompts = [{name = "machine", type = "menu", title = "Where", choices = ["a", "b"]}]
"""


def read(tmp_path: Path, text: str, shared: str = "") -> dict[str, CustomCommand]:
    own, repository = tmp_path / "config.toml", tmp_path / ".opstui.toml"
    own.write_text(text)
    repository.write_text(shared)
    return load(own, repository, {}).commands


def test_a_command_is_read_whole(tmp_path: Path) -> None:
    bench = read(tmp_path, GOOD)["bench"]
    assert (bench.key, bench.panes, bench.own, bench.output) == (
        "ctrl+o", ("branches",), True, "view")
    assert bench.needs == ("commit",)
    assert bench.argv({"commit": "c0ffee", "machine": "a"}) == ("./bench.sh", "--at=c0ffee", "a")


def test_a_repositorys_are_marked_and_ones_own_of_the_same_name_wins(tmp_path: Path) -> None:
    shared = '[commands.bench]\ncommand = "theirs"\n[commands.other]\ncommand = ["true"]\n'
    found = read(tmp_path, GOOD, shared)
    assert (found["bench"].own, found["other"].own) == (True, False)
    assert found["other"].source.endswith(".opstui.toml")


@pytest.mark.parametrize(("text", "what", "line"), [
    ("[commands.a]\nkey = 'x'\n", "commands.a has no command", 1),
    ("[commands.a]\ncommand = []\n", "commands.a.command must be a list of texts or a script", 2),
    ("[commands.a]\ncommand = ['x', '{colour}']\n", "names {colour}, which nothing is called", 2),
    ("[commands.a]\ncommand = 'x'\ncolour = 'red'\n", "commands.a.colour is no setting", 3),
    ("[commands.a]\ncommand = 'x'\noutput = 'paper'\n", "output must be one of view", 3),
    ("[commands.a]\ncommand = 'x'\ndangerous = 'yes'\n", "dangerous must be true or false", 3),
    ("[commands.a]\ncommand = 'x'\nprompts = [{name = 'commit'}]\n", "that is a fact", 3),
    ("[commands.a]\ncommand = 'x'\nprompts = [{name = 'm', type = 'menu'}]\n", "need choices", 3),
    ("[commands.a]\ncommand = 'x'\nprompts = [{name = 'm', type = 'form'}]\n", "are of type", 3),
    ("commands = 3\n", "commands must be a table", 1),
])
def test_wrong_ones_are_told_with_their_line(
    tmp_path: Path, text: str, what: str, line: int
) -> None:
    with pytest.raises(OpstuiError) as error:
        read(tmp_path, text)
    assert what in str(error.value)
    assert f"config.toml:{line}" in str(error.value)
