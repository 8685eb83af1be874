"""Lists come back as they were left, already in the first rows; what is damaged is forgotten."""

from __future__ import annotations

import signal

import pytest

from tests.e2e.bench import Machine
from tests.start.conftest import frames, looked_around
from tests.start.gate import Gate

pytestmark = pytest.mark.e2e


def test_sort_tab_and_pane_are_there_before_textual_is(seen: Machine, gate: Gate) -> None:
    with seen.open() as terminal:
        looked_around(terminal).press(":sort name down", "enter").sees("name ↓")
        terminal.press("3", "]").sees("Containers").press("q")
        assert terminal.ends() == 0
    [kept] = (seen.state / "arranged").iterdir()
    assert '"descending": true' in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0
    with seen.open(**gate.environ) as terminal:
        terminal.sees("seen ", "name ↓")  # a frame of exactly this was kept when leaving
        terminal.until(lambda _: gate.reached, "the import of Textual")
        gate.open()
        terminal.sees_no("seen ").press("1").sees("name ↓", "[Log]")
        terminal.press("s", "G", "enter").sees_no("name ↓").press("q")
        assert terminal.ends() == 0


def test_what_was_arranged_outlives_a_lost_connection(seen: Machine) -> None:
    with seen.open() as terminal:
        looked_around(terminal).press("+").sees_no("5 Models").hang_up()
        assert terminal.ends() == -signal.SIGHUP
    with seen.open() as terminal:
        terminal.sees("1 Branches", "origin/feature/scaler").sees_no("seen ", "5 Models").press("q")
        assert terminal.ends() == 0


def test_a_damaged_file_is_told_and_forgotten(seen: Machine) -> None:
    with seen.open() as terminal:
        looked_around(terminal).press("+").sees_no("5 Models").press("q")
        assert terminal.ends() == 0
    [kept] = (seen.state / "arranged").iterdir()
    kept.write_text("{")
    with seen.open() as terminal:
        terminal.tells("can't be read from").sees("5 Models").press("q")
        assert terminal.ends() == 0
    assert not list((seen.state / "arranged").iterdir())


def test_nothing_is_remembered_where_nobody_wants_it(seen: Machine) -> None:
    with seen.open(OPSTUI_REMEMBER="0") as terminal:
        looked_around(terminal).press("+").sees_no("5 Models").press("q")
        assert terminal.ends() == 0
    assert not (seen.state / "arranged").exists()
    assert frames(seen)
