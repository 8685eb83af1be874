"""What the detail area tells of one container: its log, its facts, the engine's JSON."""

from __future__ import annotations

from collections.abc import Sequence

from opstui.domain.compose import Project
from opstui.domain.image import Container
from opstui.domain.words import age
from opstui.operations.world import World
from opstui.panes import container_log
from opstui.panes.container_health import health
from opstui.panes.container_stats import Courses, stats
from opstui.panes.image_detail import json_lines
from opstui.panes.run_detail import pairs
from opstui.ui.desk import Detail
from opstui.ui.paint import Line, Span, glyph, line


def details(world: World, courses: Courses, container: Container) -> Sequence[Detail]:
    """The tabs."""
    if isinstance(container, Project):
        return _of_project(world, container)

    async def facts(width: int) -> Sequence[Line]:
        return _facts(world, container)

    async def inspected(width: int) -> Sequence[Line]:
        return json_lines(await world.engine.inspect(container.id))

    return (
        container_log.beside(world, (container,)),
        Detail(f"container/{container.id}", "Container", facts),
        stats(world, courses, container),
        health(world, container),
        Detail(f"container/{container.id}/inspect", "Inspect", inspected),
    )


def _of_project(world: World, project: Project) -> Sequence[Detail]:
    async def listed(width: int) -> Sequence[Line]:
        return [
            (glyph(one.status, ascii_only=world.ascii_only), Span(f" {one.name}  "),
             Span("  ".join((one.note or one.state, *one.ports)), "dim"))
            for one in project.members
        ]

    return (
        Detail(f"{project.id}/listed", "Project", listed),
        container_log.beside(world, project.members),
    )


def _facts(world: World, container: Container) -> list[Line]:
    now = world.clock()
    old = age(container.created, now)
    state = glyph(container.status, ascii_only=world.ascii_only)
    shown = pairs((
        ("name", container.name),
        ("state", (state, Span(f" {container.note or container.state}"))),
        ("health", container.health or "no health check"),
        ("image", container.image),
        ("image id", container.image_id),
        ("id", container.id),
        *((f"port{'s' if len(container.ports) > 1 and not n else ''}" if not n else "", port)
          for n, port in enumerate(container.ports)),
        ("created", f"{container.created:%Y-%m-%d %H:%M} UTC, "
                    f"{'just now' if old == 'now' else f'{old} ago'}" if container.created else ""),
    ))
    if container.labels:
        shown += [line(), line(("Labels", "title")), *pairs(container.labels)]
    return shown
