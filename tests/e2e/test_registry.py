"""Champions by keys on a real server: history, causes, undo, and a terminal that is lost midway."""

from __future__ import annotations

import time

import pytest

from tests.e2e.bench import Machine, aliases, register
from tests.e2e.terminal import Terminal
from tests.e2e.test_promotion import page, versions
from tests.servers.mlflow_server import Judge

pytestmark = [pytest.mark.e2e, pytest.mark.mlflow]

WIDE = (120, 40)


def registered(served: Machine, judge: Judge, model: str, *aucs: float) -> None:
    register(judge, model, served.git("rev-parse", "HEAD"), *aucs)
    judge("client.set_registered_model_alias(model, 'champion', '1')", model=model)


def test_undo_history_and_causes_by_key(served: Machine, judge: Judge, model: str) -> None:
    registered(served, judge, model, 0.8, 0.9)
    with served.open(size=WIDE) as terminal:
        terminal.sees("▌* main")
        page(versions(terminal, model), model, "2").press("y").sees("promoted: champion")
        terminal.press("b").sees("─ Roll back ─", "until now", "v1 → v2", "From v2 back to v1")
        terminal.sees("C 2 -> 1").press("esc").sees_no("─ Roll back ─")
        terminal.press("/", "esc", "/", "v1", "enter").sees("▌ v1")
        terminal.press("B").sees("what changed from v2 to v1", "parameter", "C 2 -> 1").press("q")
        terminal.press("z").sees("─ Undo ─", "champion names v1 afterwards").press("y")
        terminal.sees("undone: ")
        assert aliases(judge, model) == {"champion": "1"}
        judge("client.set_registered_model_alias(model, 'champion', '2')", model=model)
        terminal.press("esc", "esc", "r").sees("5 Models")
        terminal.press("A").sees("model.seen", "seen: changed").press("esc", "q")
        assert terminal.ends() == 0
    verified = served.run("audit", "verify")
    assert verified.returncode == 0, verified.stdout


def lost(served: Machine, judge: Judge, model: str, how: str = "kill") -> None:
    """Promote, and lose the terminal after the alias was written and before it was read back."""
    with served.open(size=WIDE, OPSTUI_SETTLE="60") as terminal:
        terminal.sees("▌* main")
        page(versions(terminal, model), model, "2").press("y")
        end = time.monotonic() + 30
        while aliases(judge, model)["champion"] != "2":
            assert time.monotonic() < end
        if how == "kill":
            terminal.kill()
        else:
            terminal.hang_up()
            terminal.ends()


def noticed(terminal: Terminal, model: str) -> Terminal:
    terminal.sees("▌* main", "never ended")
    terminal.press("5").sees("╭─ 5 Models ─")
    return terminal.press("z").sees(f"Cut: model.promote of {model}@champion")


@pytest.mark.parametrize("how", ["kill", "hang up"])
def test_a_terminal_that_is_lost_midway_is_noticed_and_undone(
    served: Machine, judge: Judge, model: str, how: str
) -> None:
    registered(served, judge, model, 0.8, 0.9)
    lost(served, judge, model, how)
    told = served.run("doctor").stdout
    assert f"model.promote of {model}@champion was begun" in told and "press z" in told
    assert "never ended" in served.run("status").stdout
    with served.open(size=WIDE) as terminal:
        noticed(terminal, model).press("j", "enter")
        terminal.sees("─ Undo what was cut ─", "champion names v1 afterwards", "done")
        terminal.press("y").sees("undone: ")
        assert aliases(judge, model) == {"champion": "1"}
        terminal.press("esc", "q")
        assert terminal.ends() == 0
    assert judge("answer = client.get_model_version(model, '2').tags", model=model) == {}
    assert "never ended" not in served.run("doctor").stdout


def test_a_lost_act_that_was_complete_only_gets_its_last_line(
    served: Machine, judge: Judge, model: str
) -> None:
    registered(served, judge, model, 0.8, 0.9)
    lost(served, judge, model)
    with served.open(size=WIDE) as terminal:
        noticed(terminal, model).press("enter")
        terminal.sees("only the journal's line is missing").press("y")
        terminal.sees_no("Continue what was cut").rests()
        terminal.press("q")
        assert terminal.ends() == 0
    assert aliases(judge, model)["champion"] == "2"
    assert served.journal()[-1]["result"].startswith("done: found complete")
