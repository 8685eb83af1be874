"""An engine behind ssh, by a stand-in for ssh that joins the private engine on this machine."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.docker.engine import DockerEngine
from opstui.backends.docker.inner import DockerContainers
from opstui.backends.docker.ssh import SshError, command, dial
from opstui.domain.errors import OpstuiError
from tests.backends.docker.conftest import until
from tests.servers.dockerd import PrivateDockerd


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put an `ssh` before all others on PATH."""
    folder.mkdir()
    ssh = folder / "ssh"
    ssh.write_text(f"#!/bin/sh\n{script}\n")
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/local/bin:/usr/bin:/bin")


def test_ssh_is_asked_as_the_docker_command_line_asks_it() -> None:
    words = command("ssh://ana@build2:2222", 10)
    assert words == [
        "ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-T", "-l", "ana", "-p", "2222",
        "--", "build2", "docker", "system", "dial-stdio",
    ]
    assert command("ssh://build2/run/user/1000/docker.sock", 10)[-5:] == [
        "docker", "--host", "unix:///run/user/1000/docker.sock", "system", "dial-stdio"]


async def test_what_ssh_says_is_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path / "bin", monkeypatch,
             "echo 'ana@build2: Permission denied (publickey).' >&2; exit 255")
    with pytest.raises(OpstuiError) as caught:
        await DockerEngine(RecentCalls(), host="ssh://ana@build2", seconds=5).images()
    said = str(caught.value)
    assert "ssh did not reach it: ana@build2: Permission denied (publickey)." in said
    assert "without asking anything" in said


def test_without_ssh_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SshError, match="ssh is not installed"):
        dial("ssh://build2", 1)


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
class TestOnARealEngine:
    @pytest.fixture
    async def far(
        self, dockerd: PrivateDockerd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> AsyncIterator[DockerEngine]:
        docker = shutil.which("docker")
        if docker is None:
            pytest.skip("the docker command line is not installed")
        stand_in(tmp_path / "bin", monkeypatch,
                 f'echo $$ >> "{tmp_path}/pids"\nexec {docker} -H {dockerd.url} '
                 "system dial-stdio")
        engine = DockerEngine(RecentCalls(), host="ssh://ana@build2")
        yield engine
        await engine.close()
        pids = (tmp_path / "pids").read_text().split()
        await until(lambda: not [pid for pid in pids if (Path("/proc") / pid).exists()], 5)

    async def test_lists_events_and_streams_come_through(
        self, dockerd: PrivateDockerd, far: DockerEngine
    ) -> None:
        dockerd.image("far:1", text="far")
        assert await far.where() == "ssh://ana@build2, settings"
        heard = 0

        async def listen() -> None:
            nonlocal heard
            async for _ in far.changes():
                heard += 1

        listening = asyncio.create_task(listen())
        await until(lambda: heard)
        before = heard
        dockerd.run("far-away", "far:1", "sh", "-c", "while true; do /busybox sleep 0.1; done")
        await until(lambda: heard > before)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        container = next(one for one in await far.containers() if one.name == "far-away")
        uses = DockerContainers(far.connection).uses(container)
        assert (await anext(uses)).memory > 0
        await uses.aclose()
        with dockerd.client() as client:
            client.kill("far-away")
