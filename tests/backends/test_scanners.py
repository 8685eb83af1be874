"""Scanners as programs: run by id, read, kept, ended; the real syft on a real engine."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.docker.engine import DockerEngine
from opstui.backends.docker.image_files import variables
from opstui.backends.scanners import LocalScanners
from opstui.domain.errors import OpstuiError
from opstui.domain.image import Image
from tests.backends.docker.image_bench import build
from tests.domain.test_scan import GRYPE, TRIVY
from tests.servers.dockerd import PrivateDockerd
from tests.servers.programs import program

IMAGE = Image("sha256:" + "ab" * 32, ("churn:1",), (), 1, None)


class Bench:
    """Programs of our own on a PATH of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.calls = folder, RecentCalls()
        self.bin = folder / "bin"
        self.bin.mkdir()

    def program(self, name: str, script: str) -> None:
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def writes(self, name: str, report: Any) -> None:
        report_file = self.folder / f"{name}.json"
        report_file.write_text(json.dumps(report))
        self.program(name, f'echo "$DOCKER_HOST $*" >> {self.folder}/asked\n'
                     f'[ "$1" = --version ] && echo "Version: 0.59.1" && exit\n'
                     f"cat {report_file}")

    def scanners(self) -> LocalScanners:
        async def engine() -> dict[str, str]:
            return {"DOCKER_HOST": "unix:///run/x.sock"}

        return LocalScanners(self.folder / "cache" / "scans.json", self.calls,
                             {"PATH": f"{self.bin}:/usr/bin:/bin"}, engine)

    @property
    def asked(self) -> list[str]:
        return (self.folder / "asked").read_text().splitlines()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def test_only_what_is_installed_is_offered(bench: Bench) -> None:
    assert bench.scanners().tools() == ()
    with pytest.raises(OpstuiError, match="grype is not installed"):
        await bench.scanners().scan(IMAGE, "grype")
    bench.writes("syft", {})
    bench.writes("trivy", TRIVY)
    assert bench.scanners().tools() == ("trivy", "syft")


async def test_trivy_is_asked_for_the_very_image_at_the_engine(bench: Bench) -> None:
    bench.writes("trivy", TRIVY)
    scan = await bench.scanners().scan(IMAGE, "trivy")
    assert (scan.count("critical"), scan.packages, scan.version) == (1, 3, "0.59.1")
    assert bench.asked[0].startswith("unix:///run/x.sock image ")
    assert bench.asked[0].endswith(IMAGE.id)
    assert [one.backend for one in bench.calls.calls()] == ["scan", "scan"]
    assert IMAGE.id in bench.calls.calls()[0].command


async def test_what_was_said_is_known_at_the_next_start(bench: Bench) -> None:
    bench.writes("grype", GRYPE)
    first = bench.scanners()
    assert dict(await first.scans()) == {}
    scan = await first.scan(IMAGE, "grype")
    assert dict(await first.scans()) == {IMAGE.id: scan}
    assert dict(await bench.scanners().scans()) == {IMAGE.id: scan}
    (bench.folder / "cache" / "scans.json").write_text("{damaged")
    assert dict(await bench.scanners().scans()) == {}


@pytest.mark.parametrize(("script", "says"), [
    ("echo '2026 FATAL run error: no such image' >&2; exit 1", "no such image"),
    ("exit 3", "grype failed: exit 3"),
    ("echo nonsense", "report can't be read"),
    ("echo '{}'", "something else than its report"),
    ("echo 'error: token=abcdef123 refused' >&2; exit 1", r"token=\*\*\*"),
])
async def test_why_it_failed_is_said(bench: Bench, script: str, says: str) -> None:
    bench.program("grype", script)
    with pytest.raises(OpstuiError, match=says):
        await bench.scanners().scan(IMAGE, "grype")
    assert dict(await bench.scanners().scans()) == {}


async def test_giving_up_ends_all_that_was_started(bench: Bench) -> None:
    pids = bench.folder / "pids"
    bench.program("grype", f"sleep 600 & echo $$ $! > {pids}.new; mv {pids}.new {pids}; wait")
    task = asyncio.create_task(bench.scanners().scan(IMAGE, "grype"))
    while not pids.exists():
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    for pid in pids.read_text().split():
        while _runs(int(pid)):
            await asyncio.sleep(0.01)


def _runs(pid: int) -> bool:
    try:
        state = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
async def test_the_real_syft_counts_packages(dockerd: PrivateDockerd, tmp_path: Path) -> None:
    syft = program("syft")
    with dockerd.client() as client:
        image = Image(build(client, "scanned:1"), ("scanned:1",), (), 1, None)
    engine = DockerEngine(RecentCalls(), host=dockerd.url)
    scanners = LocalScanners(
        tmp_path / "scans.json", RecentCalls(),
        {"PATH": f"{syft.parent}:/usr/bin:/bin", "HOME": str(tmp_path),
         "TMPDIR": os.environ.get("TMPDIR", "/tmp"), "SYFT_CHECK_FOR_APP_UPDATE": "false"},
        lambda: variables(engine.connection),
    )
    try:
        scan = await scanners.scan(image, "syft")
    finally:
        await engine.close()
    assert scan.packages is not None and scan.packages >= 1
    assert (scan.tool, scan.counts) == ("syft", None)
    assert scan.version.count(".") == 2
