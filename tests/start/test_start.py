"""What is on the screen before the program is there, and that the terminal survives it all."""

from __future__ import annotations

import signal
import termios

import pytest

from tests.e2e.bench import Machine
from tests.e2e.terminal import Terminal
from tests.start.conftest import frames, looked_around
from tests.start.gate import Gate

pytestmark = pytest.mark.e2e
NEVER = "no such text"


def echoes(terminal: Terminal) -> bool:
    """Whether the terminal shows what is typed, as a shell wants it."""
    flags = termios.tcgetattr(terminal._master)[3]
    return bool(flags & termios.ECHO and flags & termios.ICANON)


def test_last_frame_is_on_the_screen_before_anything_is_read(seen: Machine, early: Gate) -> None:
    with seen.open(**early.environ) as terminal:
        terminal.sees("seen just now", "origin/feature/scaler", "5 Models")
        terminal.until(lambda _: early.reached, "what draws live rows")
        assert not echoes(terminal)
        early.forbid()
        assert terminal.ends() == 1
        assert terminal.restored and echoes(terminal)
        assert b"no opstui.start.live today" in terminal.raw


def test_live_rows_are_on_the_screen_before_textual_is_imported(seen: Machine, gate: Gate) -> None:
    seen.git("branch", "fix/nan-input")
    seen.git("branch", "--delete", "--remotes", "origin/feature/scaler")
    with seen.open(**gate.environ) as terminal:
        terminal.sees("fix/nan-input", "docker.sock ✗", "no runs yet")
        terminal.sees_no("origin/feature/scaler", "seen just now")
        terminal.until(lambda _: gate.reached, "the import of Textual")
        assert not echoes(terminal)
        gate.forbid()
        assert terminal.ends() == 1
        assert terminal.restored and echoes(terminal)
        assert b"no textual today" in terminal.raw


def test_live_data_replace_it_without_clearing_the_screen(seen: Machine) -> None:
    with seen.open() as terminal:
        again = looked_around(terminal).screen.looks()
        assert b"seen just now" in terminal.raw
        assert terminal.raw.count(b"\x1b[2J") == 1
        assert terminal.raw.count(b"\x1b[?1049h") == 1
        terminal.press("q").ends()
    [frame] = frames(seen)
    frame.unlink()
    with seen.open() as terminal:
        assert looked_around(terminal).screen.looks() == again


def test_what_changed_meanwhile_is_shown(seen: Machine, early: Gate) -> None:
    seen.git("branch", "fix/nan-input")
    with seen.open(**early.environ) as terminal:
        terminal.sees("seen just now").until(lambda _: early.reached, "what draws live rows")
        assert "fix/nan-input" not in terminal.text
        seen.git("branch", "fix/later")  # git was asked before, and has answered
        early.open()
        terminal.sees("fix/nan-input", "fix/later").sees_no("seen just now")


def test_nothing_moves_when_textual_takes_over(seen: Machine, gate: Gate) -> None:
    seen.git("branch", "fix/nan-input")
    with seen.open(**gate.environ) as terminal:
        terminal.sees("fix/nan-input", "docker.sock ✗", "no runs yet").sees_no("seen just now")
        terminal.until(lambda _: gate.reached, "the import of Textual")
        early = [line[:54] for line in terminal.screen.display]
        gate.open()
        looked_around(terminal)
        # What belongs to the selected row gets its mark a moment later.
        assert [line[:54].replace("┊", " ") for line in terminal.screen.display] == early


def test_keys_typed_while_it_starts_are_kept(seen: Machine, gate: Gate) -> None:
    with seen.open(**gate.environ) as terminal:
        terminal.until(lambda _: gate.reached, "the import of Textual")
        terminal.press("/", "scaler", "enter")
        gate.open()
        terminal.sees("/scaler 1/1 of 3")
        assert b"scaler\r\n" not in terminal.raw


@pytest.mark.parametrize("ending", [
    "ctrl+c", signal.SIGTERM, signal.SIGHUP, signal.SIGINT
])
@pytest.mark.parametrize("painted", [True, False])
def test_whoever_gives_up_waiting_gets_the_terminal_back(
    seen: Machine, gate: Gate, ending: str | signal.Signals, painted: bool
) -> None:
    if not painted:
        frames(seen)[0].unlink()
    with seen.open(**gate.environ) as terminal:
        terminal.until(lambda _: gate.reached, "the import of Textual")
        assert not echoes(terminal)
        if isinstance(ending, str):
            terminal.press(ending)
        else:
            terminal.process.send_signal(ending)
        number = signal.SIGINT if isinstance(ending, str) else ending
        assert terminal.ends(5) == -number
        assert terminal.restored and echoes(terminal)


