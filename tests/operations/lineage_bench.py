"""A thread made for real: commit, CI run, image, training run, model version, container."""

from __future__ import annotations

import asyncio
import os
import subprocess
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from opstui.domain.ci import CiRun
from opstui.domain.image import REVISION_LABEL
from opstui.domain.lineage import Chain, Flaw, Link, Ref
from opstui.operations.lineage import trace
from opstui.operations.world import World
from opstui.places import places
from opstui.settings import Settings
from opstui.wiring import Front, open_front
from tests.servers.dockerd import PrivateDockerd
from tests.servers.mlflow_server import Judge, MlflowServer

TRAIN = """
found = client.get_experiment_by_name(model)
experiment = found.experiment_id if found else client.create_experiment(model)
run = client.create_run(experiment, tags=tags, run_name="nimble-fox")
client.log_metric(run.info.run_id, "auc", 0.914)
client.set_terminated(run.info.run_id)
if not found:
    client.create_registered_model(model)
made = client.create_model_version(model, run.info.artifact_uri, run.info.run_id)
answer = [run.info.run_id, str(made.version)]
"""
CI = "#!/bin/sh\necho fine\n"


@dataclass
class Thread:
    """What was really made, by the names of the chain's steps."""

    folder: Path
    engine: PrivateDockerd
    mlflow: MlflowServer
    judge: Judge
    name: str = field(default_factory=lambda: f"thread-{uuid.uuid4().hex[:8]}")
    refs: dict[str, Ref] = field(default_factory=dict)

    def git(self, *words: str) -> str:
        """What git says."""
        return subprocess.run(
            ["git", "-c", "user.name=ana", "-c", "user.email=ana@example.org", *words],
            cwd=self.folder, check=True, capture_output=True, text=True,
        ).stdout.strip()

    def commit(self, subject: str) -> str:
        """Commit something; returns its id."""
        if not (self.folder / ".git").exists():
            self.git("init", "--quiet", "--initial-branch=main")
        (self.folder / ".ci").mkdir(exist_ok=True)
        run = self.folder / ".ci" / "run"
        run.write_text(CI)
        run.chmod(0o755)
        (self.folder / "subject").write_text(subject)
        self.git("add", "-A")
        self.git("commit", "--quiet", "--message", subject)
        sha = self.git("rev-parse", "HEAD")
        self.refs["commits"] = Ref("commits", sha)
        return sha

    def image(self, tag: str = "1", **labels: str) -> str:
        """Build an image; returns its id."""
        key = self.engine.image(f"{self.name}:{tag}", labels=labels, text=uuid.uuid4().hex)
        self.refs["images"] = Ref("images", key)
        return key

    async def train(self, **tags: str) -> tuple[str, str]:
        """Train and register: the run's id and the version."""
        run, version = await asyncio.to_thread(
            lambda: self.judge(TRAIN, model=self.name, tags=tags)
        )
        self.refs["runs"] = Ref("runs", run)
        self.refs["versions"] = Ref("versions", f"{self.name}/{version}")
        return run, version

    def serve(self, uri: str = "", image: str = "1") -> str:
        """Start a container that serves a model, or says nothing; returns its id."""
        name = f"{self.name}-{uuid.uuid4().hex[:4]}"
        environment = {"MODEL_URI": uri, "PASSWORD": "hunter2"} if uri else {}
        key = self.engine.run(name, f"{self.name}:{image}", "sleep", "600", environment=environment)
        self.refs["containers"] = Ref("containers", key)
        return key

    @asynccontextmanager
    async def open(self, *, docker: str = "", mlflow: str = "") -> AsyncIterator[Front]:
        """opstui's own wiring on all of it; or on other addresses, where nobody answers."""
        environ = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            **{f"XDG_{kind}_HOME": str(self.folder.parent / kind.lower())
               for kind in ("CONFIG", "DATA", "STATE", "CACHE")},
            "GIT_CONFIG_GLOBAL": "/dev/null",
        }
        front = open_front(self.folder, places(environ), environ, Settings(
            docker_host=docker or self.engine.url, mlflow_uri=mlflow or self.mlflow.url,
        ))
        try:
            yield front
        finally:
            await front.close()

    async def ci(self, world: World, sha: str) -> CiRun:
        """Run CI on a commit with the real local runner, to its end."""
        command = await world.trust.command(sha)
        assert command is not None
        await world.trust.trust(command)
        run = await world.ci[0].start(sha, "main")
        while not run.status.finished:
            await asyncio.sleep(0.05)
            run = next(one for one in await world.ci[0].runs(20) if one.id == run.id)
        self.refs["ci"] = Ref("ci", run.key)
        return run

    async def whole(self, world: World) -> None:
        """Everything from a commit to what serves it."""
        sha = self.commit("Weight recent months more")
        run = await self.ci(world, sha)
        key = self.image(**{REVISION_LABEL: sha})
        _, version = await self.train(**{
            "mlflow.source.git.commit": sha, "opstui.ci_run": run.key,
            "mlflow.docker.image.id": key,
        })
        self.serve(f"models:/{self.name}/{version}")

    async def chain(self, world: World, step: str) -> Chain:
        """The chain from one of its ends."""
        return await trace(world, self.refs[step], seconds=60)


def flaws(chain: Chain, step: str) -> list[Flaw]:
    """What is wrong at a step."""
    return [flaw for link in chain.at(step) for flaw in link.flaws]


def only(links: tuple[Link, ...]) -> Link:
    (one,) = links
    return one
