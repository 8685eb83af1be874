"""Opening opstui in a fresh clone, looking around, and leaving."""

from __future__ import annotations

import pytest

from tests.e2e.bench import Machine

pytestmark = pytest.mark.e2e


def test_a_fresh_clone_shows_its_branches_and_every_pane_says_what_it_misses(
    fresh: Machine,
) -> None:
    with fresh.open() as terminal:
        terminal.sees("main", "origin/feature/scaler", "Scale the charges")
        terminal.sees(
            "no runs yet", "no container engine: there is no such socket",
            "no MLflow server is configured", "git ✓", "docker.sock ✗", "mlflow –",
        )
        fresh.git("branch", "fix/nan-input")
        terminal.sees("fix/nan-input")
        fresh.git("branch", "-D", "fix/nan-input")
        terminal.sees_no("fix/nan-input")
        terminal.press("q")
        assert terminal.ends() == 0
        assert terminal.restored
    assert fresh.git("status", "--porcelain") == ""
    assert not (fresh.root / "home" / ".config").exists()


def test_each_pane_names_the_way_out_when_it_has_the_room(fresh: Machine) -> None:
    with fresh.open(size=(80, 24)) as terminal:
        terminal.sees("origin/feature/scaler", "1 Branches ✓", "5 Models –")
        terminal.press("2").sees("add .ci/run, or set ci.command in the settings")
        terminal.press("3").sees("systemctl start docker")
        terminal.press("4").sees("S starts opstui's own server", "0.4", "store ")
        terminal.press("5").sees("5 Models", "S starts opstui's own server")
        terminal.press("1").sees("▌* main")


def test_keys_typed_faster_than_they_are_carried_out_go_where_they_belong(fresh: Machine) -> None:
    with fresh.open() as terminal:
        terminal.sees("origin/feature/scaler").rests()
        terminal.press("/scaler", "enter")  # d, c and others in it would be actions
        terminal.sees("/scaler 1/1 of 3", "origin/feature/scaler")
        terminal.press("esc").sees("3/3", "▌  origin/feature/scaler")
        terminal.press("/origin/main", "enter", "enter")
        terminal.sees("1 Branches › origin/main").press("esc", "esc").sees("2/3", "▌  origin/main")
        terminal.press("3", "1", "5", "2", "1", "k", "j", "j", "enter")
        terminal.sees("1 Branches › origin/feature/scaler")


def test_ctrl_c_asks_for_q_and_pressed_twice_leaves(fresh: Machine) -> None:
    with fresh.open() as terminal:
        terminal.sees("origin/feature/scaler").press("ctrl+c")
        terminal.sees("press q to quit").press("ctrl+c")
        assert terminal.ends() == 0
        assert terminal.restored


def test_a_terminal_that_goes_away_ends_it(fresh: Machine) -> None:
    with fresh.open() as terminal:
        terminal.sees("origin/feature/scaler").hang_up()
        terminal.ends(10)


def test_at_rest_it_writes_nothing(fresh: Machine) -> None:
    with fresh.open() as terminal:
        terminal.sees("origin/feature/scaler", "docker.sock ✗", "mlflow –", "no runs yet").rests(2)
        before = terminal.written
        terminal.rests(8)
        assert terminal.written == before, bytes(terminal.raw[before:])


def test_other_sizes_are_drawn_whole(fresh: Machine) -> None:
    with fresh.open(size=(80, 24)) as terminal:
        terminal.sees("1 Branches ✓", "▌* main")
        terminal.resize(160, 45)
        terminal.sees("╭─ 1 Branches", "╭─ 5 Models", "[Log]  Commit").rests()
        lines = terminal.text.split("\n")
        below = [line.rstrip()[-1] for line in lines[2:-1]]  # header and strip stand above
        assert below == ["╮", *"│" * (len(lines) - 5), "╯"]
        terminal.resize(80, 24)
        terminal.sees("1 Branches ✓", "▌* main").sees_no("╭─ 5 Models").rests()
        lines = terminal.text.split("\n")
        assert [line[-1] for line in lines[2:-1]] == ["╮", *"│" * 19, "╯"]


def test_outside_a_terminal_or_a_repository_one_sentence_says_so(fresh: Machine) -> None:
    piped = fresh.run()
    assert piped.returncode == 2
    assert piped.stderr.startswith("opstui: opstui needs a terminal")
    missing = fresh.run("./nowhere")
    assert missing.returncode == 2
    assert "there is no such folder" in missing.stderr
    assert missing.stderr.count("\n") == 1
