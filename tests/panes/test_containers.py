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
from opstui.domain.compose import PROJECT_LABEL
from opstui.domain.errors import OpstuiError
from opstui.domain.image import Container
from opstui.domain.log_text import LogText
from opstui.domain.page import Page
from opstui.domain.served import Served
from opstui.domain.status import Status
from opstui.operations.world import World
from opstui.panes.containers import ContainersView
from opstui.ui import sight
from opstui.ui.action import actions_of
from opstui.ui.column import as_line
from opstui.ui.desk import Detail
from opstui.ui.level import Level
from opstui.ui.log_feed import Piece
from opstui.ui.log_lines import LogLines
from opstui.ui.paint import text_of
from opstui.ui.shape import Shape
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


def made(name: str, project: str = "", state: str = "running", **more: object) -> Container:
    """A container that only the list knows."""
    labels = ((PROJECT_LABEL, project),) if project else ()
    status = Status.UP if state == "running" else Status.DOWN
    return replace(WEB, id=f"id-{name}", name=name, state=state, status=status, labels=labels,
                   health="", ports=(), **more)  # type: ignore[arg-type]


def rows_of(view: ContainersView, *items: Container) -> list[str]:
    """The names as they stand in the list."""
    level = view.level or Level(view, lambda: NOON)
    level.snapshot = level.snapshot.read(Page(items), NOON, fresh=True)
    column = view.columns()[1]
    return [text_of(as_line(column.cell(one))) for one in sight.rows(level, Shape(), set()).items]


SHOP = (made("api", "shop"), made("cache"), made("db", "shop", "exited"))


def test_compose_projects_have_a_row_that_folds(still: ContainersView) -> None:
    assert rows_of(still, *SHOP) == ["▾ shop", "  api", "  db", "cache"]
    project = still.unfolded(SHOP)[0]
    assert still.fold_project(project)
    assert rows_of(still, *SHOP) == ["▸ shop", "cache"]
    assert not still.fold_project(SHOP[0])
    still.fold_project(project)
    assert still.level is not None
    still.level.place.sort = "name"
    assert rows_of(still, *SHOP) == ["api", "cache", "db"]
    still.level.place.sort, still.level.place.filter = "", "db"
    assert rows_of(still, *SHOP) == ["api", "cache", "db"]  # it is sifted afterwards


def test_going_to_a_container_unfolds_its_project(still: ContainersView) -> None:
    rows_of(still, *SHOP)
    still.fold_project(still.unfolded(SHOP)[0])
    still.unfold_around("id-cache")
    assert rows_of(still, *SHOP) == ["▸ shop", "cache"]
    still.unfold_around("id-db")
    assert rows_of(still, *SHOP) == ["▾ shop", "  api", "  db", "cache"]


def test_without_projects_nothing_is_indented(still: ContainersView) -> None:
    assert rows_of(still, made("b"), made("a")) == ["b", "a"]


def test_an_act_means_the_marked_ones_or_the_project(still: ContainersView) -> None:
    rows_of(still, *SHOP)
    project = still.unfolded(SHOP)[0]
    assert [one.name for one in still.meant(project)] == ["api", "db"]
    assert still.level is not None
    still.level.place.marked = {"id-cache", "id-db"}
    assert [one.name for one in still.meant(SHOP[0])] == ["db", "cache"]
    assert why_not(still, "stop", SHOP[2]) == ""  # one of the marked ones runs
    assert why_not(still, "start", SHOP[0]) == ""  # one of them does not
    still.level.place.marked = {"id-db"}
    assert why_not(still, "stop", SHOP[0]) == "not running"


def test_a_project_has_no_shell_and_no_image_of_its_own(still: ContainersView) -> None:
    project = still.unfolded(SHOP)[0]
    for name in ("shell", "image", "inspect"):
        assert why_not(still, name, project) == "choose one of its containers"
    assert why_not(still, "shell", SHOP[2]) == "not running"
    assert why_not(still, "shell", SHOP[0], read_only=True) == "read-only"
    assert why_not(still, "remove", SHOP[0], read_only=True) == "read-only"
    assert [one.title for one in still.details(project)] == ["Project", "Logs"]


