"""The benchmark's short form runs and prints its table; how fast anything is, is not asked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.e2e
@pytest.mark.mlflow
@pytest.mark.docker
@pytest.mark.long
def test_the_short_benchmark_prints_every_figure_of_its_table(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--short", "--keep", str(tmp_path)], cwd=ROOT,
        capture_output=True, text=True, timeout=600, check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    table = [line.split(" | ") for line in done.stdout.splitlines() if line.startswith("| ")]
    assert table[0][3:] == ["opstui", "stock |"]
    measured = {row[0].removeprefix("| "): row[3] for row in table[2:]}
    for figure in (
        "first paint", "live branch list", "all panes live", "key to screen, p95",
        "bytes per key", "CPU per key", "bytes until ready", "idle: bytes",
        "idle: wake-ups a second", "peak RSS", "exit by key", "exit by SIGTERM",
        "exit by SIGHUP", "5,000 rows: ready", "refresh, no row differs: bytes",
        "256 kbit/s, 50 ms: ready", "256 kbit/s, 50 ms: lag after a key held 2 s",
        "terminal restored on each way out",
    ):
        assert measured.get(figure), f"{figure} was not measured\n{done.stdout}"
