"""Containers: state, health, ports, logs; starting, stopping and restarting them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import ClassVar

from opstui.domain.image import Container
from opstui.domain.page import Page
from opstui.operations.acting import acting
from opstui.operations.serving import read_served
from opstui.operations.world import World
from opstui.panes import container_detail, container_log
from opstui.ui.action import action
from opstui.ui.column import Column
from opstui.ui.desk import Desk, Detail, Question
from opstui.ui.paint import Line, Span, glyph, line
from opstui.ui.view import View

HEALTH_ROLES = {"healthy": "good", "unhealthy": "bad", "starting": "busy"}


def why_not_start(view: ContainersView, container: Container) -> str:
    """What runs can't be started."""
    if container.state in ("running", "restarting"):
        return "already running"
    return "it is paused" if container.state == "paused" else ""


def why_not_stop(view: ContainersView, container: Container) -> str:
    """What does not run can't be stopped."""
    return "" if container.state in ("running", "restarting", "paused") else "not running"


def why_not_restart(view: ContainersView, container: Container) -> str:
    """Only what was started once can be started again."""
    if container.state == "created":
        return "it was never started"
    return "it is paused" if container.state == "paused" else ""


def why_no_image(view: ContainersView, container: Container) -> str:
    """An image can be gone while its container stays."""
    known = any(one.id == container.image_id for one in view.world.board.images)
    return "" if known else "its image is gone or not listed"


class ContainersView(View[Container]):
    """The containers, running ones first."""

    kind: ClassVar[str] = "containers"
    title = "Containers"
    noun = "container"
    interval = 30.0
    early = True
    calm = 60.0
    """Events tell of changes; this keeps `Up 3 minutes` true, and shows a hung engine."""

    def __init__(self, world: World) -> None:
        self.world = world

    def columns(self) -> tuple[Column[Container], ...]:
        """State, name, health, image, ports, and the engine's own sentence."""
        plain = self.world.ascii_only
        return (
            Column("state", "", lambda one: glyph(one.status, ascii_only=plain), width=1,
                   sort=lambda one: one.state),
            Column("name", "Name", lambda one: one.name, grow=1,
                   sort=lambda one: one.name.casefold()),
            Column("health", "Health", _health, width=9, drop=4,
                   sort=lambda one: one.health or None),
            Column("image", "Image", lambda one: Span(_image(one), "dim"), width=28, drop=2,
                   sort=lambda one: one.image.casefold()),
            Column("ports", "Ports", lambda one: ports(one, ascii_only=plain), width=24, drop=5),
            Column("since", "State", lambda one: Span(note(one), "dim"), width=24, drop=3,
                   sort=lambda one: one.created, best_first=True),
        )

    async def load(self, token: str = "") -> Page[Container]:
        """All of them, in one request; what they serve is asked of those not known yet."""
        containers = await self.world.engine.containers()
        self.world.board.containers = containers
        await read_served(self.world, containers)
        return Page(containers)

    def changes(self) -> AsyncIterator[None]:
        """The engine's event stream."""
        return self.world.engine.changes()

    def empty(self) -> Sequence[Line]:
        """How to get one."""
        return (
            line(("no containers on this engine", "dim")),
            line("docker run -d --name NAME IMAGE", (" starts one", "dim")),
        )

    def way_out(self) -> Sequence[Line]:
        """The engine's error says what to do; this says that it is looked for again."""
        return (line(("it appears here as soon as an engine answers", "dim")),)

    def words(self, item: Container) -> str:
        """Name, image, state, health, ports, id."""
        return " ".join((item.name, item.image, item.state, item.health, *item.ports, item.id))

    def name(self, item: Container) -> str:
        """Its name."""
        return item.name

    def details(self, item: Container) -> Sequence[Detail]:
        """The log, which goes on; facts; the engine's JSON."""
        return container_detail.details(self.world, item)

    def copies(self, item: Container) -> Sequence[tuple[str, str]]:
        """Name, id, image."""
        return (
            ("name", item.name), ("id", item.id), ("image", item.image),
            ("image id", item.image_id),
        )

    @action("l", "Logs")
    async def logs(self, container: Container, desk: Desk) -> None:
        """Read the log over everything, with search."""
        await desk.read(f"log of {container.name}", container_log.whole(self.world, (container,)))

    @action("S", "Start", changes=("containers",), when=why_not_start)
    async def start(self, container: Container, desk: Desk) -> None:
        """Start the container."""
        await self._act("start", "It runs again with the settings it was made with.",
                        "running", self.world.engine.start, container, desk)

    @action("X", "Stop", changes=("containers",), when=why_not_stop)
    async def stop(self, container: Container, desk: Desk) -> None:
        """Stop the container with its grace time."""
        await self._act("stop", f"{_serves(container)}It is asked to end, and killed when its "
                        "grace time is over.", "exited", self.world.engine.stop, container, desk)

    @action("T", "Restart", changes=("containers",), when=why_not_restart)
    async def restart(self, container: Container, desk: Desk) -> None:
        """Stop the container and start it again."""
        await self._act("restart", f"{_serves(container)}It is stopped with its grace time and "
                        "started again; nothing answers in between.", "running",
                        self.world.engine.restart, container, desk)

    @action("i", "Image", when=why_no_image, footer=False)
    async def image(self, container: Container, desk: Desk) -> None:
        """Go to the image it was made from."""
        desk.go("images", container.image_id)

    async def _act(
        self, verb: str, effect: str, after: str,
        act: Callable[[Container], Awaitable[None]], container: Container, desk: Desk,
    ) -> None:
        place = await self.world.engine.where()
        if not await desk.confirm(Question(
            title=f"{verb.capitalize()} container", object=container.name, effect=effect,
            place=place, yes=verb.capitalize(), danger=verb != "start",
        )):
            return
        with desk.busy(self.kind, container.key):
            async with acting(
                self.world.journal, f"container.{verb}", container.name, place,
                before=container.state, after=after,
                evidence=(("id", container.id), ("image", container.image_id)),
            ):
                await act(container)
        desk.changed(self.kind, "images")


def ports(container: Container, *, ascii_only: bool) -> str:
    """The published ports in a row."""
    text = " ".join(container.ports)
    return text.replace("→", "->") if ascii_only else text


def note(container: Container) -> str:
    """The engine's sentence without the health, which has a column: `Up 3 minutes`."""
    return container.note.partition(" (h")[0].partition(" (un")[0]


def _health(container: Container) -> Span:
    return Span(container.health, HEALTH_ROLES.get(container.health, "dim"))


def _image(container: Container) -> str:
    """The name it was made with; a bare id is cut as elsewhere."""
    name = container.image.removeprefix("sha256:")
    return name[:12] if name != container.image or len(name) == 64 else name


def _serves(container: Container) -> str:
    if not container.ports:
        return ""
    return f"What it serves on {' '.join(container.ports)} goes away. "
