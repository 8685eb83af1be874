"""A real Docker engine for the tests, private to them: own data, own sockets, no network.

`PrivateDockerd` can be started, killed, frozen and thawed; `running_dockerd` gives the address
of one for the length of a block; the fixture `dockerd` shares one in a test process.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

BUSYBOX = Path("/bin/busybox")
"""A static binary (Debian's package busybox-static): all an image needs."""


class PrivateDockerd:
    """One dockerd with everything it owns under `folder`, which must have a short path."""

    def __init__(self, folder: Path, *more: str) -> None:
        self.folder = folder
        self._more = more
        self.socket = folder / "s"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "none.json").write_text("{}")
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    _dockerd() or "dockerd", "--config-file", str(self.folder / "none.json"),
                    "--data-root", str(self.folder / "data"),
                    "--exec-root", str(self.folder / "x"), "--pidfile", str(self.folder / "pid"),
                    "-H", self.url, "--bridge=none", "--iptables=false", "--ip-forward=false",
                    "--storage-driver=vfs", "--shutdown-timeout=3", *self._more,
                ],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, "TMPDIR": str(self.folder)},
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            if self._answers():
                return
            time.sleep(0.05)
        pytest.fail(f"dockerd did not start:\n{self.log()[-3000:]}")

    def stop(self) -> None:
        """End it as the system would; its containers end too."""
        self._signal(signal.SIGTERM)
        self._wait(20)

    def kill(self) -> None:
        """End it as a crash would; its containers go on.

        The kernel ends containerd with it. Where nobody collects dead children, dockerd would
        take its pid file for a running containerd.
        """
        self._signal(signal.SIGKILL)
        self._wait(10)
        for name in ("pid", "x/containerd/containerd.pid"):
            (self.folder / name).unlink(missing_ok=True)

    def freeze(self) -> None:
        """It still accepts connections and never answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def remove(self) -> None:
        """Leave no process, no mount and no file."""
        self.thaw()
        self.stop()
        for pid in _started_from(self.folder):
            _end(pid)
        mounts = Path("/proc/self/mounts").read_text().splitlines()
        for mount in reversed([line.split()[1] for line in mounts]):
            if mount.startswith(f"{self.folder}/"):
                subprocess.run(["umount", "-l", mount], check=False, capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    @contextlib.contextmanager
    def client(self) -> Iterator[docker.APIClient]:
        """Docker's own client, for what the tests prepare and for what opstui claims."""
        client = docker.APIClient(self.url, version="auto", timeout=60)
        try:
            yield client
        finally:
            client.close()

    def image(self, name: str, *, labels: dict[str, str] | None = None, text: str = "") -> str:
        """Make an image that can run busybox; another `text` makes another image."""
        with self.client() as client:
            return import_image(client, name, labels=labels, text=text)

    def run(self, name: str, image: str, *command: str, tty: bool = False, **more: object) -> str:
        """Start a container without a network; returns its id."""
        with self.client() as client:
            made = client.create_container(
                image, ["/busybox", *command], name=name, tty=tty,
                host_config=client.create_host_config(network_mode="none"), **more,
            )
            client.start(made["Id"])
            return str(made["Id"])

    def _answers(self) -> bool:
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as probe:
            try:
                probe.connect(str(self.socket))
            except OSError:
                return False
        with self.client() as client:
            return bool(client.ping())

    def _signal(self, number: int) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def _wait(self, seconds: float) -> None:
        if self._process is None:
            return
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)


def import_image(
    client: docker.APIClient, name: str, *, labels: dict[str, str] | None = None, text: str = ""
) -> str:
    """Import `repository:tag` from a layer with busybox and one text file; returns its id."""
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as archive:
        archive.add(BUSYBOX.resolve(), "busybox")
        note = tarfile.TarInfo("note")
        note.size = len(text.encode())
        archive.addfile(note, io.BytesIO(text.encode()))
    changes = ['CMD ["/busybox", "true"]', "ENV PATH=/"]
    changes += [f"LABEL {key}={json.dumps(value)}" for key, value in (labels or {}).items()]
    repository, _, tag = name.rpartition(":")
    answer = client.import_image_from_data(
        layer.getvalue(), repository=repository, tag=tag, changes=changes
    )
    return str(json.loads(answer.splitlines()[-1])["status"])


