"""`opstui promote`, `rollback` and `audit`: plain text, honest exit codes."""

from __future__ import annotations

import argparse
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from opstui.backends.journal import FileJournal
from opstui.commands import audit, promote, rollback
from opstui.operations.world import World
from opstui.places import Places
from tests.fakes.registry import FakeRegistry
from tests.fakes.world import fake_world


@pytest.fixture
def world(tmp_path: Path) -> World:
    return fake_world(tmp_path)


def fake(world: World) -> FakeRegistry:
    assert isinstance(world.registry, FakeRegistry)
    return world.registry


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    for module in (promote, rollback, audit):
        module.add(commands)
    return parser.parse_args(words)


async def test_promoting_shows_the_plan_and_what_is_true(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await promote.promote(
        world, parsed("promote", "churn", "v9", "--to", "champion", "--yes")) == 0
    out = capsys.readouterr().out
    for fact in ("champion", "v9", "now v7", "+0.008  better", "✓ ci", "✓ tag v9 promoted_by",
                 "champion of churn names v9"):
        assert fact in out
    assert fake(world).aliases["churn"]["champion"] == "9"
    assert await rollback.rollback(world, parsed("rollback", "churn", "--yes")) == 0
    assert fake(world).aliases["churn"]["champion"] == "7"


async def test_without_a_terminal_and_without_yes_nothing_is_done(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await promote.promote(world, parsed("promote", "churn", "9", "--to", "champion")) == 2
    assert "say --yes" in capsys.readouterr().err
    assert fake(world).wrote == []


async def test_a_dry_run_prints_the_calls(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    args = parsed("promote", "churn", "9", "--to", "champion", "--dry-run", "--json")
    assert await promote.promote(world, args) == 0
    calls = json.loads(capsys.readouterr().out)["calls"]
    assert len(calls) == 6 and calls[-1].startswith("POST /api/2.0/mlflow/registered-models/alias")
    assert fake(world).wrote == []
    assert not world.journal.path.exists()


async def test_nothing_to_do_has_its_own_exit_code(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    args = parsed("promote", "churn", "7", "--to", "champion", "--yes", "--json")
    assert await promote.promote(world, args) == 3
    assert json.loads(capsys.readouterr().out)["ending"] == "nothing to do"


@pytest.mark.parametrize("word", ["nine", "v", "-1", "1.0", "²"])
def test_what_is_no_version_is_refused(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed("promote", "churn", word, "--to", "champion")
    capsys.readouterr()


def test_help_documents_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed("promote", "--help")
    assert "5  lost: someone else's write came later" in capsys.readouterr().out


async def test_audit_verifies_and_exports(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "state"
    places = Places(tmp_path, tmp_path, state, tmp_path)
    assert await audit.run(parsed("audit", "verify"), places, os.environ) == 0
    assert "no journal yet" in capsys.readouterr().out
    journal = FileJournal(places.journal, who="=cmd()")
    for phase in ("intent", "result"):
        await journal.append(what="model.promote", object="churn | x", place="p", phase=phase,
                             act="a", before="7", after="9")
    assert await audit.run(parsed("audit", "verify"), places, os.environ) == 0
    assert "2 lines as written" in capsys.readouterr().out
    await audit.run(parsed("audit", "export", "--format", "csv"), places, os.environ)
    assert "'=cmd()" in capsys.readouterr().out
    await audit.run(parsed("audit", "export", "--format", "md"), places, os.environ)
    told = capsys.readouterr().out
    assert "## model.promote of churn \\| x\n" in told and "- change: 7 → 9\n" in told
    await audit.run(parsed("audit", "export", "--since", "2999-01-01"), places, os.environ)
    assert capsys.readouterr().out == ""
    await audit.run(parsed("audit", "export", "--since", "1h"), places, os.environ)
    assert len(capsys.readouterr().out.splitlines()) == 2
    places.journal.write_text(places.journal.read_text().replace('"after": "9"', '"after": "8"', 1))
    assert await audit.run(parsed("audit", "verify"), places, os.environ) == 1
    assert "journal.jsonl:1: the line was changed" in capsys.readouterr().out


@pytest.mark.parametrize(("typed", "answer"), [
    ("y\n", "True"), ("YES\n", "True"), ("\n", "False"), ("n\n", "False"), ("\x04", "False"),
])
def test_on_a_terminal_it_asks_and_no_is_the_default(typed: str, answer: str) -> None:
    program = "from opstui.commands.carrying_out import confirmed; print('said', confirmed())"
    ours, theirs = pty.openpty()
    asked = subprocess.Popen(
        [sys.executable, "-c", program], stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown = b""
    try:
        while b"[y/N]" not in shown:
            shown += os.read(ours, 1000)
        os.write(ours, typed.encode())
        while b"said " + answer.encode() not in shown:
            shown += os.read(ours, 1000)
    except OSError:
        pytest.fail(shown.decode())
    finally:
        asked.wait(10)
        os.close(ours)
