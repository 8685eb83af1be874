"""The command line beside the screen: the same facts, the same code, documented exit codes."""

from __future__ import annotations

import json

import pytest

from tests.e2e.bench import Machine, aliases, register
from tests.servers.mlflow_server import Judge

pytestmark = [pytest.mark.e2e, pytest.mark.mlflow]


def test_status_tells_scripts_what_the_panes_show(
    served: Machine, judge: Judge, model: str
) -> None:
    register(judge, model, served.git("rev-parse", "HEAD"), 0.8)
    judge("client.set_registered_model_alias(model, 'champion', '1')", model=model)
    status = served.run("status", "--json")
    assert status.returncode == 1  # there is no container engine
    facts = json.loads(status.stdout)
    assert {name: bool(part["error"]) for name, part in facts.items()} == {
        "attention": False, "branches": False, "ci": False, "images": True, "containers": True,
        "experiments": False, "models": False, "journal": False,
    }
    branches = {branch["name"]: branch["subject"] for branch in facts["branches"]["items"]}
    assert branches["main"] == "Scale the charges"
    mine = next(one for one in facts["models"]["items"] if one["name"] == model)
    assert mine["aliases"] == {"champion": "1"}
    with served.open(size=(140, 45)) as terminal:
        terminal.sees(*branches, *branches.values()).sees("no container engine")
        assert "no container engine" in facts["images"]["error"]
        terminal.press("4", "/", model, "enter").sees(f"▌{model}")
        assert model in [one["name"] for one in facts["experiments"]["items"]]
        terminal.press("5", "/", model, "enter").sees(f"▌{model}", "v1")


def test_promote_and_rollback_end_with_the_documented_exit_codes(
    served: Machine, judge: Judge, model: str
) -> None:
    register(judge, model, served.git("rev-parse", "HEAD"), 0.8, 0.9)
    judge("client.set_registered_model_alias(model, 'champion', '1')", model=model)
    promote = ("promote", model, "2", "--to", "champion")

    tried = served.run(*promote, "--dry-run")
    assert tried.returncode == 0
    assert "registered-models/alias" in tried.stdout
    asked = served.run(*promote)
    assert asked.returncode == 2
    assert "this is no terminal, so say --yes" in asked.stderr
    assert aliases(judge, model) == {"champion": "1"}
    assert judge("answer = client.get_model_version(model, '2').tags", model=model) == {}
    assert not (served.state / "journal.jsonl").exists()

    done = served.run(*promote, "--yes", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["now"] == "2"
    assert aliases(judge, model) == {"champion": "2", "previous_champion": "1"}
    again = served.run(*promote, "--yes")
    assert again.returncode == 3
    assert "champion names v2 already" in again.stdout

    back = served.run("rollback", model, "--yes")
    assert back.returncode == 0, back.stdout + back.stderr
    assert aliases(judge, model)["champion"] == "1"
    unknown = served.run("promote", model, "99", "--to", "champion", "--yes")
    assert unknown.returncode == 1
    assert unknown.stderr.count("\n") == 1
    assert served.run("audit", "verify").returncode == 0


def test_a_promotion_asked_for_on_the_terminal_is_refused_when_the_alias_moves(
    served: Machine, judge: Judge, model: str
) -> None:
    register(judge, model, served.git("rev-parse", "HEAD"), 0.7, 0.8, 0.9)
    judge("client.set_registered_model_alias(model, 'champion', '1')", model=model)
    with served.open("promote", model, "3", "--to", "champion") as terminal:
        terminal.sees("do it? [y/N]")
        judge("client.set_registered_model_alias(model, 'champion', '2')", model=model)
        terminal.press("y", "enter")
        assert terminal.ends() == 4
        assert "champion names v2 now, not v1" in terminal.text.replace("\n", " ")
    assert aliases(judge, model) == {"champion": "2"}
