"""Commands of the person's own, and other programs, as a person uses them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from opstui.app import OpstuiApp
from opstui.backends.calls import RecentCalls
from opstui.backends.programs import LocalPrograms
from opstui.domain.errors import OpstuiError
from opstui.settings import check
from opstui.ui import handing_over
from opstui.ui.desk import Program
from opstui.ui.house import House
from tests.fakes.whole import Systems
from tests.house.settled import settle
from tests.house.test_commands import typed
from tests.ui.driver import Driver, driving

OWN = Path("/home/ana/.config/opstui/config.toml")
SHARED = Path("/home/ana/src/churn-service/.opstui.toml")


class Work:
    """A repository's folder with settings that name commands."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
        self.systems = Systems()
        self.calls = RecentCalls()
        self.programs = LocalPrograms(folder, folder / "state", self.calls, os.environ)
        made = self.systems.world

        def world(**how: bool) -> Any:
            world = made(**how)
            object.__setattr__(world, "programs", self.programs)
            return world

        monkeypatch.setattr(self.systems, "world", world)

    def app(self, text: str, *, shared: bool = False, **settings: Any) -> OpstuiApp:
        path = SHARED if shared else OWN
        commands = check(text, path, in_repository=shared)["commands"]
        return self.systems.app(commands=commands, environ=dict(os.environ), **settings)

    @asynccontextmanager
    async def open(self, text: str, **how: Any) -> AsyncIterator[Driver]:
        async with driving(self.app(text, **how), 160, 45) as person:
            yield await settle(person.pilot)

    @property
    def out(self) -> str:
        path = self.folder / "out"
        return path.read_text() if path.exists() else ""


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Work:
    return Work(tmp_path, monkeypatch)


NOTE = """
[commands.note]
key = "ctrl+o"
label = "Note"
help = "Write the branch down"
panes = ["branches"]
command = ["sh", "-c", 'printf "%s|%s" "$1" "$OPSTUI_COMMIT" > out; echo written', "x", "{branch}"]
output = "notice"
"""


async def test_a_key_runs_a_program_on_the_selected_thing(work: Work) -> None:
    async with work.open(NOTE) as person:
        await person.sees("ctrl+o note")
        await person.press("ctrl+o")
        await person.sees("Note is done: written")
        item = person.app.house.floor.item  # type: ignore[attr-defined]
        assert work.out == f"{item.name}|{item.commit}"
        assert [call.outcome for call in work.calls.calls()] == ["exit 0"]


async def test_it_stands_in_footer_help_palette_and_behind_the_colon(work: Work) -> None:
    async with work.open(NOTE) as person:
        await person.sees("ctrl+o note")
        await person.press("?")
        await person.sees("Write the branch down")
        await person.press("escape", "ctrl+p")
        await person.type("written")
        await person.press("escape")
        await typed(person, "commands.note")
        await person.sees("Note is done: written")
        await person.press("5")
        await person.press("ctrl+o")
        await person.settles()
        assert len(work.calls.calls()) == 1  # not a key of the models


async def test_data_stays_one_word_and_no_shell_reads_it(work: Work) -> None:
    text = """
[commands.note]
key = "ctrl+o"
command = ["sh", "-c", 'printf "%s" "$#-$1" > out', "x", "{what}"]
prompts = [{name = "what", title = "What"}]
output = "none"
"""
    async with work.open(text) as person:
        await person.press("ctrl+o")
        await person.sees("What")
        await person.type("a b; touch gone $(id)")
        await person.press("enter")
        await person.until(lambda: bool(work.out), "the program's file")
        assert work.out == "1-a b; touch gone $(id)"
        assert not (work.folder / "gone").exists()


async def test_menu_and_confirm_are_asked_and_cancel_runs_nothing(work: Work) -> None:
    text = """
[commands.note]
key = "ctrl+o"
command = 'printf %s "$OPSTUI_WHERE" > out'
confirm = "It writes a file."
prompts = [{name = "where", type = "menu", title = "Where", choices = ["here", "there"]},
           {type = "confirm", title = "Really?"}]
output = "none"
"""
    async with work.open(text) as person:
        await person.press("ctrl+o")
        await person.sees("Where")
        await person.press("j", "enter")
        await person.sees("Really?")
        await person.press("y")
        await person.sees("It writes a file.")
        await person.press("escape")
        await person.settles()
        assert work.out == ""
        await person.press("ctrl+o")
        await person.sees("Where")
        await person.press("j", "enter")
        await person.sees("Really?")
        await person.press("y")
        await person.sees("It writes a file.")
        await person.press("y")
        await person.until(lambda: work.out == "there", "the answer in the environment")


DEPLOY = """
[commands.deploy]
key = "ctrl+o"
panes = ["branches"]
command = ["sh", "-c", 'echo deployed > out; exit 3', "x", "{commit}"]
dangerous = true
confirm = "The service restarts."
output = "notice"
"""


