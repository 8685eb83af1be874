"""Words of a command filled with facts: each stays one word, and none becomes an option."""

from __future__ import annotations

import pytest

from opstui.domain.branch import Branch, Commit
from opstui.domain.custom_command import CustomCommand
from opstui.domain.errors import OpstuiError
from opstui.domain.model import ModelVersion
from opstui.domain.selected import FACTS, facts_of, variables
from opstui.domain.tools import editor_of, tools


def command(*words: str) -> CustomCommand:
    return CustomCommand("show", words)


def test_a_fact_stays_in_its_word() -> None:
    facts = {"branch": "a b; rm -rf $HOME `x` {commit}", "commit": "c0ffee"}
    made = command("git", "log", "{branch}", "x={commit}").argv(facts)
    assert made == ("git", "log", "a b; rm -rf $HOME `x` {commit}", "x=c0ffee")


def test_what_a_program_takes_for_an_option_is_refused_unless_it_stands_behind_two_dashes() -> None:
    facts = {"branch": "--output=/etc/passwd"}
    with pytest.raises(OpstuiError, match="would be taken for an option of git"):
        command("git", "log", "{branch}").argv(facts)
    assert command("git", "log", "--", "{branch}").argv(facts)[-1] == "--output=/etc/passwd"
    assert command("git", "-c", "--at={branch}").argv(facts)[-1].startswith("--at=")


@pytest.mark.parametrize("value", ["", "a\0b"])
def test_no_word_is_made_of_nothing_or_of_what_no_argument_can_hold(value: str) -> None:
    with pytest.raises(OpstuiError):
        command("git", "log", "{branch}").argv({"branch": value})


def test_a_script_gets_no_facts_into_its_text() -> None:
    made = CustomCommand("show", ("echo {branch}",), script=True)
    assert made.argv({"branch": "$(id)"}) == ("sh", "-c", "echo {branch}")
    assert made.needs == ()


def test_every_fact_of_a_thing_has_a_name_that_is_known() -> None:
    things = (
        Branch("refs/heads/main", "main", "c0ffee", None), Commit("c0ffee", (), "Ana", None, "x"),
        ModelVersion("churn", "9", run_id="r1"),
    )
    for thing in things:
        assert set(facts_of(thing)) <= set(FACTS)
    assert variables(facts_of(things[2]))["OPSTUI_MODEL_URI"] == "models:/churn/9"
    assert "OPSTUI_CI_RUN" not in variables(dict.fromkeys(FACTS, "x"))  # marks the runner's own


def test_programs_that_fit_and_where_they_are_led() -> None:
    facts = {"repository": "/r", "kind": "branches", "branch": "main", "ref": "refs/heads/main"}
    by = {tool.id: tool.command for tool in tools(facts, {"EDITOR": "emacs -nw"}, read_only=True)}
    assert by["tig"] == ("tig", "-C", "/r", "refs/heads/main")
    assert by["lazygit"] == ("lazygit", "--path", "/r", "branch")
    assert by["editor"] == ("emacs", "-nw", ".")
    assert by["k9s"] == ("k9s", "--readonly")
    assert "dive" not in by
    image = {"image": "churn:1", "image_id": "sha256:aa", "kind": "images"}
    assert {t.id: t.command for t in tools(image, {}, read_only=False)}["dive"] == (
        "dive", "sha256:aa")


def test_a_commit_or_ref_that_looks_like_an_option_leads_nowhere() -> None:
    facts = {"repository": "/r", "ref": "--exec=x"}
    by = {tool.id: tool.command for tool in tools(facts, {}, read_only=False)}
    assert by["tig"] == ("tig", "-C", "/r")


def test_an_editor_that_can_not_be_read_is_the_usual_one() -> None:
    assert editor_of({"EDITOR": 'emacs "'}) == ("vi",)
    assert editor_of({"VISUAL": "code -w", "EDITOR": "vi"}) == ("code", "-w")