def built(client: docker.APIClient, name: str, dockerfile: str, **files: str) -> None:
    """Build `repository:tag` with the classic builder; no container of a step is left."""
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as archive:
        for path, text in {"Dockerfile": dockerfile, **files}.items():
            member = tarfile.TarInfo(path)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    context.seek(0)
    told = client.build(fileobj=context, custom_context=True, tag=name, rm=True, decode=True)
    assert not [line for line in told if "error" in line], name


def load_many(client: docker.APIClient, repository: str, count: int) -> None:
    """Load images `repository:0` and up, each another one, in a single request."""
    empty = b"\0" * 1024
    layer = f"sha256:{hashlib.sha256(empty).hexdigest()}"
    manifest = []
    saved = io.BytesIO()
    with tarfile.open(fileobj=saved, mode="w") as archive:
        def add(name: str, data: bytes) -> None:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))

        add("layer.tar", empty)
        for number in range(count):
            config = {"architecture": "amd64", "os": "linux", "config": {"Env": [f"N={number}"]},
                      "rootfs": {"type": "layers", "diff_ids": [layer]}}
            add(f"{number}.json", json.dumps(config).encode())
            manifest.append({"Config": f"{number}.json", "Layers": ["layer.tar"],
                             "RepoTags": [f"{repository}:{number}"]})
        add("manifest.json", json.dumps(manifest).encode())
    for line in client.load_image(saved.getvalue()):
        assert "error" not in line, line


def require_dockerd() -> None:
    """Skip where no private engine can run, or fail where the run must be complete."""
    reason = ""
    if _dockerd() is None:
        reason = "dockerd is not installed"
    elif os.getuid() != 0:
        reason = "a private dockerd needs root"
    elif not BUSYBOX.exists():
        reason = "busybox-static is not installed"
    if reason and os.environ.get("OPSTUI_TEST_REQUIRE") == "1":
        pytest.fail(f"{reason} and OPSTUI_TEST_REQUIRE=1")
    if reason:
        pytest.skip(reason)


@contextlib.contextmanager
def private_dockerd(*more: str) -> Iterator[PrivateDockerd]:
    """A running engine in a folder of its own with a short path; nothing of it is left.

    more: further options of dockerd.
    """
    require_dockerd()
    engine = PrivateDockerd(Path(tempfile.mkdtemp(prefix="od-", dir="/tmp")), *more)
    try:
        engine.start()
        yield engine
    finally:
        engine.remove()


@contextlib.contextmanager
def running_dockerd(folder: Path) -> Iterator[Path]:
    """An engine in `folder`, for tests that only need DOCKER_HOST: the path of its socket.

    A socket's path may have 107 characters, containerd's are deeper: keep the folder short.
    """
    require_dockerd()
    engine = PrivateDockerd(folder)
    try:
        engine.start()
        yield engine.socket
    finally:
        engine.remove()


@pytest.fixture(scope="session")
def shared_dockerd() -> Iterator[PrivateDockerd]:
    """One engine for all tests of this process. Tests ask for `dockerd`."""
    with private_dockerd() as engine:
        yield engine


@pytest.fixture
def dockerd(shared_dockerd: PrivateDockerd) -> Iterator[PrivateDockerd]:
    """The engine that tests share; what still runs after a test is ended, for it costs others time.

    Give containers and images names of your own.
    """
    yield shared_dockerd
    with shared_dockerd.client() as client:
        for left in client.containers(filters={"status": ["running", "paused", "restarting"]}):
            client.remove_container(left["Id"], force=True)


def _dockerd() -> str | None:
    return shutil.which("dockerd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def _started_from(folder: Path) -> Iterator[int]:
    """What a killed daemon left: shims and containerd by their arguments, containers by cgroup."""
    marks = [f"{folder}/"] + [one.name for one in folder.glob("data/containers/*")]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                about = (entry / "cmdline").read_text(errors="replace")
                about += (entry / "cgroup").read_text()
                if any(mark in about for mark in marks):
                    yield int(entry.name)


def _end(pid: int) -> None:
    """Kill it and wait until nothing but its entry for the parent is left."""
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)
        while (Path("/proc") / str(pid) / "cmdline").read_bytes():
            time.sleep(0.02)
