"""The CI pane over GitHub: from a red run to its line, through a gate, and by a form."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.git.repository import GitRepository
from opstui.operations.world import World
from tests.backends.ci.bench import make as repository
from tests.backends.ci.github.place import Place, make
from tests.fakes.ci.github import FakeGitHub
from tests.fakes.ci.github_state import BROKEN, JOBS
from tests.fakes.ci.github_world import JobPlan
from tests.panes.ci_bench import world
from tests.panes.test_ci_screen import TwoPanes
from tests.ui.driver import driving


@pytest.fixture
def fake() -> Iterator[FakeGitHub]:
    with FakeGitHub() as fake:
        yield fake
    assert fake.deviations == []


@pytest.fixture
async def place(fake: FakeGitHub) -> AsyncIterator[Place]:
    place = make(fake)
    yield place
    await place.server.close()


@pytest.fixture
def home(place: Place, tmp_path: Path) -> World:
    """A clone whose head is at GitHub."""
    bench = repository(tmp_path)
    place.fake.branches["main"] = bench.git("rev-parse", "HEAD")
    return replace(
        world(bench, bench.runner()), git=GitRepository(bench.repository, RecentCalls()),
        ci=(place.server,),
    )


async def test_from_a_red_run_to_its_failing_line(place: Place, home: World) -> None:
    head = place.fake.branches["main"]
    place.fake.protected["main"] = ("unit (3.11)",)
    place.fake.end(place.fake.add_run(sha=head, jobs=(JOBS[0], BROKEN)))
    async with driving(TwoPanes(home), 120, 30) as person:
        await person.press("2")
        await person.sees("▌✗ #1 CI")
        await person.sees("tests/test_parser.py:41: test_parse: AssertionError: boom")
        await person.sees("unit (3.11) › Run make unit")
        await person.sees("E   AssertionError: boom")
        await person.press("enter")
        await person.sees("required")
        await person.press("j", "enter")
        await person.sees("✗ Run make unit")


async def test_a_gate_names_its_environment_before_it_is_opened(
    place: Place, home: World
) -> None:
    made = place.fake.add_run(sha=place.fake.branches["main"],
                              jobs=(JobPlan("deploy", environment="production"),))
    async with driving(TwoPanes(home), 120, 30) as person:
        await person.press("2")
        await person.sees("▌‖ #1 CI")
        await person.press("v")
        await person.sees("Waits for approval: production. It goes on with your name on it.")
        await person.press("y")
        await person.sees("▌◌ #1 CI")
    assert made.latest.jobs[0].approved


async def test_what_a_workflow_asks_for_is_a_form(place: Place, home: World) -> None:
    place.fake.end(place.fake.add_run(sha=place.fake.branches["main"]))
    async with driving(TwoPanes(home), 120, 30) as person:
        await person.press("2")
        await person.sees("▌✓ #1 CI")
        await person.press("t")
        await person.sees("note (needed)  Why")
        await person.sees("How much to test")
        await person.press("enter", "enter")
        await person.type("try")
        await person.press("enter")
        await person.sees("runs the branch's head")
        await person.press("y")
        await person.sees("#2 CI")
    assert place.fake.runs[0].inputs["note"] == "try"
    assert place.fake.runs[0].inputs["level"] == "full"
