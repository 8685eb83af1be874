"""Many runs of one experiment, by keys in opstui and by calls of MLflow's own client."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass

from benchmarks.scenes import Stage
from benchmarks.session import Session, UnseenError, now
from benchmarks.usage import resident

EXPERIMENT, NAME = "1", "experiment-0001"
NEWEST = "attributes.start_time DESC"
BEST = "metrics.auc DESC"
FOUND = 20
"""Runs that the filter shall find."""
PATIENCE = 120.0
"""Seconds for one answer."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the answers are, asked of the server beforehand, so that both find it as warm."""

    newest: str
    oldest: str
    best: str
    filter: str
    found: int
    ids: tuple[str, ...]


def known(stage: Stage) -> Known:
    """Names of runs by which an answer is known on a screen."""
    def ask(order: str, most: int, filter: str = "") -> list[tuple[str, str, float]]:
        runs = stage.place.ask("runs/search", experiment_ids=[EXPERIMENT], max_results=most,
                               order_by=[order], filter=filter).get("runs", [])
        return [(run["info"]["run_name"], run["info"]["run_id"], next(
            one["value"] for one in run["data"]["metrics"] if one["key"] == "auc"
        )) for run in runs]

    best, newest = ask(BEST, FOUND + 1), ask(NEWEST, 5)
    words = f"metrics.auc > {best[-1][2]}"
    return Known(
        newest[0][0], ask("attributes.start_time ASC", 1)[0][0], best[0][0], words,
        len(ask(NEWEST, 100, words)), tuple(one[1] for one in newest),
    )


def runs(stage: Stage) -> None:
    """First page, filter, sort, all of them, five beside each other."""
    if not stage.place.mlflow:
        return
    seen = known(stage)
    if stage.program.name == "mlflow":
        by_calls(stage, seen)
        return
    stage.place.news()
    with stage.open() as session:
        by_keys(stage, session, seen)


def by_keys(stage: Stage, session: Session, seen: Known) -> None:
    """As a person does it; each time is from the last key to the screen that shows the answer."""
    figures = stage.figures

    def timed(figure: str, keys: bytes, *texts: str) -> None:
        sent = session.send(keys)
        at = session.until(
            lambda shown: all(text in shown for text in texts), f"{figure}: {texts}", PATIENCE
        )
        figures.add(figure, 1000 * (at - sent))
        session.rest(0.3)

    def press(*keys: bytes) -> None:
        for key in keys:
            session.send(key)
            session.rest(0.3)

    def to_the_top(key: bytes) -> None:
        """Back to all runs, newest first; the cursor stayed with its run, maybe far down."""
        session.send(key)
        ends = now() + PATIENCE
        while seen.newest not in session.screen.text and now() < ends:
            session.rest(0.5)
            session.send(b"g")
            session.change(1.0)
        if seen.newest not in session.screen.text:
            raise UnseenError(f"never saw the newest run again\n{session.screen.text}")

    session.until(lambda shown: "experiment-" in shown, "experiments", PATIENCE)
    session.rest(0.5)
    press(b"4", b"/", NAME.encode(), b"\r")
    timed("runs_first", b"\r", seen.newest)
    press(b"+")
    before = resident(session.pid)
    press(b"/", seen.filter.encode())
    timed("runs_filter", b"\r", f" 1/{seen.found} ")
    to_the_top(b"\x1b")
    press(b"s", b"j", b"j")
    timed("runs_sort", b"\r", seen.best)
    press(b"s", b"G")
    to_the_top(b"\r")
    began = now()
    while seen.oldest not in session.screen.text:
        session.send(b"G")
        session.change(1.0)
        session.rest(0.03, 0.2)
    figures.add("runs_all", now() - began)
    figures.add("runs_growth", resident(session.pid) - before)
    press(b"g", *[b" "] * len(seen.ids))
    timed("runs_compare", b"c", f"Runs of {NAME}", "logloss")


def by_calls(stage: Stage, seen: Known) -> None:
    """The same questions, as the client itself measures them."""
    child = subprocess.Popen(
        [*stage.program.command, stage.place.mlflow, EXPERIMENT], text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={**os.environ, **stage.program.environ},
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        before = 0.0
        for figure, asked in (
            ("", {"order": [NEWEST]}),  # it imports a part of itself only now
            ("runs_first", {"order": [NEWEST]}),
            ("runs_filter", {"order": [NEWEST], "filter": seen.filter}),
            ("runs_sort", {"order": [BEST]}),
            ("runs_all", {"order": [NEWEST], "all": True}),
            ("runs_compare", {"ids": seen.ids}),
        ):
            child.stdin.write(f"{json.dumps(asked)}\n")
            child.stdin.flush()
            took, memory = json.loads(child.stdout.readline())
            if figure == "runs_all":
                stage.figures.add("runs_growth", memory - before)
                took /= 1000
            if figure:
                stage.figures.add(figure, took)
            before = memory
    finally:
        child.kill()
        child.communicate()
