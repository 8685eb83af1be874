"""What the CI tests share: a real repository, runners on it, and ways to wait."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from opstui.backends.calls import RecentCalls
from opstui.backends.ci.local.runner import LocalRunner
from opstui.domain.ci import CiRun


@dataclass
class Bench:
    """A repository in a temporary folder, and opstui's own folders beside it."""

    root: Path
    runners: list[LocalRunner] = field(default_factory=list)

    @property
    def repository(self) -> Path:
        return self.root / "churn"

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def cache(self) -> Path:
        return self.root / "cache"

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ("git", "-C", str(self.repository), *arguments), check=True, capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def commit(self, files: dict[str, str | bytes], message: str = "work") -> str:
        """Write the files, executable where they begin with `#!`, and commit everything."""
        for name, content in files.items():
            path = self.repository / name
            path.parent.mkdir(parents=True, exist_ok=True)
            data = content.encode() if isinstance(content, str) else content
            path.write_bytes(data)
            path.chmod(0o755 if data.startswith(b"#!") else 0o644)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def runner(self, command: str | tuple[str, ...] | None = None, **more: Any) -> LocalRunner:
        runner = LocalRunner(
            self.repository, self.state, self.cache, RecentCalls(), command=command, **more
        )
        self.runners.append(runner)
        return runner

    def shell(self, script: str, **more: Any) -> LocalRunner:
        """A runner whose command, from the person's settings, is this shell script."""
        return self.runner(("sh", "-c", script), **more)


def make(root: Path) -> Bench:
    bench = Bench(root)
    subprocess.run(("git", "init", "-q", "-b", "main", str(bench.repository)), check=True)
    bench.git("config", "user.name", "Ana")
    bench.git("config", "user.email", "ana@example.org")
    bench.commit({"README": "churn\n"})
    return bench


async def until(true: Callable[[], object], what: str, seconds: float = 20.0) -> None:
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit, f"waited {seconds} s for {what}"
        await asyncio.sleep(0.02)


async def now(runner: LocalRunner, run: CiRun) -> CiRun:
    return next(one for one in await runner.runs(500) if one.id == run.id)


async def finished(runner: LocalRunner, run: CiRun, seconds: float = 30.0) -> CiRun:
    limit = time.monotonic() + seconds
    while not (found := await now(runner, run)).status.finished:
        assert time.monotonic() < limit, f"run #{run.number} did not finish: {found}"
        await asyncio.sleep(0.03)
    return found


async def text(runner: LocalRunner, run: CiRun) -> str:
    return (await runner.log(run, 0)).data.decode("utf-8", "replace")


async def says(runner: LocalRunner, run: CiRun, words: str) -> None:
    """Wait until the run's log has the words."""
    limit = time.monotonic() + 20
    while words not in await text(runner, run):
        assert time.monotonic() < limit, f"{words!r} never came: {await text(runner, run)}"
        await asyncio.sleep(0.02)


def left_of(run: CiRun) -> list[str]:
    """Every process that still carries the run's mark, as `pid command`."""
    mark = f"OPSTUI_CI_RUN={run.id}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(f"{entry.name} {(entry / 'cmdline').read_bytes()!r}")
            except OSError:
                continue
    return found