async def test_a_dangerous_one_is_asked_about_journaled_and_gone_in_read_only(work: Work) -> None:
    async with work.open(DEPLOY) as person:
        await person.press("ctrl+o")
        await person.sees("The service restarts.")
        await person.press("enter")  # Cancel is the default
        await person.settles()
        assert work.out == ""
        await person.press("ctrl+o")
        await person.sees("The service restarts.")
        await person.press("y")
        await person.sees("deploy ended with exit code 3")
        entries = [one for one in await work.systems.journal.entries(10)
                   if one.what == "command.run"]
        assert {one.phase for one in entries} == {"intent", "result"}
        assert any(one.result == "failed: exit code 3" for one in entries)
        await typed(person, "readonly")
        await person.press("ctrl+o")
        await person.sees("deploy: read-only")


async def test_the_view_follows_masks_and_offers_to_stop(work: Work) -> None:
    text = """
[commands.follow]
key = "ctrl+o"
command = 'echo token=abcdefgh; echo "first"; sleep 600'
output = "view"
"""
    async with work.open(text) as person:
        await person.press("ctrl+o")
        await person.sees("first")
        assert "token=***" in person.screen_text
        assert "abcdefgh" not in person.screen_text
        await person.press("escape")
        await person.sees("It is still running")
        await person.press("y")
        await person.sees("follow was stopped")
        await person.until(lambda: bool(work.calls.calls()), "the end in the call log")


async def test_a_repositorys_command_is_shown_and_trusted_first_and_again_when_changed(
    work: Work
) -> None:
    (work.folder / "tool.sh").write_text("echo one > out\n")
    text = '[commands.tool]\nkey = "ctrl+o"\ncommand = ["sh", "tool.sh"]\noutput = "notice"\n'
    async with work.open(text, shared=True) as person:
        await person.press("ctrl+o")
        await person.sees("Trust a command")
        await person.sees("echo one > out")
        await person.press("escape")
        await person.settles()
        assert work.out == ""
        await person.press("ctrl+o")
        await person.sees("Trust a command")
        await person.press("y")
        await person.sees("tool is done")
        await person.press("ctrl+o")
        await person.until(lambda: len(work.calls.calls()) >= 2, "no second question")
        (work.folder / "tool.sh").write_text("echo two > out\n")
        await person.press("ctrl+o")
        await person.sees("echo two > out")


def test_a_key_that_means_something_else_is_refused_in_ones_own_settings(work: Work) -> None:
    with pytest.raises(OpstuiError, match=r"the key D of the command x means branches\.delete"):
        work.app('[commands.x]\nkey = "D"\npanes = ["branches"]\ncommand = ["true"]\n')
    with pytest.raises(OpstuiError, match=r"key \? of the command x means everywhere\.help"):
        work.app('[commands.x]\nkey = "?"\ncommand = ["true"]\n')
    with pytest.raises(OpstuiError, match=r"x names the list 'brnches': there are .*branches"):
        work.app('[commands.x]\npanes = ["brnches"]\ncommand = ["true"]\n')
    with pytest.raises(OpstuiError, match=r"means commands\.x already"):
        work.app('[commands.x]\nkey = "ctrl+o"\ncommand = ["true"]\n'
                 '[commands.y]\nkey = "ctrl+o"\ncommand = ["true"]\n')


async def test_in_a_repositorys_file_it_is_told_and_the_command_keeps_its_place(
    work: Work
) -> None:
    text = '[commands.x]\nkey = "?"\ncommand = "echo ran"\noutput = "notice"\n'
    async with driving(work.app(text, shared=True), 160, 45) as person:
        await person.sees("the key ? of the command x means everywhere.help already")
        await settle(person.pilot)
        await typed(person, "commands.x")
        await person.sees("Trust a command")


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[Program]:
    """What the terminal was given to."""
    given: list[Program] = []

    async def hand_over(_house: House, program: Program) -> int:
        given.append(program)
        return 0

    monkeypatch.setattr(handing_over, "hand_over", hand_over)
    return given


async def test_the_menu_of_programs_dims_what_is_missing_and_opens_the_rest(
    work: Work, handed: list[Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    bin = work.folder / "bin"
    bin.mkdir()
    for name in ("tig", "ed"):
        (bin / name).symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(bin))
    monkeypatch.setenv("EDITOR", "ed -s")
    monkeypatch.delenv("VISUAL", raising=False)
    async with work.open(NOTE) as person:
        item = person.app.house.floor.item  # type: ignore[attr-defined]
        await person.press("!")
        await person.sees("in tig")
        await person.sees("not installed: https://github.com/jesseduffield/lazygit")
        await person.press("enter")
        await person.until(lambda: bool(handed), "tig")
        assert handed[-1].command == ("tig", "-C", str(work.folder), item.ref)
        assert handed[-1].environ["OPSTUI_COMMIT"] == item.commit
        await person.press("!")
        await person.sees("a file in your editor")
        await person.press("j", "j", "enter")
        await person.sees("its path in the repository")
        await person.type("src/train.py")
        await person.press("enter")
        await person.until(lambda: len(handed) == 2, "the editor")
        assert handed[-1].command == ("ed", "-s", "src/train.py")
