"""The place of a measurement: a home, a repository, an engine, an MLflow server, and news."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import tarfile
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker
import docker.errors
import pytest
from tests.servers import dockerd, mlflow_server

from benchmarks import peers, seeds
from benchmarks.seeds import Sizes, git

NOWHERE = "unix:///nowhere/docker.sock"


@dataclass
class Place:
    """Where programs are started. Its news tell live data from what a program remembered."""

    home: Path
    repository: Path
    environ: dict[str, str]
    engine: dockerd.PrivateDockerd | None = None
    mlflow: str = ""
    missing: list[str] = field(default_factory=list)
    """What could not be had here, and why."""
    number: int = 0
    experiment: str = ""
    """Id of the experiment of the newest news."""

    def news(self) -> str:
        """Change one thing in every source, so that it stands first; its number.

        What is on the screen with this number was read after the program was started.
        """
        before, self.number = f"{self.number:04d}", self.number + 1
        name = f"{self.number:04d}"
        tree = git(self.repository, "rev-parse", "main^{tree}")
        commit = git(self.repository, "commit-tree", tree, "-p", "main", "-m", f"news {name}")
        git(self.repository, "update-ref", f"refs/heads/live/{name}", commit)
        git(self.repository, "update-ref", "-d", f"refs/heads/live/{before}")
        self._ci(commit, f"ci-{name}")
        if self.engine is not None:
            self._image(f"shot:{name}", f"shot:{before}")
        if self.mlflow:
            self._forget_mlflow(before)
            made = self.ask("experiments/create", name=f"exp-{name}")
            self.experiment = str(made["experiment_id"])
            self.ask("registered-models/create", name=f"0-model-{name}")
        return name

    def hush(self) -> None:
        """Take the news away again: all that is left is old, so that no age on a screen grows."""
        name = f"{self.number:04d}"
        if self.number:
            git(self.repository, "update-ref", "-d", f"refs/heads/live/{name}")
            if self.engine is not None:
                with self.engine.client() as client:
                    client.remove_image(f"shot:{name}")
            if self.mlflow:
                self._forget_mlflow(name)
            self.number += 1
        shutil.rmtree(self.home / ".local" / "state", ignore_errors=True)

    def _forget_mlflow(self, name: str) -> None:
        if self.experiment:
            self.ask("experiments/delete", experiment_id=self.experiment)
            self.ask("registered-models/delete", "DELETE", name=f"0-model-{name}")
            self.experiment = ""

    def complete(self, program: peers.Program, name: str) -> list[str]:
        """What the screen shows once all panes that have a source here are live."""
        absent = ["shot"] * (self.engine is None) + ["exp-", "0-model"] * (not self.mlflow)
        return [text.format(n=name) for text in program.complete
                if not text.startswith(tuple(absent))]

    def _ci(self, commit: str, branch: str) -> None:
        """A real run of the local runner, to its end."""
        from opstui.backends.calls import RecentCalls
        from opstui.backends.ci.local.runner import LocalRunner
        from opstui.places import places

        folders = places(self.environ)
        runner = LocalRunner(
            self.repository, folders.state, folders.cache, RecentCalls(), command="true",
            environ={**os.environ, **self.environ},
        )

        async def run() -> None:
            started = await runner.start(commit, branch)
            for _ in range(600):
                runs = {one.id: one for one in await runner.runs(5)}
                if started.id in runs and runs[started.id].status.finished:
                    return
                await asyncio.sleep(0.05)
            raise RuntimeError("the local CI run did not end")

        asyncio.run(run())

    def _image(self, name: str, before: str) -> None:
        assert self.engine is not None
        layer = io.BytesIO()
        with tarfile.open(fileobj=layer, mode="w") as archive:
            archive.addfile(tarfile.TarInfo(name.replace(":", "-")))
        with self.engine.client() as client:
            repository, _, tag = name.partition(":")
            client.import_image_from_data(layer.getvalue(), repository=repository, tag=tag)
            with contextlib.suppress(docker.errors.ImageNotFound):
                client.remove_image(before)

    def ask(self, path: str, method: str = "POST", **body: Any) -> Any:
        """Ask the MLflow server."""
        request = urllib.request.Request(
            f"{self.mlflow}/api/2.0/mlflow/{path}", json.dumps(body).encode(),
            {"Content-Type": "application/json"}, method=method,
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)


@contextlib.contextmanager
def place(keep: Path, sizes: Sizes) -> Iterator[Place]:
    """Seed what is not kept from an earlier run, start the servers, and end them again."""
    keep.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        home = Path(tempfile.mkdtemp(prefix="ob-", dir="/tmp"))
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        peers.settle(home)
        passed = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        made = Place(home, home / "churn", {
            **passed, "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1",
            "LANG": "C.UTF-8", "DOCKER_HOST": NOWHERE, "TMPDIR": str(home),
        })
        awaited = stack.enter_context(_mlflow(made, keep, sizes))
        kept = keep / f"repository-{sizes.branches}-{sizes.commits}"
        if not (kept / ".git" / "packed-refs").exists():
            seeds.repository(kept, sizes)
        shutil.copytree(kept, made.repository, symlinks=True)
        tree = git(made.repository, "rev-parse", "main^{tree}")
        when = {f"GIT_{who}_DATE": f"{seeds.START + 10_000_000} +0000"
                for who in ("AUTHOR", "COMMITTER")}
        tip = git(made.repository, "commit-tree", tree, "-p", "main", "-m", "newest on main",
                  environ=when)
        git(made.repository, "update-ref", "refs/heads/main", tip)
        stack.enter_context(_engine(made, sizes))
        awaited()
        yield made


@contextlib.contextmanager
def _engine(made: Place, sizes: Sizes) -> Iterator[None]:
    try:
        running = dockerd.private_dockerd()
        engine = running.__enter__()
    except (pytest.skip.Exception, pytest.fail.Exception) as reason:
        made.missing.append(f"images: {str(reason).splitlines()[0]}")
        yield
        return
    try:
        with engine.client() as client:
            dockerd.load_many(client, "churn-api", sizes.images)
        made.engine = engine
        made.environ["DOCKER_HOST"] = engine.url
        yield
    finally:
        running.__exit__(None, None, None)


@contextlib.contextmanager
def _mlflow(made: Place, keep: Path, sizes: Sizes) -> Iterator[Callable[[], None]]:
    """Starts the server; what it gives waits until it answers, for that takes long."""
    try:
        mlflow_server.require_mlflow()
    except (pytest.skip.Exception, pytest.fail.Exception) as reason:
        made.missing.append(f"experiments and models: {reason}")
        yield lambda: None
        return
    kept = keep / f"store-{sizes.runs}-{sizes.versions}-{seeds.STORE}.db"
    if not kept.exists():
        seeds.store(kept, sizes)
    folder = made.home / "mlflow"
    folder.mkdir()
    shutil.copy(kept, folder / "store.db")
    seeds.grow_old(folder / "store.db")
    process, url = mlflow_server.start_server(folder)

    def answers() -> None:
        mlflow_server.await_health(url, folder / "server.log")
        made.mlflow = made.environ["MLFLOW_TRACKING_URI"] = url

    try:
        yield answers
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
