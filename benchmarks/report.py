"""The table, in Markdown."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.goals import GOALS, OURS, WAYS, Goal
from benchmarks.peers import Program
from benchmarks.scenes import Figures, Measure
from benchmarks.seeds import Sizes

BASES = ("lazygit", "mlflow")
"""What ratios are to: the first of them that has the figure."""
MARKS = {True: "✓", False: "✗", None: ""}


def table(figures: Mapping[str, Figures], measure: Measure) -> str:
    """One row a figure, one column a program; ratios are to lazygit where it was measured."""
    names = list(figures)
    lines = [["figure", "to reach", "", *names], ["---", "---", "---", *["---:"] * len(names)]]
    for goal in GOALS:
        values = [goal.value(figures[name]) for name in names]
        if any(value is not None for value in values):
            base = next((name for name in BASES
                         if name in figures and goal.value(figures[name]) is not None), "")
            against = goal.value(figures[base]) if base else None
            few, many = measure.rows
            title = goal.title.format(few=f"{few:,}", many=f"{many:,}")
            lines.append([
                title, goal.reach(), MARKS[goal.reached(figures)],
                *(_cell(goal, value, against if name != base else None)
                  for name, value in zip(names, values, strict=True)),
            ])
    lines.append(_restored(figures))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cell(goal: Goal, value: float | None, base: float | None) -> str:
    if value is None:
        return ""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    text = f"{value:,.{digits}f}"
    text = (text.rstrip("0").rstrip(".") if "." in text else text) + f" {goal.unit}".rstrip()
    return f"{text} ({value / base:.2f}×)" if base else text


def _restored(figures: Mapping[str, Figures]) -> list[str]:
    cells: list[str] = []
    for one in figures.values():
        bad = [way for short, way in WAYS if one.words.get(f"left_{short}")]
        seen = any(f"left_{short}" in one.words for short, _ in WAYS)
        cells.append((f"not by {', '.join(bad)}" if bad else "yes") if seen else "")
    mine = dict(zip(figures, cells, strict=True)).get(OURS, "")
    verdict = MARKS[mine == "yes"] if mine else ""
    return ["terminal restored on each way out", "yes", verdict, *cells]


def heading(programs: Sequence[Program], sizes: Sizes, rounds: int, others: Sequence[float],
            missing: Sequence[str]) -> str:
    """When, where and on what the figures were taken."""
    versions = ", ".join(f"{one.name} {one.version}" for one in programs)
    load = f"{min(others):.0f} to {max(others):.0f} %" if others else "unknown"
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {machine()}; pseudo-terminal of 160x45, "
        f"true colour; medians of {rounds} interleaved round{'s' * (rounds != 1)}.",
        f"{sizes.branches:,} branches, {sizes.commits:,} commits; {sizes.images} images; "
        f"{sizes.runs:,} runs, {sizes.versions:,} model versions.",
        f"Versions: {versions}.",
        f"The rest of the machine, with the servers asked, took {load} of one core meanwhile. "
        "Ratios are to lazygit in the same run; those of runs to MLflow's own client.",
        *(f"Left out: {why}." for why in missing),
    ]
    return "\n".join(lines)


def machine() -> str:
    """Processor, cores, kernel, Python."""
    try:
        about = Path("/proc/cpuinfo").read_text()
    except OSError:
        about = ""
    model = re.search(r"model name\s*:\s*(.+)", about)
    return (f"{model.group(1).strip() if model else platform.machine()}, {os.cpu_count()} cores, "
            f"Linux {platform.release()}, Python {platform.python_version()}")


def failures(figures: Mapping[str, Figures]) -> str:
    """What could not be measured."""
    lines = [f"- {name}: {what}" for name, one in figures.items()
             for what in sorted(one.words.get("failed", ()))]
    return "Failed:\n" + "\n".join(lines) if lines else ""
