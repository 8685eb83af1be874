"""What following a thread costs the thread that takes keys: `python -m benchmarks.lineage`.

20,000 runs, 5,000 versions, 500 images, 2,000 branches and 200 CI runs that hang together are
indexed while a heart beats on the event loop, then every kind of thing is looked up. Printed are
milliseconds of the UI thread's own processor time, and the longest that the loop was held up.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from opstui.domain.branch import Branch
from opstui.domain.ci import CiRun
from opstui.domain.experiment import Run
from opstui.domain.image import REVISION_LABEL, Container, Image
from opstui.domain.lineage import Asked, Ref
from opstui.domain.lineage_chain import chain, related
from opstui.domain.lineage_graph import Graph
from opstui.domain.model import ModelVersion, RegisteredModel
from opstui.domain.served import ServedNames, served
from opstui.domain.status import Status
from opstui.lean import memory
from opstui.operations.board import Board
from opstui.operations.lineage_index import LineageIndex

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BEAT = 0.001
"""Seconds between beats of the heart."""
LIMIT = 100.0
"""Milliseconds of the UI thread that all of it may take."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much there is."""

    runs: int = 20_000
    versions: int = 5_000
    images: int = 500
    branches: int = 2_000
    models: int = 50
    containers: int = 40
    ci: int = 200


def filled(sizes: Sizes) -> Board:
    """A board on which each thing belongs to others; many runs share a commit."""
    shas = [f"{n:08x}" + f"{n * 7919:032x}" for n in range(sizes.branches)]

    def when(n: int) -> datetime:
        return NOW - timedelta(minutes=n)

    board = Board(
        branches=tuple(Branch(f"refs/heads/b{n}", f"b{n}", sha, when(n), "ana", "subject")
                       for n, sha in enumerate(shas)),
        ci_runs=tuple(CiRun("github", str(n), n, "unit", shas[n % len(shas)], "main",
                            Status.PASSED, when(n)) for n in range(sizes.ci)),
        images=tuple(Image(f"sha256:{n:064x}", (f"churn:{n}",), (), 1, when(n),
                           ((REVISION_LABEL, shas[n % len(shas)]),))
                     for n in range(sizes.images)),
        containers=tuple(Container(
            f"{n:064x}", f"box{n}", f"churn:{n}", f"sha256:{n:064x}", "running", Status.UP,
            labels=(("opstui.model_uri", f"models:/m{n % sizes.models}/{n // sizes.models + 1}"),),
        ) for n in range(sizes.containers)),
        models=tuple(RegisteredModel(f"m{n}", (("champion", "1"),), "1")
                     for n in range(sizes.models)),
    )
    board.served = tuple(
        one for box in board.containers if (one := served(box, {}, ServedNames())) is not None
    )
    each = max(1, sizes.versions // sizes.models)
    for n in range(sizes.models):
        board.versions[f"m{n}"] = tuple(
            ModelVersion(f"m{n}", str(v), run_id=f"{n * each + v:032x}", created=when(v))
            for v in range(each, 0, -1)
        )
    runs = [Run(f"{n:032x}", f"run{n}", "1", Status.PASSED, when(n), tags=(
        ("mlflow.runName", f"run{n}"), ("mlflow.source.git.commit", shas[n % len(shas)]),
        ("mlflow.source.name", "train.py"), ("mlflow.user", "ana"), ("opstui.ci_run", str(n % 200)),
    )) for n in range(sizes.runs)]
    for start in range(0, len(runs), 100):  # as pages come
        board.runs.learn("1", runs[start : start + 100])
    return board


def some_of(board: Board) -> list[Ref]:
    """A few things of each kind."""
    return [
        *(Ref("branches", one.ref) for one in board.branches[::97]),
        *(Ref("commits", one.commit) for one in board.branches[::89]),
        *(Ref("ci", one.key) for one in board.ci_runs[::23]),
        *(Ref("images", one.id) for one in board.images[::41]),
        *(Ref("runs", one.id) for one in board.runs.pieces[0][::1013]),
        *(Ref("versions", one.key) for held in board.versions.values() for one in held[:1]),
        *(Ref("containers", one.id) for one in board.containers[::7]),
    ]


def timed(work: Callable[[], object]) -> float:
    """Milliseconds of this thread's processor time."""
    began = time.thread_time()
    work()
    return (time.thread_time() - began) * 1000


async def beaten(index: LineageIndex) -> tuple[float, float, float]:
    """Index beside a beating heart: milliseconds of this thread, of the wall, and held up."""
    late = 0.0
    own = 0.0

    async def heart() -> None:
        nonlocal late, own
        while True:
            due = time.perf_counter() + BEAT
            began = time.thread_time()
            await asyncio.sleep(BEAT)
            own += time.thread_time() - began
            late = max(late, time.perf_counter() - due)

    beating = asyncio.create_task(heart())
    began, wall = time.thread_time(), time.perf_counter()
    await index.refresh()
    spent, lasted = time.thread_time() - began, time.perf_counter() - wall
    beating.cancel()
    return max(0.0, spent - own) * 1000, lasted * 1000, late * 1000


def looked_up(
    graph: Graph, refs: Sequence[Ref], look: Callable[[Graph, Ref], object]
) -> list[float]:
    """Milliseconds of each look."""
    return [timed(lambda ref=ref: look(graph, ref)) for ref in refs]  # type: ignore[misc]


async def measure(sizes: Sizes) -> dict[str, float]:
    """All figures by name."""
    memory.settle()  # as the program does
    board = filled(sizes)
    tracemalloc.start()
    index = LineageIndex(board, ("opstui.ci_run",))
    await index.refresh()
    size = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    index = LineageIndex(board, ("opstui.ci_run",))
    spent, lasted, late = await beaten(index)
    stale = timed(lambda: index.stale)
    refs = some_of(board)
    lit = looked_up(index.graph, refs, related)
    asked = Asked(whole=frozenset(("ci", "images", "runs", "versions", "containers")))
    chains = looked_up(index.graph, refs, lambda graph, ref: chain(graph, ref, asked))
    board.branches = (*board.branches[1:], board.branches[0])
    again, _, late_again = await beaten(index)
    return {
        "index: ms of the UI thread": spent, "index: ms until it is there": lasted,
        "index: longest ms that the loop was held up": late, "index: MB": size,
        "is anything new: ms of the UI thread": stale,
        "light up: ms of the UI thread, median": sorted(lit)[len(lit) // 2],
        "light up: ms of the UI thread, worst": max(lit),
        "chain: ms of the UI thread, median": sorted(chains)[len(chains) // 2],
        "chain: ms of the UI thread, worst": max(chains),
        "one list changed: ms of the UI thread": again,
        "one list changed: longest ms that the loop was held up": late_again,
    }


def main(given: Sequence[str]) -> int:
    """Measure and print; 1 where the UI thread had more to do than it may."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lineage", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a tenth of everything")
    short = parser.parse_args(given).short
    sizes = Sizes(2_000, 500, 50, 200, 10, 10, 50) if short else Sizes()
    figures = asyncio.run(measure(sizes))
    sys.stdout.write(f"{sizes}\n")
    for name, value in figures.items():
        sys.stdout.write(f"{value:10.2f}  {name}\n")
    spent = sum(figures[name] for name in (
        "index: ms of the UI thread", "is anything new: ms of the UI thread",
        "light up: ms of the UI thread, worst", "chain: ms of the UI thread, worst",
    ))
    fine = spent < LIMIT
    sys.stdout.write(f"{spent:10.2f}  ms of the UI thread in all, {LIMIT:.0f} are allowed: "
                     f"{'kept' if fine else 'MISSED'}\n")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
