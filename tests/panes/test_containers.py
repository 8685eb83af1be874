"""The containers tab on a real engine: states, reasons, acts, and a log that goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.docker.engine import DockerEngine
from opstui.domain.image import Container
from opstui.domain.log_text import LogText
from opstui.domain.status import Status
from opstui.operations.world import World
from opstui.panes.containers import ContainersView
from opstui.ui.action import actions_of
from opstui.ui.log_feed import Piece
from opstui.ui.log_lines import LogLines
from opstui.ui.paint import text_of
from tests.backends.docker.conftest import docker_threads, until
from tests.panes.docker_bench import Person, journal, row, why_not, world
from tests.panes.mlflow_bench import shown
from tests.servers.dockerd import PrivateDockerd

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WEB = Container(
    id="ef" * 32, name="web", image="churn-api:1.4.0", image_id="sha256:" + "ab" * 32,
    state="running", status=Status.UP, health="healthy", ports=("127.0.0.1:8080→80/tcp",),
    created=NOON - timedelta(days=2), note="Up 2 days (healthy)", labels=(("a", "b"),),
)
LOOP = "trap 'exit 0' TERM; while true; do /busybox sleep 0.05; done"


@pytest.fixture
def still(tmp_path: Path) -> ContainersView:
    """A view that is only looked at."""
    return ContainersView(world(DockerEngine(RecentCalls()), tmp_path, now=NOON))


@pytest.fixture
async def live(dockerd: PrivateDockerd, tmp_path: Path) -> AsyncIterator[World]:
    dockerd.image("pane-base:1", text="pane-base")
    engine = DockerEngine(RecentCalls(), host=dockerd.url)
    yield world(engine, tmp_path)
    await engine.close()


async def act(view: ContainersView, name: str, item: Container, person: Person) -> None:
    """What its key does."""
    await next(one for one in actions_of(view, view.kind) if one.action.method == name).run(
        item, person)


async def called(view: ContainersView, name: str) -> Container:
    return next(one for one in (await view.load()).items if one.name == name)


def test_a_wide_row_says_everything_once(still: ContainersView) -> None:
    assert row(still, WEB, 110).split() == [
        "▲", "web", "healthy", "churn-api:1.4.0", "127.0.0.1:8080→80/tcp", "Up", "2", "days",
    ]
    assert row(still, WEB, 24) == "▲ web    churn-api:1.4.0"


def test_without_glyphs_everything_is_ascii(tmp_path: Path) -> None:
    view = ContainersView(
        world(DockerEngine(RecentCalls()), tmp_path, now=NOON, ascii_only=True)
    )
    assert row(view, WEB, 110).isascii()


def test_what_can_be_done_depends_on_the_state(still: ContainersView) -> None:
    stopped = replace(WEB, state="exited", status=Status.DOWN)
    paused = replace(WEB, state="paused")
    assert why_not(still, "start", WEB) == "already running"
    assert why_not(still, "start", stopped) == ""
    assert why_not(still, "start", paused) == "it is paused"
    assert why_not(still, "stop", WEB) == ""
    assert why_not(still, "stop", stopped) == "not running"
    assert why_not(still, "restart", replace(WEB, state="created")) == "it was never started"
    assert why_not(still, "stop", WEB, read_only=True) == "read-only"
    assert why_not(still, "image", WEB) == "its image is gone or not listed"
    assert why_not(still, "logs", WEB, read_only=True) == ""


async def test_facts(still: ContainersView) -> None:
    text = await shown(still.details(WEB)[1])
    for fact in ("web", "Up 2 days", "healthy", WEB.id, WEB.image_id, "127.0.0.1:8080", "2d ago"):
        assert fact in text


class Reader:
    """Somebody who watches a log."""

    def __init__(self, view: ContainersView, container: Container) -> None:
        self.lines: list[str] = []
        log = view.details(container)[0].log
        assert log is not None
        self._text = LogLines(LogText())
        self._task = asyncio.create_task(self._read(log.pieces()))

    async def _read(self, pieces: AsyncIterator[Piece]) -> None:
        text = self._text
        async for piece in pieces:
            text.log.append(piece.data)
            if piece.note is not None:
                text.note(piece.note)
            self.lines = [text_of(text.line(n)) for n in range(len(text))]

    @property
    def done(self) -> bool:
        return self._task.done()

    async def leave(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await until(lambda: not docker_threads(), 5)


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
class TestOnARealEngine:
    async def test_every_act_is_asked_for_and_written_down(
        self, dockerd: PrivateDockerd, live: World
    ) -> None:
        dockerd.run("pane-acts", "pane-base:1", "sh", "-c", LOOP)
        view = ContainersView(live)
        container = await called(view, "pane-acts")
        no = Person(yes=False)
        await act(view, "stop", container, no)
        assert no.questions[0].object == "pane-acts"
        assert (await called(view, "pane-acts")).state == "running"
        yes = Person()
        await act(view, "stop", container, yes)
        assert (await called(view, "pane-acts")).state == "exited"
        await act(view, "start", await called(view, "pane-acts"), yes)
        await act(view, "restart", await called(view, "pane-acts"), yes)
        assert (await called(view, "pane-acts")).state == "running"
        assert [one.yes for one in yes.questions] == ["Stop", "Start", "Restart"]
        assert "containers" in yes.changes
        assert [line[:3] for line in await journal(live)] == [
            (f"container.{verb}", "pane-acts", phase)
            for verb in ("stop", "start", "restart") for phase in ("intent", "result")
        ]

    async def test_a_log_is_followed_over_a_restart_without_saying_anything_twice(
        self, dockerd: PrivateDockerd, live: World
    ) -> None:
        script = "echo began $RANDOM; " + LOOP
        dockerd.run("pane-log", "pane-base:1", "sh", "-c", script)
        view = ContainersView(live)
        container = await called(view, "pane-log")
        reader = Reader(view, container)
        await until(lambda: len(reader.lines) == 1)
        await live.engine.stop(container)
        await until(lambda: "it ended with exit 0" in reader.lines)
        await view.load()
        await live.engine.start(container)
        await view.load()
        await until(lambda: len([x for x in reader.lines if x.startswith("began")]) == 2)
        await live.engine.restart(container)
        await view.load()
        await until(lambda: len([x for x in reader.lines if x.startswith("began")]) == 3)
        began = [line for line in reader.lines if line.startswith("began")]
        assert len(set(began)) == 3
        assert reader.lines.count("started again") == 2
        await reader.leave()

    async def test_a_log_ends_when_its_container_is_removed(
        self, dockerd: PrivateDockerd, live: World
    ) -> None:
        dockerd.run("pane-gone", "pane-base:1", "sh", "-c", f"echo here; {LOOP}")
        view = ContainersView(live)
        reader = Reader(view, await called(view, "pane-gone"))
        await until(lambda: reader.lines[1:] == ["here"])
        with dockerd.client() as client:
            client.remove_container("pane-gone", force=True)
        await until(lambda: reader.done)
        assert reader.lines[-1] == "the container is gone"

    async def test_logs_open_over_everything_and_the_image_is_one_key_away(
        self, dockerd: PrivateDockerd, live: World
    ) -> None:
        dockerd.run("pane-link", "pane-base:1", "true")
        view = ContainersView(live)
        container = await called(view, "pane-link")
        live.board.images = await live.engine.images()
        person = Person()
        await act(view, "logs", container, person)
        assert person.documents[0].log is not None
        assert why_not(view, "image", container) == ""
        await act(view, "image", container, person)
        assert person.went == [("images", container.image_id)]
        assert '"Name": "/pane-link"' in await shown(view.details(container)[4])
