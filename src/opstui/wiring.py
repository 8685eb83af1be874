"""Wires the backends into a World: the one place that knows every wing's constructors."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from opstui.backends.asked import Asked
from opstui.backends.calls import RecentCalls
from opstui.backends.choices import FileChoices
from opstui.backends.ci.servers import Servers
from opstui.backends.ci.table import CiContext
from opstui.backends.command_history import FileHistory
from opstui.backends.disk import LocalDisks
from opstui.backends.docker.engine import DockerEngine
from opstui.backends.docker.engines import DockerEngines
from opstui.backends.docker.environments import Environments
from opstui.backends.docker.image_files import DockerContents, variables
from opstui.backends.docker.inner import DockerContainers
from opstui.backends.docker.pruning import DockerPruning
from opstui.backends.docker.registry import DockerRegistry
from opstui.backends.docker.transfers import DockerTransfers
from opstui.backends.gate_commands import LocalGateCommands
from opstui.backends.git.ahead import Ahead
from opstui.backends.git.repository import GitRepository
from opstui.backends.image_builds import ImageBuilds
from opstui.backends.image_cache import ImageCache
from opstui.backends.journal import FileJournal
from opstui.backends.mlflow.connection import MlflowConnection
from opstui.backends.mlflow.local import LocalMlflowServer
from opstui.backends.programs import LocalPrograms
from opstui.backends.scanners import LocalScanners
from opstui.domain.errors import OpstuiError
from opstui.domain.profile import ActiveProfile
from opstui.domain.served import ServedNames
from opstui.operations.world import Rules, World
from opstui.places import Places
from opstui.settings import Settings, load_for, top_of

DOCKER_ROOT = Path("/var/lib/docker")
"""Where a Docker engine of this machine keeps its images, unless it was told otherwise."""


@dataclass(slots=True)
class Front:
    """What the front door found: settings, folders, and the world behind them."""

    path: Path
    """Where opstui was started, or the PATH that it was given."""
    settings: Settings
    places: Places
    environ: Mapping[str, str]
    world: World
    connection: MlflowConnection
    machine: str
    servers: Servers | None = None
    """The CI servers, where they are to be let go of."""
    wished: Mapping[str, str] = field(default_factory=dict)
    """What the command line asked for, as variables; it holds in every profile."""

    async def close(self) -> None:
        """Let go of the servers; the embedded one ends with the last opstui."""
        if self.servers is not None:
            await self.servers.close()
        await self.connection.close()
        if self.world.image_registry is not None:
            await self.world.image_registry.close()
        await self.world.local.stop()


def open_front(
    path: Path, places: Places, environ: Mapping[str, str], settings: Settings | None = None,
    ahead: Ahead | None = None, asked: Asked | None = None,
) -> Front:
    """Read the settings and wire the world; touches no server and writes nothing.

    ahead: what git was asked already. asked: what servers were asked already.
    """
    path = path.expanduser().absolute()
    if not path.is_dir():
        raise OpstuiError("there is no such folder", where=str(path), hint="give a repository")
    top = top_of(path)
    if settings is None:
        settings = load_for(path, places.settings, environ)
    calls = RecentCalls()
    local = LocalMlflowServer(places.data, places.state, path, calls, environ)
    connection = MlflowConnection(
        calls, environ=environ, uri=settings.mlflow_uri,
        registry_uri=settings.mlflow_registry_uri, local=local, asked=asked,
    )
    servers = Servers(CiContext(
        repository=top or path, state=places.state, cache=places.cache, calls=calls,
        command=settings.ci_command or None, repo_command=settings.repository_ci_command or None,
        slots=settings.ci_slots, timeout=settings.ci_timeout * 60 or None, environ=environ,
        options=settings.ci_servers,
    ))
    engine = DockerEngine(
        calls, host=settings.docker_host, context=settings.docker_context, asked=asked
    )
    world = World(
        git=GitRepository(path, calls, ahead), ci=servers, ci_search=servers,
        trust=servers.runner,
        engine=engine, tracking=connection.tracking, registry=connection.registry,
        artifacts=connection.artifacts, provenance=connection.provenance, local=local,
        journal=FileJournal(places.journal, calls), calls=calls,
        clock=lambda: datetime.now(UTC),
        rules=Rules(
            champion=settings.champion, previous=settings.previous,
            aliases=tuple(settings.aliases), directions=dict(settings.metrics),
            settle=settings.settle, environments=tuple(settings.promotion.values()),
            deploys=tuple(settings.deploy.values()),
            served=ServedNames(tuple(settings.model_uri), tuple(settings.model_labels)),
            ci_tags=tuple(settings.ci_tags),
        ),
        gate_commands=LocalGateCommands(top or path, places.state, calls, environ),
        disks=LocalDisks((
            ("the repository", top or path), ("opstui's files", places.state),
            ("MLflow's store", places.data),
        ), there=(("Docker's images", DOCKER_ROOT),)),
        choices=FileChoices(places.state / "columns.json"),
        history=FileHistory(places.state / "commands"),
        profile=_profile(settings),
        programs=LocalPrograms(top or path, places.state, calls, environ),
        ascii_only=settings.ascii or not _unicode(environ),
    )
    world = _with_engine(world, engine, top or path, places, environ)
    return Front(
        path, settings, places, environ, world, connection, socket.gethostname(), servers
    )


def _with_engine(
    world: World, engine: DockerEngine, top: Path, places: Places, environ: Mapping[str, str]
) -> World:
    """The world with the other doors to its engine, and to what the engine talks to."""
    door = engine.connection
    return replace(
        world, contents=DockerContents(door, ImageCache(places.cache / "images")),
        scanners=LocalScanners(places.cache / "scans.json", world.calls, environ,
                               lambda: variables(door)),
        inside=Environments(door), containers=DockerContainers(door), engines=DockerEngines(door),
        pruning=DockerPruning(door), transfers=DockerTransfers(door),
        image_registry=DockerRegistry(world.calls, environ),
        builds=ImageBuilds(door, top, places.state, world.calls, environ),
    )


def _profile(settings: Settings) -> ActiveProfile | None:
    active = settings.active
    return ActiveProfile(active.name, active.role, active.protected) if active else None


def _unicode(environ: Mapping[str, str]) -> bool:
    """Whether the locale can show more than ASCII; an unset one is taken for UTF-8."""
    named = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or ""
    if named in ("C", "POSIX") or environ.get("TERM") == "linux":
        return os.environ.get("PYTHONUTF8") == "1" and environ.get("TERM") != "linux"
    return not named or "utf" in named.lower()
