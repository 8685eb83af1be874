"""Containers: state, health, ports, projects; what can be done to them is in its parts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import ClassVar

from opstui.domain.compose import Project, grouped, members, project_of
from opstui.domain.image import Container
from opstui.domain.page import Page
from opstui.operations.serving import read_served
from opstui.operations.world import World
from opstui.panes import container_detail
from opstui.panes.container_acts import ContainerActs
from opstui.panes.container_inside import ContainerInside
from opstui.panes.container_stats import Courses
from opstui.panes.engine_choice import EngineChoice
from opstui.ui.action import action
from opstui.ui.column import Column
from opstui.ui.desk import Desk, Detail
from opstui.ui.paint import Line, Span, glyph, line
from opstui.ui.view import View

HEALTH_ROLES = {"healthy": "good", "unhealthy": "bad", "starting": "busy"}


def why_not_fold(view: ContainersView, container: Container) -> str:
    """Only what is in a project can be put away."""
    if not view.groups:
        return "filtered and sorted lists have every container for itself"
    inside = isinstance(container, Project) or project_of(container)
    return "" if inside else "it belongs to no compose project"


class ContainersView(View[Container]):
    """The containers, running ones first, those of a compose project together."""

    kind: ClassVar[str] = "containers"
    parts = (ContainerActs, ContainerInside, EngineChoice)
    title = "Containers"
    noun = "container"
    interval = 30.0
    early = True
    calm = 60.0
    """Events tell of changes; this keeps `Up 3 minutes` true, and shows a hung engine."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.courses = Courses()
        """What containers used lately."""
        self.toggle = self.fold_project
        self.uncover = self.unfold_around
        self._folded: frozenset[str] = frozenset()

    def columns(self) -> tuple[Column[Container], ...]:
        """State, name, health, image, ports, and the engine's own sentence."""
        plain = self.world.ascii_only
        return (
            Column("state", "", lambda one: glyph(one.status, ascii_only=plain), width=1,
                   sort=lambda one: one.state),
            Column("name", "Name", self._name, grow=1, sort=lambda one: one.name.casefold()),
            Column("health", "Health", _health, width=9, drop=4,
                   sort=lambda one: one.health or None),
            Column("image", "Image", lambda one: Span(_image(one), "dim"), width=28, drop=2,
                   sort=lambda one: one.image.casefold()),
            Column("ports", "Ports", lambda one: ports(one, ascii_only=plain), width=24, drop=5),
            Column("since", "State", lambda one: Span(note(one), "dim"), width=24, drop=3,
                   sort=lambda one: one.created, best_first=True),
        )

    def _name(self, container: Container) -> Line:
        """Its name, further in below its project."""
        if not self.groups:
            return line(container.name)
        if isinstance(container, Project):
            arrows = ("> ", "v ") if self.world.ascii_only else ("▸ ", "▾ ")
            return (Span(arrows[container.name not in self._folded], "dim"),
                    Span(container.name, "title"))
        return line(f"  {container.name}" if project_of(container) else container.name)

    async def load(self, token: str = "") -> Page[Container]:
        """All of them, in one request; what they serve is asked of those not known yet."""
        containers = await self.world.engine.containers()
        self.world.board.containers = containers
        await read_served(self.world, containers)
        return Page(containers)

    def changes(self) -> AsyncIterator[None]:
        """The engine's event stream."""
        return self.world.engine.changes()

    # projects

    @property
    def groups(self) -> bool:
        """Whether projects have rows: lists that are filtered or sorted have none."""
        place = self.level.place if self.level is not None else None
        return place is None or not (place.sort or place.filter)

    def unfolded(self, items: Sequence[Container]) -> Sequence[Container]:
        """Projects with what is in those that are unfolded."""
        if not self.groups or not any(project_of(one) for one in items):
            return items
        return grouped(items, self._folded)

    def fold_project(self, container: Container) -> bool:
        """Fold a project, or unfold it; whether it is one."""
        if isinstance(container, Project) and self.groups:
            self._folded ^= {container.name}
            return True
        return False

    def unfold_around(self, key: str) -> None:
        """Unfold the project of a container."""
        items = self.level.snapshot.items if self.level is not None else ()
        self._folded -= {project_of(one) for one in items if one.key == key}

    def members(self, item: Container) -> tuple[Container, ...]:
        """The containers that a row stands for."""
        return members((item,))

    def meant(self, item: Container) -> tuple[Container, ...]:
        """What an act is for: the marked ones, else the row's."""
        level = self.level
        marked = level.place.marked if level is not None else set()
        if level is None or not marked:
            return members((item,))
        rows = self.unfolded(level.snapshot.items)
        return members(one for one in rows if one.key in marked) or members((item,))

    @action("f", "Fold", when=why_not_fold, footer=False)
    async def fold(self, container: Container, desk: Desk) -> None:
        """Put the containers of the compose project away, or show them."""
        name = container.name if isinstance(container, Project) else project_of(container)
        with desk.busy(self.kind, container.key):  # at its end the rows are drawn anew
            self._folded ^= {name}
        desk.go(self.kind, f"compose/{name}")

    # texts

    def empty(self) -> Sequence[Line]:
        """How to get one."""
        return (
            line(("no containers on this engine", "dim")),
            line("docker run -d --name NAME IMAGE", (" starts one", "dim")),
        )

    def way_out(self) -> Sequence[Line]:
        """The engine's error says what to do; this says that it is looked for again."""
        return (line(("it appears here as soon as an engine answers; ", "dim"), ("O", "key"),
                     (" takes another", "dim")),)

    def words(self, item: Container) -> str:
        """Name, image, state, health, ports, project, id."""
        return " ".join((item.name, item.image, item.state, item.health, *item.ports,
                         project_of(item), item.id))

    def name(self, item: Container) -> str:
        """Its name."""
        return item.name

    def details(self, item: Container) -> Sequence[Detail]:
        """The log, which goes on; facts; use; health; the engine's JSON."""
        return container_detail.details(self.world, self.courses, item)

    def copies(self, item: Container) -> Sequence[tuple[str, str]]:
        """Name, id, image."""
        if isinstance(item, Project):
            return (("project", item.name),)
        return (
            ("name", item.name), ("id", item.id), ("image", item.image),
            ("image id", item.image_id),
        )


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
