"""The figures of the table, and what is to be reached."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.scenes import Figures

OURS = "opstui"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most`, or at most so many times what another program or figure has."""

    most: float
    program: str = ""
    figure: str = ""


@dataclass(frozen=True, slots=True)
class Goal:
    """One row of the table."""

    title: str
    figure: str
    unit: str
    limits: tuple[Limit, ...] = ()
    share: float = 0.5
    """Which of the sorted samples: 0.5 is the median."""

    def value(self, figures: Figures) -> float | None:
        """The row's number for a program; None where it was not measured."""
        return percentile(figures.samples.get(self.figure, []), self.share)

    def reach(self) -> str:
        """What is to be reached, in words."""
        parts = []
        for limit in self.limits:
            if limit.program:
                parts.append(f"≤ {limit.most:g}× {limit.program}")
            elif limit.figure:
                parts.append(f"≤ {limit.most:g}× the row above" if limit.figure != self.figure
                             else f"≤ {limit.most:g}×")
            else:
                parts.append(f"≤ {limit.most:g} {self.unit}".strip())
        return ", ".join(parts)

    def reached(self, all_figures: Mapping[str, Figures]) -> bool | None:
        """Whether opstui reaches it; None where something was not measured, or nothing is asked."""
        mine = self.value(all_figures[OURS]) if OURS in all_figures else None
        if mine is None or not self.limits:
            return None
        for limit in self.limits:
            most: float | None = limit.most
            if limit.program or limit.figure:
                other = all_figures.get(limit.program or OURS)
                base = percentile(
                    other.samples.get(limit.figure or self.figure, []), self.share
                ) if other else None
                most = None if base is None else limit.most * base
            if most is None:
                return None
            if mine > most:
                return False
        return True


def percentile(samples: list[float], share: float) -> float | None:
    """The sample at a share of the sorted ones, between two of them interpolated."""
    if not samples:
        return None
    if share == 0.5:
        return statistics.median(samples)
    ordered = sorted(samples)
    at = (len(ordered) - 1) * share
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def times(factor: float, program: str = "lazygit") -> Limit:
    """So many times another program's figure."""
    return Limit(factor, program=program)


GOALS = (
    Goal("first paint", "first", "ms", (times(0.3),)),
    Goal("live branch list", "list", "ms", (times(0.7),)),
    Goal("all panes live", "ready", "ms", (times(1.0),)),
    Goal("a key pressed when the list is live: answered", "eager", "ms"),
    Goal("a key pressed when the list is live: waits", "eager_wait", "ms"),
    Goal("key to screen, p50", "key", "ms", (times(0.7),)),
    Goal("key to screen, p95", "key", "ms", (times(1.2),), share=0.95),
    Goal("key to everything settled, p50", "settled", "ms"),
    Goal("bytes per key", "key_bytes", "B", (times(0.2), times(0.02, "lazydocker"))),
    Goal("CPU per key", "key_cpu", "ms", (times(0.15),)),
    Goal("key with a rest for details: settled, p50", "calm_settled", "ms"),
    Goal("key with a rest for details: bytes", "calm_key_bytes", "B"),
    Goal("key with a rest for details: CPU", "calm_key_cpu", "ms"),
    Goal("bytes until ready", "ready_bytes", "B", (times(1.5),)),
    Goal("bytes until quiet", "quiet_bytes", "B"),
    Goal("CPU until quiet", "start_cpu", "ms"),
    Goal("idle: bytes", "idle_bytes", "B", (Limit(0),)),
    Goal("idle: CPU", "idle_cpu", "%", (Limit(0.1),)),
    Goal("idle: wake-ups a second", "idle_wakes", "", (Limit(1),)),
    Goal("peak RSS", "peak", "MB", (times(1.2),)),
    Goal("exit by key", "exit_q", "ms", (Limit(30),)),
    Goal("exit by SIGTERM", "exit_term", "ms", (Limit(30),)),
    Goal("exit by SIGHUP", "exit_hup", "ms", (Limit(30),)),
    Goal("{few} rows: ready", "few_ready", "ms"),
    Goal("{many} rows: ready", "many_ready", "ms", (Limit(1.3, figure="few_ready"),)),
    Goal("{few} rows: key p95", "few_key", "ms", share=0.95),
    Goal("{many} rows: key p95", "many_key", "ms", (Limit(1.1, figure="few_key"),), share=0.95),
    Goal("{few} rows: page down p50", "few_page_key", "ms"),
    Goal("{many} rows: page down p50", "many_page_key", "ms"),
    Goal("runs: first page", "runs_first", "ms", (times(1.5, "mlflow"),)),
    Goal("runs: filter", "runs_filter", "ms", (times(1.5, "mlflow"),)),
    Goal("runs: sort by a metric", "runs_sort", "ms", (times(1.5, "mlflow"),)),
    Goal("runs: scroll through all, by 100", "runs_all", "s", (times(1.5, "mlflow"),)),
    Goal("runs: memory gained by then", "runs_growth", "MB", (times(0.5, "mlflow"),)),
    Goal("runs: compare five", "runs_compare", "ms", (times(1.0, "mlflow"),)),
    Goal("refresh, 5 of 500 rows differ", "five_ms", "ms", (Limit(5),)),
    Goal("refresh, 5 of 500 rows differ: bytes", "five_bytes", "B", (Limit(400),)),
    Goal("refresh, no row differs: bytes", "none_bytes", "B", (Limit(0),)),
    Goal("256 kbit/s, 50 ms: first paint", "thin_first", "ms"),
    Goal("256 kbit/s, 50 ms: ready", "thin_ready", "ms", (times(0.6),)),
    Goal("256 kbit/s, 50 ms: lag after a key held 2 s", "thin_lag", "ms", (Limit(100),)),
    Goal("256 kbit/s, 50 ms: the same, with details drawn", "thin_settled", "ms"),
)
"""In the order of the table. All times are from the start or from the key to the pseudo-terminal's
other end: what a terminal needs to draw is not in them."""
WAYS = (("q", "key"), ("term", "SIGTERM"), ("hup", "SIGHUP"))
