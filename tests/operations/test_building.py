"""Building images at commits of a real repository on a real engine."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.docker.engine import DockerEngine
from opstui.backends.git.repository import GitRepository
from opstui.backends.image_builds import ImageBuilds
from opstui.backends.journal import FileJournal
from opstui.domain.build import BuildOrder, hosts_of, is_recipe
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from opstui.operations.building import build, builds_of
from opstui.operations.engine_jobs import Job
from opstui.operations.world import World
from tests.fakes.registry import NOW
from tests.fakes.world import fake_world
from tests.servers.dockerd import PrivateDockerd
from tests.servers.registry import PASSWORD, USER, basic, private_registry_with_password

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]


class Repository:
    """A git repository to build from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.email", "ana@example.org")
        self.git("config", "user.name", "Ana")

    def git(self, *words: str) -> str:
        return subprocess.run(
            ("git", *words), cwd=self.folder, check=True, capture_output=True, text=True
        ).stdout.strip()

    def commit(self, **files: str) -> str:
        for name, text in files.items():
            path = self.folder / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "files")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "churn")


@pytest.fixture
async def world(
    dockerd: PrivateDockerd, repository: Repository, tmp_path: Path
) -> AsyncIterator[World]:
    dockerd.image("build-base:1", text="base of builds")
    calls = RecentCalls()
    engine = DockerEngine(calls, host=dockerd.url)
    builds = ImageBuilds(
        engine.connection, repository.folder, tmp_path / "state", calls,
        {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
    )
    yield replace(
        fake_world(tmp_path), engine=cast(Any, engine), builds=builds, calls=calls,
        git=GitRepository(repository.folder, calls),
        journal=FileJournal(tmp_path / "journal.jsonl"),
    )
    await engine.close()


def order(commit: str, name: str, path: str = "Dockerfile") -> BuildOrder:
    return BuildOrder(commit, path, name, NOW, "https://git.example/churn.git")


async def trusted(world: World, commit: str, path: str = "Dockerfile") -> None:
    await builds_of(world).trust(await builds_of(world).look(commit, path))


def begin(world: World, name: str) -> Job:
    return world.jobs.begin("build", name, "", world.clock(), lambda: None)


async def test_an_image_is_built_from_the_commit_and_leads_back_to_it(
    world: World, repository: Repository, dockerd: PrivateDockerd
) -> None:
    commit = repository.commit(
        Dockerfile='FROM build-base:1\nCOPY model.txt /\nRUN ["/busybox", "cat", "/model.txt"]\n',
        model_dot_txt="of the commit\n",
    )
    repository.commit(model_dot_txt="changed since\n")
    await trusted(world, commit)
    job = begin(world, "built/churn:1")
    told = await build(world, job, order(commit, "built/churn:1"))
    image = next(one for one in await world.engine.images() if "built/churn:1" in one.tags)
    assert told == f"built/churn:1 built at {commit[:7]}: {image.short_id}"
    assert image.revision == commit
    assert dict(image.labels) == {
        "org.opencontainers.image.revision": commit,
        "org.opencontainers.image.source": "https://git.example/churn.git",
        "org.opencontainers.image.version": "1",
        "org.opencontainers.image.created": "2026-05-01T12:00:00Z",
    }
    printed = b"".join(job.output).decode()
    assert "Step 1/" in printed
    assert "of the commit" in printed
    assert "changed since" not in printed
    entries = await world.journal.entries()
    assert (entries[0].what, entries[0].object, entries[0].result) == (
        "image.build", "built/churn:1", f"done: {told}"
    )


async def test_a_dockerfile_runs_only_once_it_was_trusted_and_again_once_it_changed(
    world: World, repository: Repository
) -> None:
    commit = repository.commit(Dockerfile="FROM build-base:1\nLABEL a=1\n")
    with pytest.raises(OpstuiError, match="was not trusted yet"):
        await build(world, begin(world, "no:1"), order(commit, "no:1"))
    await trusted(world, commit)
    same = repository.commit(other="file")
    assert (await builds_of(world).look(same, "Dockerfile")).trusted
    changed = repository.commit(Dockerfile="FROM build-base:1\nLABEL a=2\n")
    recipe = await builds_of(world).look(changed, "Dockerfile")
    assert not recipe.trusted
    assert recipe.text == "FROM build-base:1\nLABEL a=2\n"


async def test_what_dockerignore_names_is_not_sent(world: World, repository: Repository) -> None:
    commit = repository.commit(
        Dockerfile='FROM build-base:1\nCOPY . /context\n'
                   'RUN ["/busybox", "find", "/context", "-type", "f"]\n',
        _dot_dockerignore="secret\ndata/*\n!data/kept\n# a comment\n",
        secret="s", data__big="b", data__kept="k", plain="p",
    )
    await trusted(world, commit)
    job = begin(world, "ignored:1")
    await build(world, job, order(commit, "ignored:1"))
    printed = b"".join(job.output).decode().splitlines()
    found = {line.strip() for line in printed if line.strip().startswith("/context/")}
    assert found == {"/context/Dockerfile", "/context/.dockerignore", "/context/data/kept",
                     "/context/plain"}


async def test_a_build_that_fails_says_what_the_engine_says(
    world: World, repository: Repository
) -> None:
    commit = repository.commit(Dockerfile='FROM build-base:1\nRUN ["/busybox", "false"]\n')
    await trusted(world, commit)
    job = begin(world, "fails:1")
    with pytest.raises(OpstuiError, match=r"the build failed: .*non-zero code: 1"):
        await build(world, job, order(commit, "fails:1"))
    assert job.facts.status is Status.FAILED
    assert not [one for one in await world.engine.images() if "fails:1" in one.tags]


async def test_a_build_that_is_stopped_leaves_no_image_and_no_container(
    world: World, repository: Repository, dockerd: PrivateDockerd
) -> None:
    commit = repository.commit(
        Dockerfile='FROM build-base:1\nRUN ["/busybox", "sh", "-c", "echo begun; sleep 300"]\n'
    )
    await trusted(world, commit)
    job = begin(world, "stopped:1")
    work = asyncio.create_task(build(world, job, order(commit, "stopped:1")))
    async with asyncio.timeout(30):
        while b"begun" not in b"".join(job.output):
            assert not work.done(), work
            await asyncio.sleep(0.01)
        job.stop()
        told = await work
    assert told.startswith("stopped: stopped:1 was not made; ")
    assert job.facts.status is Status.CANCELLED
    with dockerd.client() as client:
        async with asyncio.timeout(20):
            while [one for one in client.containers(all=True) if "sleep 300" in one["Command"]]:
                await asyncio.sleep(0.05)


async def test_every_dockerfile_of_a_commit_is_offered(
    world: World, repository: Repository
) -> None:
    commit = repository.commit(
        Dockerfile="FROM a\n", Dockerfile_dot_gpu="FROM b\n", serving__Dockerfile="FROM c\n",
        train_dot_Dockerfile="FROM d\n", Dockerfile_dot_dockerignore="x\n", notes="Dockerfile\n",
    )
    assert await builds_of(world).recipes(commit) == (
        "Dockerfile", "Dockerfile.gpu", "train.Dockerfile", "serving/Dockerfile",
    )


async def test_a_base_image_in_a_closed_registry_is_got_with_the_login_for_it(
    world: World, repository: Repository, dockerd: PrivateDockerd, tmp_path: Path
) -> None:
    with private_registry_with_password() as closed:
        base = f"{closed.host}/bases/python:1"
        dockerd.image(base, text="a base behind a password")
        with dockerd.client() as client:
            told = client.push(base, stream=True, decode=True,
                               auth_config={"username": USER, "password": PASSWORD})
            assert not [line for line in told if "error" in line]
            client.remove_image(base, force=True)
        commit = repository.commit(Dockerfile=f"FROM {base}\nLABEL a=b\n")
        await trusted(world, commit)
        with pytest.raises(OpstuiError, match="no basic auth credentials"):
            await build(world, begin(world, "closed:1"), order(commit, "closed:1"))
        (tmp_path / ".docker").mkdir()
        (tmp_path / ".docker" / "config.json").write_text(
            json.dumps({"auths": {closed.host: {"auth": basic()}}})
        )
        told = await build(world, begin(world, "closed:1"), order(commit, "closed:1"))
        assert told.startswith("closed:1 built at ")


def test_the_registries_of_a_dockerfile_are_told_by_its_lines() -> None:
    assert hosts_of("""
FROM --platform=linux/amd64 registry.example/python:3 AS base
from ubuntu as other
FROM base
FROM $IMAGE
FROM scratch
# FROM commented.example/x
COPY --chown=1 --from=tools.example:5000/uv /uv /bin/
COPY --from=base /a /b
COPY --from=0 /a /b
COPY local /there
""") == {"registry.example", "docker.io", "tools.example:5000"}


def test_a_dockerfile_is_told_by_its_name() -> None:
    assert [name for name in ("Containerfile", "a/Containerfile.x", "mydockerfile", "Dockerfiles",
                              "Dockerfile.dockerignore") if is_recipe(name)] == [
        "Containerfile", "a/Containerfile.x"]


async def test_what_a_build_prints_can_be_followed_by_several(world: World) -> None:
    job = begin(world, "followed:1")

    async def read() -> bytes:
        return b"".join([piece async for piece in job.pieces()])

    readers = [asyncio.create_task(read()) for _ in range(2)]
    for piece in (b"one\n", b"two\n"):
        job.printed(piece)
        await asyncio.sleep(0)
    late = asyncio.create_task(read())
    await asyncio.sleep(0)
    job.end(Status.PASSED, "done", NOW)
    assert await asyncio.gather(*readers, late) == [b"one\ntwo\n"] * 3
