"""Workflow files as people write them, and as they should not."""

from __future__ import annotations

import pytest

from opstui.backends.ci.github.inputs import UnreadableWorkflowError, inputs
from opstui.domain.ci import Input


@pytest.mark.parametrize("text", [
    "on: workflow_dispatch", "on: [push, workflow_dispatch]", "'on': {workflow_dispatch: }",
    "on:\n  workflow_dispatch:\n  push: {branches: [main]}",
    "on:\n  workflow_dispatch:\n    inputs:\n",
])
def test_it_can_be_started_without_inputs(text: str) -> None:
    assert inputs(text) == ()


@pytest.mark.parametrize("text", [
    "", "on: push", "on: [push]", "jobs: {}", "just words", "- a\n- list", "on: {push: }",
    "name: workflow_dispatch",
])
def test_it_cannot_be_started_by_hand(text: str) -> None:
    assert inputs(text) is None


def test_every_kind_of_input() -> None:
    assert inputs("""
on:
  workflow_dispatch:
    inputs:
      text: {description: Say why, default: yes}
      needed: {required: true, type: string}
      level: {type: choice, options: [low, 1.0, on], required: true}
      preset: {type: choice, options: [a, b], default: b}
      flag: {type: boolean, default: true}
      off: {type: boolean}
      count: {type: number, default: 007}
      where: {type: environment, description: Deploy to}
      bare:
""") == (
        # Words stay as they are written: `yes` is not a truth, nor `007` a seven.
        Input("text", "yes", "Say why"), Input("needed", required=True),
        Input("level", "low", required=True, choices=("low", "1.0", "on")),
        Input("preset", "b", choices=("a", "b")), Input("flag", "true", flag=True),
        Input("off", "false", flag=True), Input("count", "007", "number"),
        Input("where", "", "Deploy to (environment)"), Input("bare"),
    )


@pytest.mark.parametrize("text", [
    "on: [", "a: b: c", "\tx: 1", "on: *nothing", "a: \x00", "? {[a]: b}: {c: d}\non: [push",
    "[" * 5000, "- " * 5000, "? " * 5000, "on: *a\na: &a [*a]", "x" * (600 << 10),
], ids=["open", "colons", "tab", "alias", "nul", "keys", "deep", "nested", "questions", "self",
        "large"])
def test_what_is_no_yaml_is_said_and_not_raised_through(text: str) -> None:
    with pytest.raises(UnreadableWorkflowError, match=r"YAML|too large"):
        inputs(text)


def test_nothing_is_made_of_tags_that_ask_for_objects() -> None:
    assert inputs("on: !!python/object/apply:os.system ['false']") is None


def test_aliases_that_grow_do_not() -> None:
    """Ten levels of ten references are one list here, not ten thousand million."""
    lines = ["a0: &a0 [x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 11)]
    assert inputs("\n".join([*lines, "on: [workflow_dispatch, *a10]"])) == ()
