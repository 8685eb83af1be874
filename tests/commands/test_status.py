"""`opstui status`: what needs a person comes first, and the exit code says how bad it is."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from opstui import wiring
from opstui.commands import status as command
from opstui.commands.status import short
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from opstui.operations.status import gather
from opstui.places import places
from tests.fakes import story
from tests.fakes.whole import FakeConnection, Systems
from tests.panes.test_attention import SERVICE, UNHEALTHY, calm


def broken() -> Systems:
    systems = calm()
    systems.engine.running = (replace(SERVICE, health="unhealthy"),)
    return systems


async def warned() -> Systems:
    systems = calm()
    await systems.journal.append(
        what="model.promote", object="churn@champion", place="http://mlflow", phase="intent",
        act="lost",
    )
    return systems


def silent(systems: Systems) -> Systems:
    systems.ci.problem = "the CI server refuses"
    return systems


async def told(systems: Systems) -> tuple[int, str, list[str]]:
    section = (await gather(systems.world()))["attention"]
    return section["code"], short(section), [item["text"] for item in section["items"]]


async def test_the_exit_code_is_of_the_worst_that_is_known() -> None:
    assert await told(calm()) == (0, "ok", [])
    assert await told(silent(calm())) == (1, "?ci", [])
    cut = "model.promote of churn@champion was begun and never ended"
    assert await told(await warned()) == (9, "!1", [cut])
    assert await told(silent(await warned())) == (9, "!1 ?ci", [cut])
    assert await told(broken()) == (10, "x1", [UNHEALTHY])
    assert await told(silent(broken())) == (10, "x1 ?ci", [UNHEALTHY])


async def test_red_on_main_is_found_without_the_screen() -> None:
    systems = calm()
    systems.ci.held = tuple(
        replace(run, status=Status.FAILED) if run.commit == story.MAIN else run
        for run in systems.ci.held
    )
    code, _, (text,) = await told(systems)
    assert code == 10
    assert text.startswith("CI is red on main")


async def run(systems: Systems, monkeypatch: pytest.MonkeyPatch, **flags: bool) -> int:
    class Front:
        world = systems.world()

        async def close(self) -> None:
            await FakeConnection().close()

    monkeypatch.setattr(wiring, "open_front", lambda *_args: Front())
    given: dict[str, Any] = {"path": ".", "json": False, "short": False, **flags}
    return await command.run(argparse.Namespace(**given), places({"HOME": "/nowhere"}), {})


async def test_people_read_it_first_with_what_can_be_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run(broken(), monkeypatch) == 10
    first, second, third, *rest = capsys.readouterr().out.splitlines()
    assert first == "attention    1 broken"
    assert second == f"  x {UNHEALTHY}"
    assert "read its log with l" in third
    assert any(line.startswith("models ") for line in rest)
    assert await run(calm(), monkeypatch) == 0
    assert capsys.readouterr().out.startswith("attention    calm: nothing needs you\n")


async def test_a_prompt_reads_one_line_and_a_script_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run(broken(), monkeypatch, short=True) == 10
    assert capsys.readouterr().out == "x1\n"
    assert await run(broken(), monkeypatch, json=True) == 10
    facts = json.loads(capsys.readouterr().out)
    (item,) = facts["attention"]["items"]
    assert (item["severity"], item["kind"], item["key"]) == ("broken", "containers", "serving")
    assert next(iter(facts)) == "attention"


async def test_a_journal_that_can_t_be_read_is_a_backend_that_did_not_answer(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    systems = calm()

    async def refuse(_limit: int = 0) -> tuple[()]:
        raise OpstuiError("the journal can't be read", where=str(Path("/nowhere")))

    monkeypatch.setattr(systems.journal, "entries", refuse)
    assert (await told(systems))[0] == 1
