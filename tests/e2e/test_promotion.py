"""The main job by keys on a real server; MLflow's own client is the judge of every claim."""

from __future__ import annotations

import pytest

from tests.e2e.bench import Machine, aliases, register
from tests.e2e.terminal import Terminal
from tests.servers.mlflow_server import Judge

pytestmark = [pytest.mark.e2e, pytest.mark.mlflow]

SMALL = (80, 24)


def versions(terminal: Terminal, model: str) -> Terminal:
    """Open the list of a model's versions."""
    terminal.press("5").sees("╭─ 5 Models ─").press("/", model, "enter").sees(f"/{model} 1/1")
    return terminal.press("enter").sees(f"5 Models › {model}", "▌ v")


def page(terminal: Terminal, model: str, version: str) -> Terminal:
    """From the list of versions to the page that promotes one to champion."""
    terminal.press("/", f"v{version}", "enter").sees(f"▌ v{version}")
    terminal.press("p").sees(f"Promote {model} v{version} to", "champion")
    return terminal.press("G", "enter").sees("─ Promote ─", f"champion names v{version} afterwards")


def test_the_main_job(served: Machine, judge: Judge, model: str) -> None:
    register(judge, model, served.git("rev-parse", "HEAD"), 0.8, 0.9)
    judge("client.set_registered_model_alias(model, 'champion', '1')", model=model)
    with served.open(size=SMALL) as terminal:
        terminal.sees("▌* main").press("4").sees(model)
        terminal.press("/", model, "enter").sees("1/1").press("enter").sees("fit-1", "fit-2")
        terminal.press("/", "metrics.auc > 0.85", "enter").sees_no("fit-1").sees("▌✓ fit-2")
        terminal.press("enter").sees("auc  0.9", "in this clone")

        page(versions(terminal, model), model, "2")
        terminal.sees("now it names v1", "0.9", "0.8", "+0.1", "better", "unknown: no run of")
        terminal.press("y").sees(f"promoted: champion of {model} names v2, before v1")
        assert aliases(judge, model) == {"champion": "2", "previous_champion": "1"}
        terminal.press("j").sees_no("promoted:").sees("▌ v2 ✓ champion", "b roll back")
        tags = judge("answer = client.get_model_version(model, '2').tags", model=model)
        assert tags["previous_champion_version"] == "1"
        assert {"promoted_by", "promoted_at"} <= set(tags)

        terminal.press("b").sees("─ Roll back ─", "champion names v1 afterwards")
        terminal.press("y").sees(f"rolled back: champion of {model} names v1, before v2")
        assert aliases(judge, model)["champion"] == "1"

        terminal.press("A").sees("Journal", "model.rollback", "model.promote", model)
        terminal.press("esc", "q")
        assert terminal.ends() == 0
    written = [(line["what"], line["phase"], line["before"], line["after"])
               for line in served.journal()]
    assert written == [
        ("model.promote", "intent", "1", "2"), ("model.promote", "result", "1", "2"),
        ("model.rollback", "intent", "2", "1"), ("model.rollback", "result", "2", "1"),
    ]
    verified = served.run("audit", "verify")
    assert verified.returncode == 0, verified.stdout
    assert verified.stdout.startswith("4 lines as written")


@pytest.mark.parametrize("key", ["enter", "esc", "n"])
def test_whoever_does_not_say_yes_changes_nothing(
    served: Machine, judge: Judge, model: str, key: str
) -> None:
    register(judge, model, served.git("rev-parse", "HEAD"), 0.8)
    with served.open(size=SMALL) as terminal:
        terminal.sees("▌* main")
        page(versions(terminal, model), model, "1").press(key).sees_no("─ Promote ─")
        terminal.sees("▌ v1").rests()
        terminal.press("q")
        assert terminal.ends() == 0
    assert aliases(judge, model) == {}
    assert not (served.state / "journal.jsonl").exists()


def test_an_alias_that_moved_while_the_page_was_read_is_left_alone(
    served: Machine, judge: Judge, model: str
) -> None:
    register(judge, model, served.git("rev-parse", "HEAD"), 0.7, 0.8, 0.9)
    judge("client.set_registered_model_alias(model, 'champion', '1')", model=model)
    with served.open(size=SMALL) as terminal:
        terminal.sees("▌* main")
        page(versions(terminal, model), model, "3").sees("now it names v1")
        judge("client.set_registered_model_alias(model, 'champion', '2')", model=model)
        terminal.press("y").tells("champion names v2 now, not v1 as when this was prepared")
        terminal.tells("nothing was written").sees(f"{model}: refused", "not sent")
    assert aliases(judge, model) == {"champion": "2"}
    assert judge("answer = client.get_model_version(model, '3').tags", model=model) == {}
    assert served.journal()[-1]["result"].startswith("refused")


def test_of_two_promoters_at_once_exactly_one_wins_and_both_are_told_the_truth(
    served: Machine, judge: Judge, model: str
) -> None:
    register(judge, model, served.git("rev-parse", "HEAD"), 0.7, 0.8, 0.9)
    judge("client.set_registered_model_alias(model, 'champion', '1')", model=model)
    with served.open(size=SMALL) as one, served.open(size=SMALL) as other:
        for terminal, version in ((one, "2"), (other, "3")):
            terminal.sees("▌* main")
            page(versions(terminal, model), model, version)
        one.press("y")
        other.press("y")
        said = "promoted: champion", "refused", "later"
        for terminal in (one, other):
            terminal.until(lambda screen: any(word in screen for word in said), said)
        winner = aliases(judge, model)["champion"]
        assert winner in ("2", "3")
        for terminal, version in ((one, "2"), (other, "3")):
            won = f"promoted: champion of {model} names v{version}" in terminal.text
            assert won == (winner == version), f"v{winner} serves\n{terminal.text}"
            if not won:
                terminal.tells(f"names v{winner} now")
