"""What a process and everything it started cost, read from /proc (man 5 proc)."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Usage:
    """Of a whole process tree, since it began."""

    cpu: float
    """Seconds, with children that have ended."""
    wakes: int
    """Voluntary context switches of all threads: each is one wake-up."""
    peak: float
    """Largest resident sets of the living processes, summed; MB."""


def tree(root: int) -> dict[int, list[str]]:
    """The fields of /proc/PID/stat from the state on, for a process, its session, its children."""
    found: dict[int, list[str]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                stat = (entry / "stat").read_text(errors="replace")
                found[int(entry.name)] = stat[stat.rindex(")") + 2:].split()
    inside = {root}
    while True:
        more = {
            pid for pid, fields in found.items()
            if pid not in inside and (int(fields[1]) in inside or int(fields[3]) == root)
        }
        if not more:
            return {pid: found[pid] for pid in inside if pid in found}
        inside |= more


def usage(root: int) -> Usage:
    """The tree's costs until now."""
    cpu, wakes, peak = 0.0, 0, 0
    for pid, fields in tree(root).items():
        cpu += sum(int(field) for field in fields[11:15]) / TICK
        peak += _number(PROC / str(pid) / "status", "VmHWM")
        with suppress(OSError):
            for task in (PROC / str(pid) / "task").iterdir():
                wakes += _number(task / "status", "voluntary_ctxt_switches")
    return Usage(cpu, wakes, peak / 1024)


def resident(pid: int) -> float:
    """What one process has in memory now; MB."""
    return _number(PROC / str(pid) / "status", "VmRSS") / 1024


def busy() -> float:
    """CPU seconds that all cores spent not idle since the machine began."""
    fields = [int(field) for field in (PROC / "stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICK


def _number(path: Path, name: str) -> int:
    with suppress(OSError):
        found = re.search(rf"^{name}:\s+(\d+)", path.read_text(), re.M)
        return int(found.group(1)) if found else 0
    return 0
