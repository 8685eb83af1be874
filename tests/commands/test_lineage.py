"""`opstui lineage`: a chain as lines, JSON and Mermaid, with exit codes."""

from __future__ import annotations

import argparse
import json
from typing import Any

import pytest

from opstui import wiring
from opstui.cli import parser
from opstui.commands import lineage as command
from opstui.domain.errors import OpstuiError
from opstui.places import places
from tests.fakes.linked import Linked


async def said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[int, str]:
    """What the command prints on the fake systems, and its exit code."""
    args: argparse.Namespace = parser("lineage").parse_args(["lineage", *words])
    front: Any = Linked().app().front
    monkeypatch.setattr(wiring, "open_front", lambda *_words, **_more: front)
    code = await command.run(args, places({"HOME": "/home/ana"}), {})
    return code, capsys.readouterr().out


async def test_lines_say_how_sure_each_link_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = await said(monkeypatch, capsys, "version", "churn@challenger")
    assert code == 0, "from a commit to a container"
    signs = [line.split()[:2] for line in text.splitlines() if line[0] in "=~x?"]
    assert signs == [["=", "commit"], ["=", "CI"], ["~", "image"], ["=", "training"],
                     ["=", "version"], ["=", "serving"]]
    assert "(tag mlflow.source.git.commit)" in text


async def test_json_and_mermaid_are_for_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, text = await said(monkeypatch, capsys, "run", "run9", "--json")
    told = json.loads(text)
    assert [link["step"] for link in told["links"]] == [
        "commits", "ci", "images", "runs", "versions", "containers"]
    assert told["links"][2]["state"] == "inferred"
    _, text = await said(monkeypatch, capsys, "run", "run9", "--mermaid")
    lines = text.splitlines()
    assert lines[0] == "flowchart LR"
    assert '  n0 -->|"tag mlflow.source.git.commit"| n3' in lines
    assert '  n0 -.->|"same commit ' in text, "what is not sure is dotted"


async def test_a_broken_chain_has_its_own_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = await said(monkeypatch, capsys, "version", "churn/5")
    assert code == 1
    assert "x serving   no running container says that it serves this" in text
    assert "> docker run -e MODEL_URI=models:/churn/5 IMAGE" in text


@pytest.mark.parametrize(("words", "reason"), [
    (("version", "churn"), "names no version"), (("image", "nothing:1"), "there is no image"),
    (("version", "churn@nobody"), "names no version"), (("ci", "#1"), "there is no CI run"),
])
async def test_what_is_not_there_is_told(
    words: tuple[str, str], reason: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(OpstuiError, match=reason):
        await said(monkeypatch, capsys, *words)
