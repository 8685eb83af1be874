"""Compose projects: containers that were made together, as one row above them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from opstui.domain.image import Container
from opstui.domain.status import Status

PROJECT_LABEL = "com.docker.compose.project"
"""The project a container belongs to; Docker Compose and podman-compose both set it."""
SERVICE_LABEL = "com.docker.compose.service"
WORST_FIRST = (
    Status.FAILED, Status.WARNED, Status.BLOCKED, Status.RUNNING, Status.QUEUED, Status.UP,
    Status.DOWN,
)
STATES = ("running", "restarting", "paused", "created", "exited", "dead")


@dataclass(frozen=True, slots=True)
class Project(Container):
    """All containers of a project, in one row that stands for them."""

    members: tuple[Container, ...] = ()


def project_of(container: Container) -> str:
    """The name of its project, or empty."""
    return dict(container.labels).get(PROJECT_LABEL, "")


def members(items: Iterable[Container]) -> tuple[Container, ...]:
    """The containers that rows stand for, each once."""
    every = [
        one for item in items for one in (item.members if isinstance(item, Project) else (item,))
    ]
    return tuple({one.id: one for one in every}.values())


def grouped(containers: Sequence[Container], folded: frozenset[str]) -> tuple[Container, ...]:
    """The rows: each project where its first container stood, followed by its containers
    unless it is folded. One container alone is a project too."""
    projects: dict[str, list[Container]] = {}
    for one in containers:
        if name := project_of(one):
            projects.setdefault(name, []).append(one)
    rows: list[Container] = []
    for one in containers:
        name = project_of(one)
        if not name:
            rows.append(one)
        elif projects[name][0] is one:
            rows.append(project(name, projects[name]))
            rows += () if name in folded else projects[name]
    return tuple(rows)


def project(name: str, containers: Sequence[Container]) -> Project:
    """A row that stands for these."""
    worst = min((one.status for one in containers),
                key=lambda status: WORST_FIRST.index(status) if status in WORST_FIRST else 0)
    made = [one.created for one in containers if one.created is not None]
    healths = Counter(one.health for one in containers if one.health)
    return Project(
        id=f"compose/{name}", name=name, image="", image_id="",
        state="running" if any(one.state == "running" for one in containers) else "exited",
        status=worst, health=_worst(healths), note=told(containers),
        created=max(made, default=None), labels=((PROJECT_LABEL, name),),
        members=tuple(containers),
    )


def told(containers: Sequence[Container]) -> str:
    """How many are in which state: `3 running, 1 exited`."""
    counts = Counter(one.state for one in containers)
    known = [state for state in STATES if state in counts]
    rest = sorted(set(counts) - set(known))
    return ", ".join(f"{counts[state]} {state}" for state in (*known, *rest))


def _worst(healths: Counter[str]) -> str:
    return next((word for word in ("unhealthy", "starting", "healthy") if word in healths), "")
