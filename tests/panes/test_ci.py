"""The CI pane: what it shows of real runs, and what it asks before it acts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opstui.domain.branch import Branch
from opstui.domain.ci import CiRun, CiStep
from opstui.domain.errors import OpstuiError
from opstui.domain.log_text import LogText
from opstui.domain.status import Status
from opstui.panes import ci_log
from opstui.panes.ci import CiView
from opstui.panes.ci_failure import ToFailure
from opstui.panes.ci_run_acts import RunActs
from opstui.ui import table
from opstui.ui.action import actions_of
from opstui.ui.desk import Detail
from opstui.ui.log_feed import Piece
from opstui.ui.log_lines import LogLines
from opstui.ui.paint import Line, text_of
from tests.backends.ci.bench import Bench, finished, make, now, says
from tests.panes.ci_bench import DeadServer, Person, texts, world

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

RUN = CiRun(
    server="local", id="000812-ab", number=812, workflow="unit", commit="4f2c1e9" + "0" * 33,
    branch="main", status=Status.FAILED, created=NOON - timedelta(minutes=5),
    started=NOON - timedelta(minutes=4), finished=NOON - timedelta(seconds=199), who="ana",
    reason="exit 2", command="bash .ci/run", place="/state/ci/x/000812-ab",
    steps=(CiStep("clone", Status.PASSED, NOON, NOON + timedelta(seconds=1), 0),
           CiStep("unit", Status.FAILED, NOON, NOON + timedelta(seconds=40), 2, 90)),
)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = make(tmp_path)
    yield bench
    for runner in bench.runners[:1]:
        for run in await runner.runs(500):
            if not run.status.finished:
                await runner.cancel(run)


def rows(view: CiView, runs: list[CiRun], width: int) -> list[str]:
    columns = view.columns()
    layout = table.lay_out(columns, table.measure(columns, runs), width, titles=False)
    return [text_of(table.row(layout, columns, table.cells_of(columns, run))) for run in runs]


def why_not(view: CiView, name: str, run: CiRun | None, *, read_only: bool = False) -> str:
    bound = next(one for one in actions_of(view, "ci") if one.id == f"ci.{name}")
    return bound.why_not(run, read_only=read_only)


def test_a_narrow_pane_keeps_state_number_what_where_and_how_long(bench: Bench) -> None:
    view = CiView(world(bench, bench.shell("true"), now=NOON))
    running = replace(RUN, number=813, status=Status.RUNNING, finished=None, branch="feature/sca")
    assert rows(view, [RUN], 20) == ["✗ #812 unit main 41s"]
    assert rows(view, [RUN, running], 32) == [
        "✗ #812 unit main          41s 5m",
        "● #813 unit feature/sca 4m00s 5m",
    ]


def test_a_wide_pane_adds_commit_attempt_who_and_age(bench: Bench) -> None:
    view = CiView(world(bench, bench.shell("true"), now=NOON))
    shown = rows(view, [replace(RUN, attempt=2)], 90)[0].split()
    assert shown == ["✗", "#812", "unit", "main", "4f2c1e9", "×2", "ana", "41s", "5m"]


def test_without_glyphs_letters_tell_the_state(bench: Bench) -> None:
    view = CiView(world(bench, bench.shell("true"), now=NOON, ascii_only=True))
    shown = rows(view, [replace(RUN, attempt=2)], 90)[0]
    assert shown.startswith("F ")
    assert shown.isascii()


def test_the_server_is_named_where_there_are_several(bench: Bench) -> None:
    view = CiView(world(bench, bench.shell("true"), DeadServer(), now=NOON))
    assert "local" in rows(view, [RUN], 90)[0]


def test_a_run_is_found_by_what_a_person_remembers(bench: Bench) -> None:
    words = CiView(world(bench, bench.shell("true"))).words(RUN)
    for word in ("#812", "unit", "main", "4f2c1e9", "failed", "ana", "exit 2"):
        assert word in words


async def test_no_runs_yet_says_which_key_runs_what(bench: Bench) -> None:
    bench.commit({".ci/run": "true\n"})
    view = CiView(world(bench, bench.runner()))
    assert (await view.load()).items == ()
    assert texts(view.empty()) == [
        "no runs yet", "t runs bash .ci/run of .ci/run, which is asked for first",
    ]


async def test_without_a_command_it_says_how_to_give_one(bench: Bench) -> None:
    view = CiView(world(bench, bench.runner()))
    await view.load()
    assert "no command was found to run" in texts(view.empty())


async def test_a_server_that_fails_does_not_hide_the_others_runs(bench: Bench) -> None:
    runner = bench.shell("true")
    run = await finished(runner, await runner.start("main", "main"))
    view = CiView(world(bench, runner, DeadServer()))
    assert (await view.load()).items == (run,)
    assert view.title == "CI, no jenkins"
    assert view.world.board.ci_status(run.commit) is Status.PASSED


async def test_only_when_every_server_fails_the_load_fails(bench: Bench) -> None:
    lonely = replace(world(bench, bench.shell("true")), ci=(DeadServer(),))
    with pytest.raises(OpstuiError, match="no answer"):
        await CiView(lonely).load()


async def test_it_loads_often_only_while_something_runs(bench: Bench) -> None:
    runner = bench.shell("echo up; sleep 600")
    view = CiView(world(bench, runner))
    run = await runner.start("main", "main")
    await view.load()
    assert view.interval == 2.0
    await runner.cancel(run)
    view.asked = True
    await view.load()
    assert view.interval is not None
    assert view.interval > 30


async def test_news_of_any_server_are_news_of_the_pane(bench: Bench) -> None:
    runner = bench.shell("true")
    view = CiView(world(bench, runner, DeadServer()))
    news = view.changes()

    async def first() -> None:
        await anext(news)

    heard = asyncio.create_task(first())
    for _ in range(20):  # the first may be over before anybody listens
        await finished(runner, await runner.start("main", "main"))
        if (await asyncio.wait((heard,), timeout=1.0))[0]:
            break
    assert heard.done()
    await news.aclose()  # type: ignore[attr-defined]


# the log


def log_of(view: CiView, run: CiRun) -> Detail:
    return next(one for one in view.details(run) if one.title == "Log")


def take(text: LogLines, piece: Piece) -> None:
    text.log.append(piece.data)
    if piece.note is not None:
        text.note(piece.note)


async def beginning(pieces: AsyncIterator[Piece]) -> AsyncIterator[Piece]:
    yield await anext(pieces)
    await pieces.aclose()  # type: ignore[attr-defined]


async def read(detail: Detail) -> list[Line]:
    """All lines of a log that ends."""
    assert detail.log is not None
    text = LogLines(LogText())
    async for piece in detail.log.pieces():
        take(text, piece)
    return [text.line(n) for n in range(len(text))]


async def test_a_finished_log_is_shown_with_its_colours_and_its_end(bench: Bench) -> None:
    bench.commit({"noise": b"\x1b[31mred\x1b[0m \xff\x1b]0;evil\x07 end\n"})
    runner = bench.shell("cat noise; exit 2")
    run = await finished(runner, await runner.start("main", "main"))
    shown = await read(log_of(CiView(world(bench, runner)), run))
    noise = next(one for one in shown if text_of(one).startswith("red "))
    assert noise[0] == ("red", "sgr:31")
    assert text_of(noise) == "red \ufffd end"
    assert text_of(shown[-1]).startswith("✗ failed after ")
    assert text_of(shown[-1]).endswith(": exit 2")


async def test_a_log_is_followed_to_its_end_without_gap_or_repeat(bench: Bench) -> None:
    gate = bench.root / "gate"
    runner = bench.shell(
        f"for n in 1 2 3; do echo line $n; done; printf half; while [ ! -e {gate} ];"
        " do sleep 0.05; done; echo ' whole'; for n in 4 5; do echo line $n; done"
    )
    run = await runner.start("main", "main")
    await says(runner, run, "half")
    detail = log_of(CiView(world(bench, runner)), await now(runner, run))
    assert detail.log is not None
    text = LogLines(LogText())
    async with asyncio.timeout(20):
        async for piece in detail.log.pieces():
            take(text, piece)
            if text_of(text.line(len(text) - 1)) == "half":  # it is shown before its end came
                gate.touch()
    shown = [text.line(n) for n in range(len(text))]
    assert texts(shown)[3:-1] == ["line 1", "line 2", "line 3", "half whole", "line 4", "line 5"]
    assert text_of(shown[-1]).startswith("✓ passed in ")


async def test_of_a_long_log_the_end_is_shown_and_the_place_of_the_rest(bench: Bench) -> None:
    runner = bench.shell("seq 1 100000")
    run = await finished(runner, await runner.start("main", "main"))
    view = CiView(world(bench, runner))
    shown = texts(await read(log_of(view, run)))
    assert shown[0].endswith("before this are left out; l reads all of it")
    assert shown[1].isdigit()
    assert shown[-2] == "100000"
    person = Person()
    await ToFailure(view).read_log(run, person)
    whole = texts(await read(person.documents[0]))
    assert "1" in whole
    assert len(whole) > 100000


async def test_a_queued_run_says_what_it_waits_for(bench: Bench) -> None:
    runner = bench.shell("echo up; sleep 600")
    first = await runner.start("main", "main")
    await says(runner, first, "up")
    waiting = await runner.start("main", "main")
    detail = log_of(CiView(world(bench, runner)), waiting)
    assert detail.log is not None
    shown = [piece.note async for piece in beginning(detail.log.pieces()) if piece.note]
    assert texts(shown) == ["queued: it starts as soon as the runs before it are done"]


def test_the_endings_are_sentences() -> None:
    assert ci_log.ending(RUN) == "failed after 41s: exit 2"
    assert ci_log.ending(replace(RUN, status=Status.PASSED, reason="")) == "passed in 41s"
    assert ci_log.ending(
        replace(RUN, status=Status.CANCELLED, started=None, reason="cancelled by ana")
    ) == "cancelled: cancelled by ana"


async def test_the_facts_tell_everything_of_a_run(bench: Bench) -> None:
    home = world(bench, bench.shell("true"), now=NOON)
    home.board.branches = (Branch("refs/heads/main", "main", RUN.commit, NOON, subject="Scale"),)
    home.board.ci_runs = tuple(
        replace(RUN, status=Status.PASSED, finished=RUN.started + timedelta(seconds=seconds))
        for seconds in (50, 70, 60) if RUN.started
    )
    detail = next(one for one in CiView(home).details(RUN) if one.title == "Run")
    facts = "\n".join(texts(await detail.load(80)))
    for part in ("✗ failed", "exit 2", RUN.commit, "Scale", "bash .ci/run", RUN.place, "41s",
                 "#812 on local", "✓ clone", "✗ unit", "1m00s"):
        assert part in facts


# acting


async def test_starting_asks_where_and_names_server_branch_and_commit(bench: Bench) -> None:
    commit = bench.commit({"x": "1"})
    runner = bench.runner("true")
    home = world(bench, runner)
    home.board.branches = (
        Branch("refs/heads/main", "main", commit, NOON, current=True),
        Branch("refs/heads/old", "old", bench.git("rev-parse", "HEAD~1"), NOON, subject="work"),
    )
    view, person = CiView(home), Person(pick="refs/heads/old")

    await view.start(person)

    assert [choice.id for choice in person.menus[0]] == ["HEAD", "refs/heads/old"]
    assert person.menus[0][0].label == "main"
    (question,) = person.questions
    old = bench.git("rev-parse", "--short=7", "HEAD~1")
    assert (question.title, question.object) == ("Start CI", f"old at {old}")
    assert question.place == f"CI server local, {bench.repository}"
    assert "`true`, named by your settings" in question.effect
    assert not question.danger
    run = (await runner.runs(1))[0]
    assert (run.branch, run.commit) == ("old", bench.git("rev-parse", "HEAD~1"))
    assert person.changes == ["ci"]
    assert person.went == [("ci", run.key)]
    lines = await home.journal.entries()
    assert [(one.what, one.phase) for one in reversed(lines)] == [
        ("ci.start", "intent"), ("ci.start", "result"),
    ]
    assert lines[0].result == "done: run #1"


async def test_a_no_starts_nothing_and_trusts_nothing(bench: Bench) -> None:
    bench.commit({".ci/run": "true\n"})
    runner = bench.runner()
    home = world(bench, runner)
    await CiView(home).start(Person(yes=False, pick="HEAD"))
    assert await runner.runs(10) == ()
    assert await home.journal.entries() == ()
    command = await runner.command()
    assert command is not None
    assert not command.trusted


async def test_an_unknown_command_is_shown_whole_before_its_first_run(bench: Bench) -> None:
    script = "".join(f"echo {n}\n" for n in range(100))
    bench.commit({".ci/run": script})
    runner = bench.runner()
    home = world(bench, runner)
    view, person = CiView(home), Person(pick="HEAD")

    await view.start(person)
    await view.start(person)

    first, second = person.questions
    assert first.danger
    assert "echo 99" in texts(first.body)
    assert "bash .ci/run" in texts(first.body)
    assert not second.danger
    assert second.body == ()
    done = [one.what for one in reversed(await home.journal.entries()) if one.phase == "result"]
    assert done == ["ci.trust", "ci.start", "ci.start"]

    bench.commit({".ci/run": "echo changed\n"})
    await view.start(person)
    assert person.questions[-1].danger
    assert "echo changed" in texts(person.questions[-1].body)


async def test_running_again_and_cancelling_are_asked_for_and_journaled(bench: Bench) -> None:
    runner = bench.shell("echo up; sleep 600")
    home = world(bench, runner)
    view, person = CiView(home), Person()
    run = await runner.start("main", "main")
    await says(runner, run, "up")
    assert why_not(view, "rerun", await now(runner, run)) == "it is still running"

    await view.cancel(await now(runner, run), person)

    run = await now(runner, run)
    assert run.status is Status.CANCELLED
    assert person.questions[0].object.startswith("#1 echo up; sleep 600 on main (")
    assert why_not(view, "cancel", run) == "it has ended already"
    assert why_not(view, "rerun", run) == ""

    await view.rerun(run, person)

    again = (await runner.runs(1))[0]
    assert (again.commit, again.attempt) == (run.commit, 2)
    done = [one.what for one in reversed(await home.journal.entries()) if one.phase == "result"]
    assert done == ["ci.cancel", "ci.rerun"]
    await runner.cancel(again)


async def test_from_a_run_one_key_leads_to_its_branch(bench: Bench) -> None:
    view, person = CiView(world(bench, bench.shell("true"))), Person()
    assert why_not(view, "branch", RUN) == "its branch is gone or not listed"
    view.world.board.branches = (Branch("refs/heads/main", "main", RUN.commit, NOON),)
    assert why_not(view, "branch", RUN) == ""
    await RunActs(view).branch(RUN, person)
    assert person.went == [("branches", "refs/heads/main")]


def test_what_a_server_cannot_do_is_dimmed_with_its_reason(bench: Bench) -> None:
    view = CiView(world(bench, bench.shell("true"), DeadServer()))
    theirs = replace(RUN, server="jenkins")
    assert why_not(view, "rerun", theirs) == "it is unreachable"
    assert why_not(view, "rerun", replace(RUN, server="gone")) == "gone is not configured"
    assert why_not(view, "start", None) == ""
    assert why_not(view, "start", None, read_only=True) == "read-only"
    lonely = CiView(replace(view.world, ci=(DeadServer(),)))
    assert why_not(lonely, "start", None) == "it is unreachable"


async def test_an_empty_repository_has_no_commit_to_run_on(bench: Bench) -> None:
    home = world(bench, bench.shell("true"))

    class Unborn:
        async def repository(self) -> object:
            from opstui.domain.branch import Repository

            return Repository(path="/r", name="r", head="main", commit="")

    with pytest.raises(OpstuiError, match="no commit to run CI on"):
        await CiView(replace(home, git=Unborn())).start(Person())  # type: ignore[arg-type]
