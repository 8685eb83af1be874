"""Commands of gates: run only as they were looked at, with little to see, and never left over."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.gate_commands import LocalGateCommands
from opstui.domain.errors import OpstuiError
from tests.panes.mlflow_bench import repository

ENVIRON = {"PATH": os.environ["PATH"], "HOME": "/nowhere", "SECRET": "s3cret", "TOKEN": "t0ken"}
REPOSITORY = ".opstui.toml"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    top = tmp_path / "repo"
    top.mkdir()
    repository(top)
    script(top, "echo fine")
    return top


def script(top: Path, body: str) -> None:
    path = top / "smoke"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def commands(top: Path) -> LocalGateCommands:
    return LocalGateCommands(top, top.parent / "state", RecentCalls(), ENVIRON)


async def run(
    top: Path, facts: dict[str, str] | None = None, passes: tuple[str, ...] = (), *,
    argv: tuple[str, ...] = ("./smoke",), seconds: float = 30,
) -> tuple[int, str]:
    backend = commands(top)
    look = await backend.look(argv, "your settings", passes, own=True)
    return await backend.run(look, facts or {}, passes, seconds)


async def test_a_repositorys_command_waits_for_a_yes_and_again_after_it_changed(
    place: Path,
) -> None:
    backend = commands(place)
    seen = await backend.look(("./smoke", "--x"), REPOSITORY, (), own=False)
    assert not seen.trusted and "echo fine" in seen.script
    with pytest.raises(OpstuiError, match="not trusted yet"):
        await backend.run(seen, {}, (), 30)
    await backend.trust(seen)
    again = await commands(place).look(("./smoke", "--x"), REPOSITORY, (), own=False)
    assert again.trusted
    assert (await backend.run(again, {}, (), 30)) == (0, "fine")
    for other in (("./smoke",), ("./smoke", "--y")):
        assert not (await backend.look(other, REPOSITORY, (), own=False)).trusted
    assert not (await backend.look(("./smoke", "--x"), REPOSITORY, ("TOKEN",), own=False)).trusted
    script(place, "echo fine # and more")
    assert not (await backend.look(("./smoke", "--x"), REPOSITORY, (), own=False)).trusted


async def test_a_script_that_changed_between_look_and_run_is_not_run(place: Path) -> None:
    backend = commands(place)
    seen = await backend.look(("./smoke",), "your settings", (), own=True)
    script(place, "echo evil")
    with pytest.raises(OpstuiError, match="changed since it was looked at"):
        await backend.run(seen, {}, (), 30)


async def test_it_sees_the_models_facts_and_no_secrets(place: Path) -> None:
    script(place, 'echo "$OPSTUI_MODEL $SECRET-$TOKEN-$PWD"')
    code, says = await run(place, {"OPSTUI_MODEL": "churn [b]"}, ("TOKEN",))
    assert (code, says) == (0, f"churn [b] -t0ken-{place}")


async def test_its_exit_code_and_last_words_are_told(place: Path) -> None:
    script(place, "echo one; echo two >&2; echo; exit 7")
    assert await run(place) == (7, "two")
    script(place, "printf '\\033[31mred\\n'; head -c 300000 /dev/zero | tr '\\0' 'x'; echo; echo z")
    assert await run(place) == (0, "z")
    with pytest.raises(OpstuiError, match="can't be started"):
        await run(place, argv=("./no-such",))


async def test_one_that_takes_too_long_is_ended_with_all_it_started(place: Path) -> None:
    script(place, "sleep 300 & echo $! > child; wait")
    with pytest.raises(OpstuiError, match="took longer than"):
        await run(place, seconds=0.5)
    child = int((place / "child").read_text())
    deadline = time.monotonic() + 10
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        state = Path(f"/proc/{child}/stat").read_text().split()[2]
        if state == "Z":
            break
        await asyncio.sleep(0.02)
    else:
        assert not Path(f"/proc/{child}").exists()


async def test_a_file_outside_the_repository_is_not_taken_for_its_own(place: Path) -> None:
    (place.parent / "outside").write_text("x")
    seen = await commands(place).look(("cat", "../outside", "smoke"), REPOSITORY, (), own=False)
    assert "# smoke" in seen.script and "outside" not in seen.script


async def test_what_ran_is_in_the_call_log(place: Path) -> None:
    calls = RecentCalls()
    backend = LocalGateCommands(place, place.parent / "state", calls, ENVIRON)
    seen = await backend.look(("./smoke",), "your settings", (), own=True)
    await backend.run(seen, {"OPSTUI_MODEL": "churn"}, (), 30)
    assert [(one.backend, one.outcome) for one in calls.calls()][-1] == ("gate", "exit 0")
