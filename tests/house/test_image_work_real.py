"""One person, a real engine, a real registry, a real repository: build, push, look, tag, pull."""

from __future__ import annotations

import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from opstui.app import OpstuiApp
from opstui.places import places
from opstui.settings import Settings
from opstui.wiring import open_front
from tests.servers.dockerd import PrivateDockerd, private_dockerd
from tests.servers.registry import PrivateRegistry
from tests.ui.driver import Driver, driving

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]


def git(folder: Path, *words: str) -> str:
    return subprocess.run(
        ("git", *words), cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


def repository(folder: Path) -> str:
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    git(folder, "config", "user.email", "ana@example.org")
    git(folder, "config", "user.name", "Ana")
    (folder / "Dockerfile").write_text("FROM base:1\nCOPY model.txt /\n")
    (folder / "model.txt").write_text("weights")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "Serve the model")
    return git(folder, "rev-parse", "HEAD")


@asynccontextmanager
async def at_work(folder: Path, home: Path, engine: PrivateDockerd) -> AsyncIterator[Driver]:
    """A person at opstui on all of it."""
    environ = {"HOME": str(home), "PATH": os.environ["PATH"]}
    front = open_front(
        folder, places(environ), environ, Settings(docker_host=engine.url, settle=0.0)
    )
    try:
        async with driving(OpstuiApp(front), 160, 45) as person:
            yield person
    finally:
        await front.close()


async def replaced(person: Driver, text: str) -> None:
    """Type over what an input holds."""
    await person.press("ctrl+a", "ctrl+k")
    await person.type(text)
    await person.press("enter")


async def test_an_image_goes_from_a_commit_to_a_registry_and_back(
    registry: PrivateRegistry, tmp_path: Path
) -> None:
    folder, home = tmp_path / "churn", tmp_path / "home"
    home.mkdir()
    commit = repository(folder)
    name = f"{registry.host}/team/churn"
    with private_dockerd() as engine:
        engine.image("base:1", text="base")
        engine.image("old:1", text="old")
        async with at_work(folder, home, engine) as person:
            await person.sees("Serve the model")
            await person.sees("base:1")
            await person.press("1", "B")
            await person.sees("name of the image")
            await replaced(person, f"{name}:1")
            await person.sees("You did not say yes to this Dockerfile before")
            await person.sees("COPY model.txt /")
            await person.press("y")
            await person.sees(f"{name}:1 built at {commit[:7]}")
            await person.press("escape", "3", "g")
            await person.sees(commit[:7])
            await person.press("P")
            await person.sees("another name")
            await person.press("enter")
            await person.sees("now there is no such tag.")
            await person.press("y")
            await person.sees(f"{name}:1 pushed: sha256:")
            digest = registry.digest("team/churn", "1")
            assert digest
            await person.press("escape", "T")
            await person.sees("same")
            await person.sees(digest[7:19])
            await person.sees(commit[:7])
            await person.press("t")
            await person.sees("tag in the registry")
            await person.type("prod")
            await person.press("enter")
            await person.sees(f"prod of {name} names {digest[:19]}")
            await person.press("y")
            await person.sees(f"{name}:prod names {digest[:19]}")
            await person.sees("prod")
            assert registry.digest("team/churn", "prod") == digest
            await person.press("j", "p")
            await person.sees(f"The engine gets {name}:prod")
            await person.press("y")
            await person.sees(f"{name}:prod pulled: ")
            await person.press("escape", "escape", "x")
            await person.sees("head of main")
            await person.sees("old:1")
            await person.press("enter")
            await person.sees("They are removed by id")
            await person.press("y")
            await person.sees("1 image removed")
        with engine.client() as client:
            left = {tag for one in client.images() for tag in one["RepoTags"] or ()}
        assert left == {"base:1", f"{name}:1", f"{name}:prod"}
