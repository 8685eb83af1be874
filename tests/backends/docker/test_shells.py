"""A shell in a container: found by trying, joined to a terminal by a program."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time
from pathlib import Path

import pytest

from opstui.backends.docker.addresses import Address, Certificates
from opstui.backends.docker.engine import DockerEngine
from opstui.backends.docker.inner import DockerContainers
from opstui.backends.docker.shells import program
from opstui.domain.errors import OpstuiError
from opstui.domain.image import Container
from opstui.domain.status import Status
from tests.servers.dockerd import PrivateDockerd

LOOP = "while true; do /busybox sleep 0.1; done"
WEB = Container("c0ffee", "web", "churn:1", "sha256:1", "running", Status.UP)


def test_the_command_line_is_led_to_the_same_engine(tmp_path: Path) -> None:
    docker = tmp_path / "docker"
    docker.touch(mode=0o755)
    tls = Certificates(Path("/ca"), Path("/cert"), Path("/key"), verify=True)

    def words(address: Address) -> str:
        return " ".join(program(address, WEB, ("bash",), str(tmp_path)))

    assert words(Address("unix:///a.sock", "default")) == \
        "docker --host unix:///a.sock exec -it c0ffee bash"
    assert words(Address("ssh://build2", "context build2")) == \
        "docker --context build2 exec -it c0ffee bash"
    assert "--tlsverify --tlscacert /ca --tlscert /cert --tlskey /key" in words(
        Address("tcp://b:2376", "DOCKER_HOST", tls))


def test_without_any_command_line_opstuis_own_program_is_used(tmp_path: Path) -> None:
    words = program(Address("unix:///a.sock", "default"), WEB, ("busybox", "sh"), str(tmp_path))
    assert words == (sys.executable, "-m", "opstui.backends.docker.attach", "unix:///a.sock",
                     "", "", "", "c0ffee", "busybox", "sh")
    (tmp_path / "podman").touch(mode=0o755)
    words = program(Address("unix:///p.sock", "podman"), WEB, ("sh",), str(tmp_path))
    assert words == ("podman", "--url", "unix:///p.sock", "exec", "-it", "c0ffee", "sh")


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, words: tuple[str, ...], rows: int, columns: int) -> None:
        self.said = b""
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            os.execv(words[0], words)
        self.resize(rows, columns)

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def sees(self, text: str) -> None:
        ends = time.monotonic() + 20
        while text.encode() not in self.said:
            ready, _, _ = select.select([self._master], [], [], 0.1)
            if ready:
                try:
                    self.said += os.read(self._master, 65536)
                except OSError:  # it ended
                    break
            assert time.monotonic() < ends, self.said
        assert text.encode() in self.said, self.said

    def ends(self) -> int:
        _, status = os.waitpid(self.pid, 0)
        os.close(self._master)
        return os.waitstatus_to_exitcode(status)


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
class TestOnARealEngine:
    async def find(self, engine: DockerEngine, name: str) -> Container:
        return next(one for one in await engine.containers() if one.name == name)

    async def test_the_first_shell_that_runs_is_taken(
        self, dockerd: PrivateDockerd, engine: DockerEngine
    ) -> None:
        dockerd.image("shell:1", text="shell")
        dockerd.run("sh-busy", "shell:1", "sh", "-c", LOOP)
        dockerd.run("sh-none", "shell:1", "sh", "-c", LOOP, environment=["PATH=/none"])
        dockerd.run("sh-over", "shell:1", "true")
        inner = DockerContainers(engine.connection)
        assert await inner.shell(await self.find(engine, "sh-busy")) == ("busybox", "sh")
        with pytest.raises(OpstuiError, match="there is no shell in sh-none"):
            await inner.shell(await self.find(engine, "sh-none"))
        over = await self.find(engine, "sh-over")
        with dockerd.client() as client:
            client.wait("sh-over")
        with pytest.raises(OpstuiError, match="is not running"):
            await inner.shell(over)
        with dockerd.client() as client:
            for name in ("sh-busy", "sh-none"):
                client.remove_container(name, force=True)

    async def test_keys_sizes_and_the_exit_code_go_through_opstuis_own_program(
        self, dockerd: PrivateDockerd, engine: DockerEngine
    ) -> None:
        dockerd.image("shell:1", text="shell")
        dockerd.run("sh-own", "shell:1", "sh", "-c", LOOP)
        container = await self.find(engine, "sh-own")
        address = await engine.connection.address()
        terminal = Terminal(program(address, container, ("busybox", "sh"), ""), 31, 97)
        terminal.sees("#")
        terminal.resize(33, 99)  # told while it runs
        terminal.type("until [ \"$(busybox stty size)\" = '33 99' ]; do :; done; echo si''zed\n")
        terminal.sees("sized")
        terminal.type("echo größe; exit 7\n")
        terminal.sees("größe")
        assert terminal.ends() == 7
        with dockerd.client() as client:
            client.remove_container("sh-own", force=True)

    async def test_a_container_that_ended_is_told_and_the_terminal_is_left_alone(
        self, dockerd: PrivateDockerd, engine: DockerEngine
    ) -> None:
        dockerd.image("shell:1", text="shell")
        dockerd.run("sh-gone", "shell:1", "true")
        container = await self.find(engine, "sh-gone")
        with dockerd.client() as client:
            client.wait("sh-gone")
        address = await engine.connection.address()
        terminal = Terminal(program(address, container, ("sh",), ""), 24, 80)
        terminal.sees("is not running")
        assert terminal.ends() == 125
