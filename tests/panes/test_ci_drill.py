"""Below a CI run: its jobs, their steps, their logs, and the way to what failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from opstui.domain.branch import Branch
from opstui.domain.ci import Capability, CiStep, Failure
from opstui.domain.ci_target import Target
from opstui.domain.log_text import LogText
from opstui.domain.status import Status
from opstui.operations.first_failure import first_failure
from opstui.operations.world import World
from opstui.panes import ci_log
from opstui.panes.branches import BranchesView
from opstui.panes.ci import CiView
from opstui.panes.ci_jobs import CiJobsView
from opstui.panes.ci_steps import CiStepsView
from opstui.ui import table
from opstui.ui.action import actions_of
from opstui.ui.desk import Detail
from opstui.ui.document import Document
from opstui.ui.log_intake import take_in
from opstui.ui.log_lines import LogLines
from opstui.ui.paint import text_of
from tests.backends.ci.bench import Bench, finished, make
from tests.panes.ci_bench import Person, texts, world
from tests.panes.ci_held import LINT, LOG, NIGHTLY, NOON, UNIT, Held, at, run


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return make(tmp_path)


@pytest.fixture
def forge(bench: Bench) -> Held:
    return Held()


def around(bench: Bench, server: Held) -> World:
    home = world(bench, bench.shell("true"), server, now=at(100))
    home.board.ci_runs = tuple(server.held)
    return home


def rows(view: Any, items: Sequence[Any], width: int) -> list[str]:
    columns = view.columns()
    layout = table.lay_out(columns, table.measure(columns, items), width, titles=False)
    return [text_of(table.row(layout, columns, table.cells_of(columns, one))) for one in items]


def act(view: Any, name: str) -> Any:
    return next(one for one in actions_of(view, view.kind) if one.action.method == name)


async def show(detail: Detail) -> list[str]:
    """All lines of a log that ends, as a person reads them."""
    assert detail.log is not None
    document = Document()
    await take_in(detail.log, document, 10_000_000, lambda: None, lambda _seconds, _draw: None)
    assert document.log is not None
    lines: LogLines = document.log
    return [text_of(lines.line(n)) for n in range(len(lines))]


# jobs


async def test_enter_on_a_run_lists_its_jobs(bench: Bench, forge: Held) -> None:
    home = around(bench, forge)
    view = CiView(home).child(forge.held[0])
    assert isinstance(view, CiJobsView)
    jobs = (await view.load()).items
    assert [one.split() for one in rows(view, jobs, 100)] == [
        ["✓", "check", "lint", "required", "9.0s"],
        ["✗", "check", "nightly", "optional", "9.0s"],
        ["✗", "test", "unit", "required", "40s", "big-3"],
    ]
    assert rows(view, jobs, 16)[2].split() == ["✗", "unit", "40s"]
    assert view.interval is None


async def test_a_jobs_time_stands_beside_the_usual_one(bench: Bench) -> None:
    passed = replace(LINT, finished=at(2))
    forge = Held(held=[run(9), *(run(n, Status.PASSED) for n in (8, 7, 6, 5))],
                 of_run={"9": (LINT,), **{str(n): (passed,) for n in (8, 7, 6, 5)}})
    view = CiJobsView(around(bench, forge), forge.held[0])
    jobs = (await view.load()).items
    await view.load()
    assert rows(view, jobs, 80)[0].split()[-2:] == ["9.0s", "~2.0s"]
    assert forge.asked.count("jobs 8") == 1
    assert "jobs 5" not in forge.asked


async def test_jobs_of_a_run_under_way_are_asked_for_again(bench: Bench) -> None:
    going = replace(UNIT, status=Status.RUNNING, finished=None)
    forge = Held(held=[run(1, Status.RUNNING)], of_run={"1": (going,)})
    view = CiJobsView(around(bench, forge), forge.held[0])
    await view.load()
    assert view.interval is not None
    forge.held, forge.of_run = [run(1)], {"1": (UNIT,)}
    view.world.board.ci_runs = tuple(forge.held)
    await view.load()
    assert view.interval is None


async def test_facts_of_a_job(bench: Bench, forge: Held) -> None:
    view = CiJobsView(around(bench, forge), forge.held[0])
    await view.load()
    facts = next(one for one in view.details(UNIT) if one.title == "Job")
    text = "\n".join(texts(await facts.load(80)))
    for part in ("unit", "✗ failed", "exit 1", "test", "big-3", "protection asks", "make test"):
        assert part in text
    assert "does not fail the run" in "\n".join(
        texts(await view.details(NIGHTLY)[-1].load(80)))


# steps


async def test_enter_on_a_job_lists_its_steps_and_each_shows_its_own_lines(
    bench: Bench, forge: Held
) -> None:
    jobs = CiJobsView(around(bench, forge), forge.held[0])
    view = jobs.child(UNIT)
    assert isinstance(view, CiStepsView)
    steps = (await view.load()).items
    assert [one.split() for one in rows(view, steps, 60)] == [
        ["✓", "set", "up", "4.0s"], ["✗", "make", "test", "25s"], ["✓", "clean", "up", "9.0s"],
    ]
    assert jobs.child(LINT) is None
    cleaning = next(one for one in view.details(steps[2]) if one.title == "Log")
    assert [one.title for one in view.details(steps[2])] == ["Log", "Job"]
    assert await show(cleaning) == ["error: while cleaning up", "✓ passed in 9.0s"]
    making = await show(next(one for one in view.details(steps[1]) if one.title == "Log"))
    assert making[:2] == ["▾ Run make test", "fine 6"]
    assert making[-2:] == ["Error: Process completed with exit code 1.", "✗ failed after 25s"]


async def test_a_step_with_a_log_of_its_own_is_asked_for_by_its_id(
    bench: Bench, forge: Held
) -> None:
    step = CiStep("build", Status.PASSED, at(0), at(1), id="s7")
    forge.logs["s7"] = b"built\n"
    target = Target(forge.held[0], replace(UNIT, steps=(step,)), step)
    assert await show(ci_log.log(around(bench, forge), forge, target)) == [
        "built", "✓ passed in 1.0s",
    ]
    assert "log s7 -262144" in forge.asked


async def test_a_local_run_of_one_command_goes_straight_to_its_log(bench: Bench) -> None:
    runner = bench.shell("echo it ran; exit 3")
    done = await finished(runner, await runner.start("main", "main"))
    view = CiView(world(bench, runner))
    assert view.child(done) is None
    several = replace(done, steps=(*done.steps, CiStep("more", Status.PASSED)))
    assert isinstance(view.child(several), CiStepsView)


async def test_a_local_step_is_its_stretch_of_the_runs_log(bench: Bench) -> None:
    runner = bench.shell("echo it ran; exit 3")
    done = await finished(runner, await runner.start("main", "main"))
    shown = await show(ci_log.log(world(bench, runner), runner, Target(done, step=done.steps[-1])))
    assert "it ran" in shown
    assert not any("git clone" in one for one in shown)
    first = await show(ci_log.log(world(bench, runner), runner, Target(done, step=done.steps[0])))
    assert "git clone" in first[0]
    assert "it ran" not in first


# logs


async def test_where_a_log_cannot_be_followed_a_sentence_says_so(bench: Bench) -> None:
    going = replace(UNIT, status=Status.RUNNING, finished=None)
    forge = Held(held=[run(1, Status.RUNNING)], of_run={"1": (going,)})
    detail = ci_log.log(around(bench, forge), forge, Target(forge.held[0], going))
    assert await show(detail) == ["running: forge gives no log before its job has ended"]
    assert not [one for one in forge.asked if one.startswith("log")]
    ended = ci_log.log(around(bench, forge), forge, Target(forge.held[0], UNIT))
    assert ended.id != detail.id


async def test_a_log_is_followed_where_the_server_can(bench: Bench) -> None:
    going = replace(UNIT, status=Status.RUNNING, finished=None)
    forge = Held(held=[run(1, Status.RUNNING)], of_run={"1": (going,)}, logs={"u": b"one\n"})
    forge.can = forge.can | {Capability.FOLLOW}
    detail = ci_log.log(around(bench, forge), forge, Target(forge.held[0], going))
    assert detail.log is not None
    text = LogText()
    async for piece in detail.log.pieces():
        text.append(piece.data)
        if piece.live:
            forge.logs["u"] += b"two\n"
            forge.of_run = {"1": (UNIT,)}
    assert text.whole(0, 100) == b"one\ntwo\n"


async def test_an_error_stands_where_the_log_would(bench: Bench, forge: Held) -> None:
    forge.broken = "the log expired"
    shown = await show(ci_log.log(around(bench, forge), forge, Target(forge.held[0], UNIT)))
    assert "the log expired" in shown[0]


# what failed first


async def test_the_failing_steps_first_telling_line_is_found(forge: Held) -> None:
    failure = await first_failure(forge, forge.held[0])
    assert failure.named.job is UNIT
    assert failure.named.step is UNIT.steps[1]
    assert failure.sentence == "AssertionError: boom"
    assert failure.line is not None
    assert failure.text.raw(failure.line).endswith(b"E   AssertionError: boom")
    assert failure.text.raw(failure.excerpt.start).endswith(b"fine 21")


async def test_what_the_server_says_comes_first(forge: Held) -> None:
    forge.told = (
        Failure("Process completed with exit code 1.", job="unit"),
        Failure("fine 20", "tests/test_parser.py:41", job="unit"),
        Failure("boom", "tests/test_parser.py::test_parse", test=True),
    )
    failure = await first_failure(forge, forge.held[0])
    assert failure.sentence == "tests/test_parser.py:41: fine 20"
    assert failure.line is not None
    assert failure.text.raw(failure.line).endswith(b"fine 20")
    assert failure.tests == ("tests/test_parser.py::test_parse",)


async def test_without_a_telling_line_it_is_the_end(forge: Held) -> None:
    plain = replace(UNIT, steps=())
    forge.of_run, forge.logs = {"1": (plain,)}, {"u": b"quiet\n" * 100}
    failure = await first_failure(forge, forge.held[0])
    assert failure.line is None
    assert failure.sentence == "exit 1"
    assert (failure.excerpt.start, failure.excerpt.stop) == (60, 100)


async def test_a_step_without_output_of_its_own_is_looked_for_in_its_job(forge: Held) -> None:
    step = CiStep("make test", Status.FAILED, at(5), at(30), id="s7")
    forge.of_run = {"1": (replace(UNIT, steps=(step,)),)}
    failure = await first_failure(forge, forge.held[0])
    assert failure.named.step is step
    assert failure.target.step is None
    assert failure.sentence == "AssertionError: boom"
    forge.logs["s7"] = b"fine\nValueError: its own\n"
    failure = await first_failure(forge, forge.held[0])
    assert failure.sentence == "ValueError: its own"
    assert failure.line == 1


async def test_a_failure_that_may_be_is_only_named_where_no_other_is(forge: Held) -> None:
    forge.of_run = {"1": (NIGHTLY, LINT)}
    assert (await first_failure(forge, forge.held[0])).named.job is NIGHTLY


async def test_without_a_log_the_servers_word_remains(forge: Held) -> None:
    forge.broken = "the log expired"
    forge.told = (Failure("boom", "test_parse", test=True),)
    failure = await first_failure(forge, forge.held[0])
    assert failure.sentence == "test_parse: boom"
    assert "the log expired" in failure.problem


async def test_an_excerpt_of_what_failed_stands_beside_a_red_run(
    bench: Bench, forge: Held
) -> None:
    forge.told = (Failure("boom", "test_parse", test=True),)
    view = CiView(around(bench, forge))
    detail = view.details(forge.held[0])[0]
    assert detail.title == "Failure"
    shown = texts(await detail.load(80))
    assert shown[:3] == ["✗ test_parse: boom", "unit › make test", "1 failing test: test_parse"]
    assert "▌E   AssertionError: boom" in shown
    asked = len(forge.asked)
    await view.details(forge.held[0])[0].load(80)
    assert len(forge.asked) == asked


async def test_one_key_leads_from_a_red_run_to_the_failing_lines(
    bench: Bench, forge: Held
) -> None:
    forge.told = (Failure("AssertionError: boom", "test_parse", test=True),)
    view, person = CiView(around(bench, forge)), Person()
    key = act(view, "first_failure")
    assert key.action.keys == ("f",)
    assert key.why_not(forge.held[0], read_only=True) == ""
    await key.run(forge.held[0], person)
    (detail,) = person.documents
    assert detail.log is not None
    assert detail.log.text is not None
    assert detail.log.at is not None
    assert detail.log.text.raw(detail.log.at).endswith(b"boom")
    assert texts(detail.log.head) == ["#1 ci › unit › make test", "1 failing test: test_parse"]
    assert (await show(detail))[-1] == "✗ failed after 40s: exit 1"
    assert key.why_not(run(2, Status.PASSED), read_only=False) == \
        "it is passed: nothing failed by now"
    assert key.why_not(run(2, Status.RUNNING, jobs_failed=1), read_only=False) == ""


async def test_one_key_leads_there_from_a_branch_whose_head_is_red(
    bench: Bench, forge: Held
) -> None:
    view, person = BranchesView(around(bench, forge)), Person()
    red = Branch("refs/heads/main", "main", forge.held[0].commit, NOON)
    key = act(view, "first_failure")
    assert key.why_not(red, read_only=False) == ""
    assert key.why_not(replace(red, commit="0" * 40), read_only=False) == \
        "no CI run of this commit is known"
    await key.run(red, person)
    assert person.documents[0].log is not None
    assert person.documents[0].log.at is not None


async def test_a_failing_local_run_is_read_from_its_own_lines(bench: Bench) -> None:
    runner = bench.shell("seq 200; echo 'ValueError: boom'; seq 300; exit 3")
    done = await finished(runner, await runner.start("main", "main"))
    failure = await first_failure(runner, done)
    assert failure.sentence == "ValueError: boom"
    assert failure.named.step is not None
    assert failure.named.step.exit_code == 3


def test_the_log_of_the_tests_is_what_they_think() -> None:
    assert LOG.count("\n") == 32
