"""Acts on runs and jobs by keys: each is asked for with its server, branch and commit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.git.repository import GitRepository
from opstui.backends.journal import FileJournal
from opstui.domain.ci import Capability
from opstui.domain.status import Status
from tests.backends.ci.bench import Bench, make
from tests.panes.ci_able import AbleServer
from tests.panes.ci_bench import world
from tests.panes.test_ci_screen import TwoPanes
from tests.ui.driver import Driver, driving


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return make(tmp_path)


@pytest.fixture
def server(bench: Bench) -> AbleServer:
    return AbleServer(datetime.now(UTC), bench.git("rev-parse", "HEAD"))


Sitting = Callable[..., AsyncIterator[Driver]]


@asynccontextmanager
async def at(bench: Bench, *servers: AbleServer, height: int = 30) -> AsyncIterator[Driver]:
    home = replace(
        world(bench, bench.shell("true")), ci=servers,
        git=GitRepository(bench.repository, RecentCalls()),
    )
    async with driving(TwoPanes(home), 120, height) as person:
        await person.press("2")
        await person.sees("#41")
        await person.until(lambda: len(home.board.branches) > 0, "the branches")
        yield person


async def journal(bench: Bench) -> list[str]:
    entries = await FileJournal(bench.root / "journal.jsonl").entries(50)
    return [entry.what for entry in entries]


async def test_what_failed_runs_again_and_is_gone_to(bench: Bench, server: AbleServer) -> None:
    async with at(bench, server) as person:
        await person.press("e")
        await person.sees("what failed")
        await person.press("enter")
        await person.sees("at CI server forge, https://forge.example.org/team/churn")
        await person.sees("#41 failed")
        await person.press("y")
        await person.sees("#42")
        assert server.did == ["rerun failed of 41"]
    assert "ci.rerun" in await journal(bench)


async def test_all_of_it_runs_again_where_that_is_chosen(
    bench: Bench, server: AbleServer
) -> None:
    async with at(bench, server) as person:
        await person.press("e")
        await person.sees("everything")
        await person.press("down", "enter")
        await person.sees("Run it again")
        await person.press("y")
        await person.until(lambda: bool(server.did), "the rerun")
        assert server.did == ["rerun all of 41"]


async def test_enter_alone_changes_nothing(bench: Bench, server: AbleServer) -> None:
    async with at(bench, server) as person:
        await person.press("e")
        await person.sees("what failed")
        await person.press("enter")
        await person.sees("Run what failed again")
        await person.press("enter")
        await person.sees_no("Run what failed again")
        assert server.did == []


async def test_a_run_is_cancelled_by_force_where_that_is_chosen(
    bench: Bench, server: AbleServer
) -> None:
    server.held = (replace(server.held[0], status=Status.RUNNING, finished=None),)
    async with at(bench, server) as person:
        await person.press("X")
        await person.sees("by force")
        await person.press("down", "enter")
        await person.sees("Cancel CI run by force")
        await person.press("y")
        await person.until(lambda: bool(server.did), "the end")
        assert server.did == ["force cancel 41"]


async def test_what_a_server_cannot_do_is_dimmed_with_its_reason(
    bench: Bench, server: AbleServer
) -> None:
    class Poor(AbleServer):
        can = frozenset({Capability.JOBS, Capability.LOG})
        reasons = dict.fromkeys(Capability, "its interface has no such thing")

    async with at(bench, Poor(server.now, server.held[0].commit)) as person:
        await person.press("e")
        await person.sees("its interface has no such thing")
        await person.press("i")
        await person.sees("CI servers")
        await person.sees("its interface has no such thing")


async def test_a_workflow_with_inputs_is_filled_in_and_the_new_run_selected(
    bench: Bench, server: AbleServer
) -> None:
    async with at(bench, server) as person:
        await person.press("t")
        await person.sees("Deploy")
        await person.press("down", "enter")
        await person.sees("which place")
        await person.press("pagedown", "enter")
        await person.type("s3cret")
        await person.sees("••••••")
        await person.press("enter")
        await person.sees("(hidden)")
        await person.sees("runs the branch's head")
        assert "s3cret" not in person.screen_text
        await person.press("y")
        await person.sees("#42")
        assert server.did == ["start deploy.yml main where=live,token=s3cret"]
    written = (bench.root / "journal.jsonl").read_text("utf-8")
    assert "ci.start" in written
    assert "s3cret" not in written


async def test_a_form_says_what_is_wrong_and_loses_nothing(
    bench: Bench, server: AbleServer
) -> None:
    async with at(bench, server) as person:
        await person.press("t")
        await person.sees("Deploy")
        await person.press("down", "enter")
        await person.sees("which place")
        await person.type("nowhere")
        await person.press("enter", "enter")
        await person.sees("where must be one of: staging, live")
        await person.sees("nowhere")
        await person.press("escape")
        await person.sees_no("which place")
        assert server.did == []


async def test_a_run_that_waits_is_approved(bench: Bench, server: AbleServer) -> None:
    server.held = (replace(server.held[0], status=Status.BLOCKED, finished=None),)
    async with at(bench, server) as person:
        await person.press("v")
        await person.sees("It goes on with your name on it")
        await person.press("y")
        await person.until(lambda: bool(server.did), "the approval")
        assert server.did == ["approve run of 41"]


async def test_one_job_runs_again_and_one_that_waits_is_approved(
    bench: Bench, server: AbleServer
) -> None:
    async with at(bench, server) as person:
        await person.press("enter")
        await person.sees("▌✗ test  unit")  # a red run is entered at what failed first
        await person.press("G", "v")
        await person.sees("deploy of #41")
        await person.press("y")
        await person.until(lambda: bool(server.did), "the approval")
        await person.press("k", "e")
        await person.sees("job unit of #41")
        await person.press("y")
        await person.until(lambda: len(server.did) == 2, "the rerun")
        assert server.did == ["approve deploy of 41", "rerun unit of 41"]


async def test_the_bell_rings_when_a_watched_run_ends(bench: Bench, server: AbleServer) -> None:
    server.held = (replace(server.held[0], status=Status.RUNNING, finished=None),)
    async with at(bench, server) as person:
        await person.press("w")
        await person.sees("the bell rings when #41 CI on main")
        server.end(41, Status.FAILED)
        await person.press("r")
        await person.sees("failed after")


async def test_the_list_is_narrowed_and_widened_by_keys(
    bench: Bench, server: AbleServer
) -> None:
    red = server.held[0]
    server.held = (
        replace(red, id="43", number=43, status=Status.RUNNING, branch="other", commit="b" * 40),
        replace(red, id="42", number=42, status=Status.PASSED, branch="other", commit="c" * 40),
        red,
    )
    async with at(bench, server) as person:
        await person.press("F")
        await person.sees("CI failing")
        await person.sees_no("#42")
        await person.press("a")
        await person.sees("#42")
        await person.press("U")
        await person.sees("CI running")
        await person.sees_no("#41")
        await person.press("a", "m")
        await person.sees("CI main")
        await person.sees_no("#43")
        await person.press("a", "H")
        await person.sees("CI heads")
        await person.sees_no("#43")
        await person.sees("#41")
        await person.press("U")
        await person.sees("none of 3 runs is heads, running")
        await person.press("a")
        await person.sees("#43")


async def test_a_branch_shows_what_every_server_says_of_its_head(
    bench: Bench, server: AbleServer
) -> None:
    other = AbleServer(server.now, server.held[0].commit, "spare")
    other.asked_for = frozenset({"audit"})
    async with at(bench, server, other) as person:
        await person.press("1", "]", "]")
        await person.sees("#41 on forge")
        await person.sees("#41 on spare")
        await person.sees("unit  required job")
        await person.sees("audit  required, but nothing here has that name")
