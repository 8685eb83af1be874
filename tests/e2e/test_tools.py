"""The whole program gives its terminal away and comes back; own commands; profiles at the start."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.e2e.bench import Machine
from tests.e2e.tmux import own_tmux

pytestmark = pytest.mark.e2e
SHELL = """#!/bin/sh
printf '\\033[2J\\033[H'
echo "in $(basename "$PWD") at $OPSTUI_BRANCH"
git log -1 --format=%s "$OPSTUI_COMMIT"
read answer
git branch made-there
exit 5
"""


def script(machine: Machine) -> Path:
    path = machine.root / "home" / "shell"
    path.write_text(SHELL)
    path.chmod(0o755)
    return path


def settings(machine: Machine, text: str) -> None:
    path = machine.root / "home" / ".config" / "opstui" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text)


def test_a_shell_gets_the_selected_branch_and_what_it_did_is_seen(fresh: Machine) -> None:
    with fresh.open(SHELL=str(script(fresh)), PATH="/usr/bin:/bin") as terminal:
        terminal.sees("origin/feature/scaler", "[main]").press("!")
        terminal.sees("a shell in the repository", "not installed: https://github.com/jesse")
        terminal.press("G", "k").rests(0.3)
        while "▌ a shell" not in terminal.text and "▌a shell" not in terminal.text:
            terminal.press("k").rests(0.3)
        terminal.press("enter").sees("in churn at main", "Scale the charges")
        terminal.press("\r").tells("shell ended with exit code 5").sees("made-there", "[main]")
        terminal.press("q")
        assert terminal.ends() == 0
        assert terminal.restored


def test_an_own_command_in_tmux(fresh: Machine) -> None:
    settings(fresh, '[commands.look]\nkey = "ctrl+o"\noutput = "terminal"\n'
                    'command = ["sh", "-c", "echo saw $1; exit 0", "sh", "{branch}"]\n')
    with own_tmux([sys.executable, "-m", "opstui"], fresh.clone, fresh.environ, (120, 35)) as tmux:
        tmux.sees("origin/feature/scaler").press("C-o")
        tmux.sees("saw main", "look is done; enter goes back to opstui")
        tmux.press("Enter").sees("origin/feature/scaler").press("q").ends()


def test_a_profile_is_in_the_header_from_the_first_picture_on(fresh: Machine) -> None:
    settings(fresh, "[profiles.prod]\nprotected = true\ncolour = \"red\"\n[profiles.dev]\n")
    with fresh.open("--profile", "prod") as terminal:
        terminal.sees("[prod protected]  churn").press(":ctx dev", "enter").sees("[dev]  churn")
        terminal.press("q")
        assert terminal.ends() == 0
    with fresh.open("--profile", "stage") as terminal:
        assert terminal.ends() == 2
        assert "there is no profile 'stage'" in terminal.text