def test_wrong_setting_is_told_on_the_shell_s_screen(seen: Machine) -> None:
    config = seen.root / "home" / ".config" / "opstui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("theme = 'blue'\n")
    with seen.open() as terminal:
        assert terminal.ends() == 2
        assert terminal.restored and echoes(terminal)
        left = terminal.raw.rindex(b"\x1b[?1049l")
        assert terminal.raw.index(b"opstui: theme must be one of dark") > left


def test_leaving_ends_the_process_and_keeps_nothing_running(seen: Machine) -> None:
    with seen.open() as terminal:
        looked_around(terminal).press("q")
        assert terminal.ends(2) == 0
        assert terminal.restored and echoes(terminal)


def test_only_the_view_that_a_start_shows_is_kept(seen: Machine) -> None:
    with seen.open() as terminal:
        frames(seen)[0].unlink()
        looked_around(terminal).until(lambda _: bool(frames(seen)), "the frame of this start")
        frames(seen)[0].unlink()
        terminal.press("n").sees("New branch").press("hush").sees("hush").press("esc")
        terminal.sees_no("hush").press("enter").rests(0.3).press("q").ends()
    assert frames(seen) == []


@pytest.mark.parametrize("what", ["damaged", "cut", "readable by others", "a link"])
def test_frame_that_cannot_be_trusted_is_ignored(seen: Machine, gate: Gate, what: str) -> None:
    [frame] = frames(seen)
    data = frame.read_bytes()
    if what == "damaged":
        frame.write_bytes(data[:-1] + b"?")
    elif what == "cut":
        frame.write_bytes(data[:-10])
    elif what == "readable by others":
        frame.chmod(0o644)
    else:
        other = frame.rename(seen.root / "other")
        frame.symlink_to(other)
    assert painted_early(seen, gate) is False


@pytest.mark.parametrize("size", [(120, 36), (119, 35)])
def test_frame_of_another_size_is_ignored(
    seen: Machine, gate: Gate, size: tuple[int, int]
) -> None:
    assert painted_early(seen, gate, size=size) is False


@pytest.mark.parametrize("more", [
    {"TERM": "xterm"}, {"OPSTUI_THEME": "light"}, {"OPSTUI_STOCK": "1"}, {"COLUMNS": "120"},
])
def test_frame_that_would_look_different_now_is_ignored(
    seen: Machine, gate: Gate, more: dict[str, str]
) -> None:
    assert painted_early(seen, gate, **more) is False


def test_frame_of_another_repository_is_ignored(seen: Machine, gate: Gate) -> None:
    [frame] = frames(seen)
    seen.git("clone", "--quiet", str(seen.clone), str(seen.root / "other"), folder=seen.root)
    gate.forbid()
    with seen.open("../other", **gate.environ) as terminal:
        assert terminal.ends() == 1
        assert b"seen just now" not in terminal.raw
    with seen.open(".", **gate.environ) as terminal:
        assert terminal.ends() == 1
        assert b"seen just now" in terminal.raw
    assert frames(seen) == [frame]


def test_slow_line_is_told_by_option_or_environment(seen: Machine) -> None:
    with seen.open("--slow") as terminal:
        looked_around(terminal).press("q")
        assert terminal.ends() == 0
    with seen.open(OPSTUI_SLOW="perhaps") as terminal:
        assert terminal.ends() == 2
        assert b"OPSTUI_SLOW" in terminal.raw


def test_nothing_is_kept_without_a_terminal(fresh: Machine) -> None:
    assert fresh.run().returncode == 2
    assert "branches" in fresh.run("status").stdout
    assert frames(fresh) == []


def painted_early(
    seen: Machine, gate: Gate, size: tuple[int, int] = (120, 35), **more: str
) -> bool:
    """Whether a start that gets no further than to Textual shows a frame."""
    gate.forbid()
    with seen.open(size=size, **gate.environ, **more) as terminal:
        assert terminal.ends() == 1
        assert terminal.restored and echoes(terminal)
        return b"seen just now" in terminal.raw