class Reader:
    """Somebody who watches a log."""

    def __init__(
        self, view: ContainersView, container: Container, detail: Detail | None = None
    ) -> None:
        self.lines: list[str] = []
        log = (detail or view.details(container)[0]).log
        assert log is not None
        self._text = LogLines(LogText())
        self._task = asyncio.create_task(self._read(log.pieces()))

    async def _read(self, pieces: AsyncIterator[Piece]) -> None:
        text = self._text
        async for piece in pieces:
            text.append(piece.data)
            if piece.note is not None:
                text.note(piece.note)
            self.lines = [text_of(text.line(n)) for n in range(len(text))]

    @property
    def raw(self) -> list[bytes]:
        return [self._text.log.raw(n) for n in range(len(self._text))]

    @property
    def marks(self) -> str:
        return "".join(self._text.margin_of(n).text for n in range(len(self._text)))

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

    async def test_several_are_stopped_by_one_question_that_lists_them(
        self, dockerd: PrivateDockerd, live: World
    ) -> None:
        labels = {PROJECT_LABEL: "pane-shop"}
        for name in ("pane-shop-1", "pane-shop-2"):
            dockerd.run(name, "pane-base:1", "sh", "-c", LOOP, labels=labels)
        dockerd.run("pane-shop-3", "pane-base:1", "true", labels=labels)
        with dockerd.client() as client:
            client.wait("pane-shop-3")
        view = ContainersView(live)
        listed = (await view.load()).items
        project = next(one for one in view.unfolded(listed) if one.name == "pane-shop")
        person = Person()
        await act(view, "stop", project, person)
        question = person.questions[0]
        assert (question.title, question.object) == ("Stop 2 containers", "pane-shop")
        body = [text_of(line) for line in question.body]
        assert any("pane-shop-1" in line for line in body)
        assert "pane-shop-3: left out, not running" in body
        assert person.said == ["2 containers stopped"]
        states = {one.name: one.state for one in (await view.load()).items}
        assert {states[f"pane-shop-{n}"] for n in (1, 2, 3)} == {"exited"}
        lines = await journal(live)
        assert sorted(line[1] for line in lines if line[2] == "result") == [
            "pane-shop-1", "pane-shop-2"]

    async def test_what_fails_for_one_is_said_and_the_others_are_done(
        self, dockerd: PrivateDockerd, live: World
    ) -> None:
        labels = {PROJECT_LABEL: "pane-half"}
        for name in ("pane-half-1", "pane-half-2"):
            dockerd.run(name, "pane-base:1", "sh", "-c", LOOP, labels=labels)
        view = ContainersView(live)
        listed = (await view.load()).items
        project = next(one for one in view.unfolded(listed) if one.name == "pane-half")
        with dockerd.client() as client:
            client.remove_container("pane-half-1", force=True)
        with pytest.raises(OpstuiError, match=r"1 of 2 stopped; container pane-half-1 is gone"):
            await act(view, "stop", project, Person())
        assert (await called(view, "pane-half-2")).state == "exited"

    async def test_a_running_container_is_removed_only_with_its_name_typed(
        self, dockerd: PrivateDockerd, live: World
    ) -> None:
        dockerd.run("pane-rm", "pane-base:1", "sh", "-c", LOOP)
        view = ContainersView(live)
        container = await called(view, "pane-rm")
        no = Person(yes=False)
        await act(view, "remove", container, no)
        assert no.questions[0].typed == "pane-rm"
        assert "killed without a grace time" in no.questions[0].effect
        assert "Volumes are kept." in no.questions[0].effect
        await act(view, "remove", container, Person())
        assert "pane-rm" not in [one.name for one in (await view.load()).items]
        assert (await journal(live))[-1] == ("container.remove", "pane-rm", "result", "done")

    @pytest.mark.parametrize(("choice", "left"), [("keep", 1), ("remove", 0)])
    async def test_volumes_without_a_name_are_asked_about(
        self, dockerd: PrivateDockerd, live: World, choice: str, left: int
    ) -> None:
        name = f"pane-vol-{choice}"
        dockerd.run(name, "pane-base:1", "true", volumes=["/data"])
        with dockerd.client() as client:
            client.wait(name)
            volume = client.inspect_container(name)["Mounts"][0]["Name"]
        view = ContainersView(live)
        container = await called(view, name)
        await act(view, "remove", container, Person(pick=None))
        assert name in [one.name for one in (await view.load()).items]
        person = Person(pick=choice)
        await act(view, "remove", container, person)
        assert person.questions[0].typed == ""
        with dockerd.client() as client:
            volumes = [one["Name"] for one in client.volumes()["Volumes"] or ()]
            assert volumes.count(volume) == left
            if left:
                client.remove_volume(volume)

    async def test_a_shell_is_handed_the_terminal_and_asked_for_where_something_is_served(
        self, dockerd: PrivateDockerd, live: World
    ) -> None:
        dockerd.run("pane-shell", "pane-base:1", "sh", "-c", LOOP)
        view = ContainersView(live)
        container = await called(view, "pane-shell")
        person = Person()
        await act(view, "shell", container, person)
        assert person.questions == []
        assert person.handed[0].command[-3:] == (container.id, "busybox", "sh")
        assert (await journal(live))[-1] == (
            "container.exec", "pane-shell", "result", "left with exit code 0")
        no = Person(yes=False)
        await act(view, "shell", replace(container, ports=("*:8080→80/tcp",)), no)
        assert "It serves *:8080→80/tcp" in no.questions[0].effect
        assert no.handed == []
        live.board.served = (Served(container.id, "pane-shell", "models:/churn/9", "label"),)
        await act(view, "shell", container, no)
        assert "It serves models:/churn/9" in no.questions[1].effect
        await live.engine.stop(container)

    async def test_health_checks_and_ends_are_told(
        self, dockerd: PrivateDockerd, live: World
    ) -> None:
        dockerd.run("pane-sick", "pane-base:1", "sh", "-c", LOOP, healthcheck={
            "test": ["CMD", "/busybox", "sh", "-c", "echo no db; exit 4"], "interval": 10**9,
            "retries": 1})
        dockerd.run("pane-died", "pane-base:1", "sh", "-c", "exit 3")
        view = ContainersView(live)
        sick = await called(view, "pane-sick")

        async def told(container: Container) -> str:
            return await shown(next(
                one for one in view.details(container) if one.title == "Health"))

        deadline = asyncio.get_running_loop().time() + 20
        while "exit 4" not in await told(sick):
            assert asyncio.get_running_loop().time() < deadline
        assert "no db" in await told(sick)
        assert "Health checks" in await told(sick)
        with dockerd.client() as client:
            client.wait("pane-died")
        died = await told(await called(view, "pane-died"))
        assert "exit code  3" in died
        assert "no health check" in died
        with dockerd.client() as client:
            client.remove_container("pane-sick", force=True)

    async def test_logs_of_a_project_are_one_log(
        self, dockerd: PrivateDockerd, live: World
    ) -> None:
        labels = {PROJECT_LABEL: "pane-talk"}
        for name in ("pane-talk-1", "pane-talk-2"):
            script = "for i in 1 2 3; do echo out; echo bad >&2; /busybox sleep 0.2; done"
            dockerd.run(name, "pane-base:1", "sh", "-c", script, labels=labels)
        view = ContainersView(live)
        listed = (await view.load()).items
        project = next(one for one in view.unfolded(listed) if one.name == "pane-talk")
        person = Person()
        await act(view, "logs", project, person)
        reader = Reader(view, project, person.documents[0])
        await until(lambda: len([x for x in reader.lines if "ended with exit 0" in x]) == 2)
        lines = [x for x in reader.lines if "│" in x]
        assert sorted(lines) == sorted(
            f"pane-talk-{n} │ {word}" for n in (1, 2) for word in ("out", "bad") for _ in range(3))
        times = [raw[:30] for raw in reader.raw if raw.startswith(b"2")]
        assert times == sorted(times)
        assert reader.marks.count("!") == 6
        await reader.leave()
