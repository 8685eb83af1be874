"""Another program gets the terminal, and gives it back as if nothing had been."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from opstui.ui.handing_over import ending
from tests.e2e.terminal import Terminal
from tests.e2e.tmux import own_tmux

ROOT = Path(__file__).parents[2]
CLEAR = "printf '\\033[2J\\033[H'; "
"""The terminal of the tests has no alternate screen."""
TAKES = CLEAR + 'stty -a > "$TAKEN"; echo "I have $FRUIT"; '
WAITS = TAKES + "read answer; "
RAW = "stty raw -echo; printf '\\033[?1049h\\033[?25l\\033[?1000h\\033[31mraw'; "


class Hand:
    """Starts the toy house with a shell script as the program it gives the terminal to."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.kind = kind
        self.taken = folder / "taken"
        self.environ = {
            **{name: value for name, value in os.environ.items()
               if name not in ("COLUMNS", "LINES")}, "TAKEN": str(self.taken), "LANG": "C.UTF-8",
        }

    def words(self, script: str) -> list[str]:
        return [sys.executable, "-m", "tests.ui.handing_program", self.kind, "sh", "-c", script]

    def open(self, script: str) -> Terminal:
        terminal = Terminal((), ROOT, self.environ, (120, 35), program=self.words(script))
        terminal.sees("about apple").press("down", "down").sees("about pear")
        return terminal


@pytest.fixture(params=["stock", "lean"])
def hand(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hand]:
    yield Hand(tmp_path, request.param)


def test_the_program_has_the_terminal_and_the_same_row_is_there_again(hand: Hand) -> None:
    with hand.open(WAITS + 'echo "heard $answer"; read more') as terminal:
        terminal.press("e").sees("I have pear").sees_no("apple")
        assert terminal.restored  # as a shell has it
        assert " icanon" in hand.taken.read_text()
        terminal.press("hello\n").sees("heard hello")
        assert "grown" not in terminal.text  # what changes meanwhile is not drawn over it
        terminal.press("\n").sees("about pear", "grown 39")
        terminal.press("j").sees("about plum")
        terminal.press("q")
        assert terminal.ends() == 0
        assert terminal.restored


def test_another_size_meanwhile_is_taken(hand: Hand) -> None:
    with hand.open(WAITS) as terminal:
        terminal.press("e").sees("I have pear")
        terminal.resize(80, 24)
        terminal.press("\n").sees("pear").sees_no("I have", "about")
        terminal.until(lambda text: "peel" in text.splitlines()[23], "the footer on the last line")


def test_the_exit_code_is_told(hand: Hand) -> None:
    with hand.open("exit 3") as terminal:
        terminal.press("e").tells("sh ended with exit code 3").sees("about pear")


def test_a_terminal_left_in_pieces_is_mended(hand: Hand) -> None:
    with hand.open(RAW + "kill -9 $$") as terminal:
        terminal.press("e").tells("sh was ended by SIGKILL").press("q")
        assert terminal.ends() == 0
        assert terminal.restored


def test_ctrl_c_is_the_programs(hand: Hand) -> None:
    script = TAKES + "trap 'echo interrupted' INT; while ! read answer; do :; done"
    with hand.open(script) as terminal:
        terminal.press("e").sees("I have pear").press("ctrl+c").sees("interrupted")
        terminal.press("\n").sees("about pear")


def test_ctrl_z_means_nothing_where_no_shell_could_go_on(hand: Hand) -> None:
    with hand.open(WAITS) as terminal:
        terminal.press("e").sees("I have pear").press("\x1a", "\n").sees("about pear")


def test_a_program_that_is_missing_is_told_with_the_screen_still_there(hand: Hand) -> None:
    words = [*hand.words("")[:4], "no-such-program"]
    with Terminal((), ROOT, hand.environ, (120, 35), program=words) as terminal:
        terminal.sees("about apple").press("e")
        terminal.tells("no-such-program is not installed").tells("see the kitchen's manual")
        assert terminal.raw.count(b"\x1b[?1049h") == 1


def test_a_program_that_can_not_start_gives_the_screen_back(hand: Hand, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_text("#!/no/such/interpreter\n")
    broken.chmod(0o755)
    words = [*hand.words("")[:4], str(broken)]
    with Terminal((), ROOT, hand.environ, (120, 35), program=words) as terminal:
        terminal.sees("about apple").press("e").tells("broken did not start").sees("about apple")


def test_a_job_shell_gets_and_gives_the_foreground(hand: Hand) -> None:
    """bash makes a group of its own the terminal's, and here dies without giving it back."""
    if not shutil.which("bash"):
        pytest.skip("bash is not installed")
    words = [*hand.words("")[:4], "bash", "--norc", "-i"]
    with Terminal((), ROOT, {**hand.environ, "PS1": "shell> "}, (120, 35), program=words) as here:
        here.sees("about apple").press("e").sees("shell> ").press("kill -9 $$\n")
        here.tells("bash was ended by SIGKILL").press("j").sees("about fig")


def test_ctrl_z_stops_both_and_fg_continues_both(hand: Hand, tmp_path: Path) -> None:
    if not shutil.which("bash"):
        pytest.skip("bash is not installed")
    script = tmp_path / "start"
    script.write_text(shlex.join(hand.words(
        CLEAR + "trap 'echo goes on' CONT; echo I have it; while ! read answer; do :; done"
    )))
    with Terminal((), ROOT, {**hand.environ, "PS1": "shell> "}, (120, 35),
                  program=["bash", "--norc", "-i"]) as here:
        here.sees("shell> ").press(f". {script}\n").sees("about apple").press("e").sees("I have it")
        here.press("\x1a").sees("Stopped").press("fg\n").sees("goes on")
        here.press("\n").sees("about apple")


def test_in_tmux(hand: Hand, tmp_path: Path) -> None:
    with own_tmux(hand.words(WAITS), ROOT, hand.environ) as tmux:
        tmux.sees("apple").press("e").sees("I have apple").sees_no("fig")
        tmux.resize(70, 20).press("Enter").sees("apple", "grown 39").press("q")
        tmux.ends()


def test_a_longer_text_is_written_in_ones_own_editor(hand: Hand, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text(f"#!/bin/sh\n{CLEAR}cat \"$1\"; echo; echo editing\nread text\n"
                      'echo "$text" > "$1"\n')
    editor.chmod(0o755)
    with Terminal((), ROOT, {**hand.environ, "VISUAL": str(editor)}, (120, 35),
                  program=hand.words("")) as here:
        here.sees("about apple").press("w").sees("as it was", "editing").press("better\r")
        here.sees("wrote 'better'").press("w").sees("editing").press("as it was\r")
        here.sees("wrote None")
    with Terminal((), ROOT, {**hand.environ, "VISUAL": "no-such-editor"}, (120, 35),
                  program=hand.words("")) as here:
        here.sees("about apple").press("w").tells("no-such-editor is not installed")
        here.press("j").sees("about fig")  # the screen is still there


def test_how_programs_end_in_words() -> None:
    assert ending(2) == "ended with exit code 2"
    assert ending(130) == "ended with 130, which stands for SIGINT"
    assert ending(-signal.SIGTERM) == "was ended by SIGTERM"
    assert ending(-250) == "was ended by signal 250"
