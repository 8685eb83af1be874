"""Backends in memory: they show the story, do what they are asked, and remember it.

Each has `problem`: set it, and every load fails with that sentence until it is empty again.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from opstui.backends.ci.base import BaseServer
from opstui.domain.branch import Branch, Commit, Repository
from opstui.domain.calls import Call
from opstui.domain.ci import Capability, CiCommand, CiJob, CiRun, CiStep, LogChunk
from opstui.domain.container_use import Said, Use, Window
from opstui.domain.engine import KnownEngine
from opstui.domain.errors import OpstuiError
from opstui.domain.image import Container, Image, Layer
from opstui.domain.journal import GENESIS, Entry, digest
from opstui.domain.status import Status
from tests.fakes import story
from tests.fakes.registry import NOW


class Doing:
    """What was asked of a backend, news of changes, and the failure to order."""

    def __init__(self) -> None:
        self.problem = ""
        self.did: list[str] = []
        self._news: list[asyncio.Event] = []

    def check(self) -> None:
        if self.problem:
            raise OpstuiError(self.problem)

    def tell(self) -> None:
        """Let everybody who listens read again."""
        for event in self._news:
            event.set()

    async def changes(self) -> AsyncIterator[None]:
        event = asyncio.Event()
        self._news.append(event)
        while True:
            await event.wait()
            event.clear()
            yield


class StoryGit(Doing):
    def __init__(self) -> None:
        super().__init__()
        self.held: tuple[Branch, ...] = story.BRANCHES
        self.found = story.REPOSITORY

    async def repository(self) -> Repository:
        return self.found

    async def branches(self) -> tuple[Branch, ...]:
        self.check()
        return self.held

    async def commits(self, ref: str, limit: int, skip: int = 0) -> tuple[Commit, ...]:
        self.check()
        return story.COMMITS[skip : skip + limit]

    async def commits_since(self, ref: str, without: str, limit: int) -> tuple[Commit, ...]:
        ids = [one.sha for one in story.COMMITS]
        end = ids.index(without) if without in ids else len(ids)
        return story.COMMITS[ids.index(ref) : end][:limit] if ref in ids[:end] else ()

    async def diff(self, sha: str) -> str:
        return story.DIFF.replace(story.MAIN, sha)

    async def resolve(self, revision: str) -> str:
        commit = revision.removesuffix("^{commit}")
        known = {one.commit for one in self.held} | {one.sha for one in story.COMMITS}
        if commit not in known:
            raise OpstuiError(f"git knows no {commit}")
        return commit

    async def remotes_with(self, commit: str) -> tuple[str, ...]:
        await self.resolve(commit)
        return ("origin/main",)

    async def is_merged(self, branch: Branch) -> bool:
        return False

    async def switch(self, branch: Branch) -> None:
        self.did.append(f"switch {branch.name}")
        self.held = tuple(replace(one, current=one.ref == branch.ref) for one in self.held)

    async def create(self, name: str, start: str) -> None:
        self.did.append(f"create {name} {start}")

    async def delete(self, branch: Branch, *, force: bool) -> None:
        self.did.append(f"delete {branch.name}{' by force' if force else ''}")
        self.held = tuple(one for one in self.held if one.ref != branch.ref)

    async def fetch(self) -> str:
        self.did.append("fetch")
        return ""

    async def remote_url(self) -> str:
        return "https://github.com/example/churn-service"


class StoryCi(Doing, BaseServer):
    """The local runner: a CI server that also knows its command."""

    kind = "local"
    can = frozenset(Capability)

    def __init__(self) -> None:
        Doing.__init__(self)
        BaseServer.__init__(self, "local", "/home/ana/src/churn-service")
        self.held: tuple[CiRun, ...] = story.CI_RUNS
        self.gate: asyncio.Event | None = None
        self.known: CiCommand | None = CiCommand(
            (".ci/run",), ".ci/run", "f" * 64, trusted=True, script="#!/bin/sh\npytest -q\n"
        )

    async def runs(self, limit: int) -> tuple[CiRun, ...]:
        if self.gate is not None:
            await self.gate.wait()
        self.check()
        return self.held[:limit]

    async def log(
        self, run: CiRun, offset: int, limit: int = 1 << 20, *,
        job: CiJob | None = None, step: CiStep | None = None,
    ) -> LogChunk:
        data = story.CI_LOG.encode() if run.started else b""
        start = max(0, len(data) + offset) if offset < 0 else offset
        return LogChunk(data[start:][:limit], len(data), run.status.finished)

    async def start(
        self, commit: str, branch: str, workflow: str = "", inputs: Mapping[str, str] = {},
    ) -> CiRun:
        self.did.append(f"start {branch}")
        run = CiRun("local", "900", 900, ".ci/run", commit, branch, Status.RUNNING, NOW, NOW)
        self.held = (run, *self.held)
        return run

    async def rerun(
        self, run: CiRun, *, failed: bool = False, job: CiJob | None = None
    ) -> CiRun:
        self.did.append(f"rerun {run.number}")
        return await self.start(run.commit, run.branch)

    async def cancel(self, run: CiRun, *, force: bool = False) -> None:
        self.did.append(f"cancel {run.number}")
        self.held = tuple(
            replace(one, status=Status.CANCELLED) if one.key == run.key else one
            for one in self.held
        )

    async def command(self, commit: str = "", workflow: str = "") -> CiCommand | None:
        return self.known

    async def trust(self, command: CiCommand) -> None:
        self.did.append("trust")


class StoryEngine(Doing):
    def __init__(self) -> None:
        super().__init__()
        self.held: tuple[Image, ...] = story.IMAGES
        self.running: tuple[Container, ...] = story.CONTAINERS

    async def where(self) -> str:
        self.check()
        return "unix:///var/run/docker.sock"

    async def version(self) -> str:
        return "29.0 (API 1.52)"

    async def images(self) -> tuple[Image, ...]:
        self.check()
        return self.held

    async def containers(self) -> tuple[Container, ...]:
        self.check()
        return self.running

    async def layers(self, image: Image) -> tuple[Layer, ...]:
        return story.LAYERS

    async def inspect(self, key: str) -> str:
        return json.dumps({"Id": key, "State": {"Running": True}}, indent=2)

    async def remove_image(self, image: Image) -> tuple[str, ...]:
        self.did.append(f"remove {image.name}")
        self.held = tuple(one for one in self.held if one.id != image.id)
        return (image.name,)

    async def tag(self, image: Image, name: str) -> None:
        self.did.append(f"tag {image.name} {name}")

    async def start(self, container: Container) -> None:
        self.did.append(f"start {container.name}")

    async def stop(self, container: Container) -> None:
        self.did.append(f"stop {container.name}")

    async def restart(self, container: Container) -> None:
        self.did.append(f"restart {container.name}")

    async def logs(self, container: Container, window: Window) -> AsyncIterator[list[Said]]:
        stamp = b"2026-05-01T11:59:58.000000000Z"
        yield [Said(stamp, False, b"11:59:58 \x1b[32mINFO\x1b[0m GET /predict 200 14 ms\n")]
        yield [Said(stamp, False, b"11:59:59 \x1b[33mWARN\x1b[0m slow feature store\n")]
        await asyncio.Event().wait()


class StoryContainers(Doing):
    """Containers that use something as long as somebody looks."""

    def __init__(self) -> None:
        super().__init__()
        self.looked_at: list[str] = []
        """Names of those that are measured at the moment."""
        self.next = asyncio.Event()
        """Lets one more measurement come."""

    async def uses(self, container: Container) -> AsyncGenerator[Use, None]:
        self.looked_at.append(container.name)
        try:
            for second in itertools.count():
                yield Use(NOW + timedelta(seconds=second), 12.5 + second, 4, 54_000_000,
                          512_000_000, 1000 * second, 0, 0, 0, 7)
                await self.next.wait()
                self.next.clear()
        finally:
            self.looked_at.remove(container.name)

    async def shell(self, container: Container) -> tuple[str, ...]:
        return ("bash",)

    async def program(self, container: Container, words: tuple[str, ...]) -> tuple[str, ...]:
        return ("docker", "exec", "-it", container.id, *words)

    async def remove(self, container: Container, *, force: bool, volumes: bool) -> None:
        self.did.append(f"remove {container.name}{' by force' if force else ''}"
                        f"{' with volumes' if volumes else ''}")


class StoryEngines:
    """Two engines: the usual one, and one without any image at build9."""

    def __init__(self, engine: StoryEngine) -> None:
        self._engine = engine
        self.name = ""

    async def known(self) -> tuple[KnownEngine, ...]:
        return (
            KnownEngine("a", "default", "unix:///var/run/docker.sock", "default", not self.name),
            KnownEngine("b", "build9", "ssh://ana@build9", "context build9", bool(self.name)),
        )

    async def hosts(self) -> tuple[str, ...]:
        return ("ssh://gpu1",)

    async def use(self, engine: str) -> KnownEngine:
        found = next((one for one in await self.known() if engine in (one.id, one.name)), None)
        if found is None:
            raise OpstuiError(f"there is no Docker context named {engine}")
        self.name = "" if found.name == "default" else found.name
        self._engine.held, self._engine.running = (
            ((), ()) if self.name else (story.IMAGES, story.CONTAINERS))
        return found


@dataclass
class MemoryJournal:
    """A journal whose lines carry the story's own time; chained as the real one is."""

    path: Path = Path("/home/ana/.local/state/opstui/journal.jsonl")
    who: str = "ana@build2"
    lines: list[Entry] = field(default_factory=list)

    async def append(
        self, *, what: str, object: str, place: str, phase: str, act: str, before: str = "",
        after: str = "", evidence: Iterable[tuple[str, str]] = (), result: str = "",
    ) -> Entry:
        previous = self.lines[-1].hash if self.lines else GENESIS
        entry = Entry(
            len(self.lines) + 1, "2026-05-01T11:50:00.000Z", self.who, what, object, place,
            phase, act, before, after, tuple(evidence), result, previous,
        )
        self.lines.append(replace(entry, hash=digest(entry)))
        return self.lines[-1]

    async def entries(self, limit: int = 1000) -> tuple[Entry, ...]:
        return tuple(reversed(self.lines))[:limit]

    async def under_way(self, act: str) -> bool:
        return False


class FixedCalls:
    """A call log that keeps the story's calls only, so that no picture depends on timing."""

    def record(self, *_args: Any, **_facts: Any) -> None:
        return

    def calls(self) -> tuple[Call, ...]:
        return story.CALLS
