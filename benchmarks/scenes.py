"""What is done with a program, and the figures that come out of it."""

from __future__ import annotations

import os
import signal
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

from benchmarks.peers import ROOT, Program
from benchmarks.place import Place
from benchmarks.session import Link, Session, UnseenError, now
from benchmarks.usage import usage

QUIET = 0.25
"""Seconds without a byte after which a program is taken to have started."""
REST = 0.12
"""Seconds without a byte after which the next key is pressed: somebody moves on quickly."""
PAUSE = 0.6
"""The same for somebody who reads the details."""
THIN = Link(rate=256_000 / 8, answer=0.05)
CAUGHT = 0.4
"""Seconds without a byte after which a list is taken to have caught up."""
LATE = 1.5
"""The same for what is held back on a thin line, such as details."""
HELD = 60
"""Presses of a key held for two seconds at 30 a second."""


@dataclass(frozen=True, slots=True)
class Measure:
    """How thoroughly to measure."""

    keys: int = 40
    idle: float = 60.0
    settle: float = 10.0
    """Seconds until a program that was started is taken to be idle."""
    refreshes: int = 20
    rows: tuple[int, int] = (10_000, 100_000)


SHORT = Measure(keys=4, idle=1.0, settle=2.0, refreshes=2, rows=(500, 5_000))


@dataclass
class Figures:
    """All samples of one program, by figure."""

    samples: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    words: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """What is not a number: what was left behind, what failed."""

    def add(self, figure: str, *values: float) -> None:
        """Take in samples."""
        self.samples[figure] += values


@dataclass(frozen=True, slots=True)
class Stage:
    """A program in its place, and where its figures go."""

    program: Program
    place: Place
    figures: Figures
    measure: Measure

    def open(self, link: Link | None = None) -> Session:
        """Start the program."""
        environ = {**self.place.environ, **self.program.environ}
        return Session(self.program.command, self.place.repository, environ, link)

    def start(self, session: Session, news: str, prefix: str = "") -> None:
        """From the start to the moment when all panes are live."""
        program, figures = self.program, self.figures
        painted = session.until(lambda text: bool(text.strip()), "a first paint")
        listed = program.listed.format(n=news)
        complete = self.place.complete(program, news)
        live = _seen(session, painted, [listed], f"live list: {listed}")
        ready = _seen(session, live, complete, f"live panes: {complete}")
        for name, at in (("first", painted), ("list", live), ("ready", ready)):
            figures.add(f"{prefix}{name}", 1000 * (at - session.start))
        figures.add(f"{prefix}ready_bytes", session.written)
        session.rest(QUIET)
        figures.add(f"{prefix}quiet_bytes", session.written)

    @contextmanager
    def failing(self, scene: str) -> Iterator[None]:
        """Note what fails, and let the rest go on."""
        try:
            yield
        except UnseenError as reason:
            sys.stderr.write(f"{self.program.name}, {scene}: {reason}\n")
            self.figures.words["failed"].add(f"{scene}: {str(reason).splitlines()[0]}")

    def to_list(self, session: Session) -> None:
        """Press what leads to the list."""
        for key in self.program.keys:
            session.send(bytes([key]))
            session.rest(QUIET)


def _seen(session: Session, at: float, texts: list[str], what: str) -> float:
    if all(text in session.screen.text for text in texts):
        return at
    return session.until(lambda text: all(one in text for one in texts), what)


def warm(stage: Stage) -> None:
    """Start and quit: files come into the page cache, and a program notes what it remembers."""
    news = stage.place.news()
    with stage.open() as session:
        stage.start(session, news)
        leave(stage, session, "q", session.send(stage.program.quit))


def work(stage: Stage) -> None:
    """Start, press keys one by one, quit by key."""
    news = stage.place.news()
    with stage.open() as session:
        stage.start(session, news)
        stage.figures.add("start_cpu", 1000 * usage(session.pid).cpu)
        stage.to_list(session)
        keys(stage, session, b"j", stage.measure.keys)
        keys(stage, session, b"j", max(2, stage.measure.keys // 4), "calm_", PAUSE)
        stage.figures.add("peak", usage(session.pid).peak)
        leave(stage, session, "q", session.send(stage.program.quit))


def keys(
    stage: Stage, session: Session, key: bytes, count: int, prefix: str = "", rest: float = REST
) -> None:
    """Press a key again and again, each time when the program has come to rest."""
    before, cpu = session.written, usage(session.pid).cpu
    for _ in range(count):
        session.screen.look()
        sent = session.send(key)
        at = session.change(2.0)
        if at is None:
            stage.figures.add(f"{prefix}key_missed", 1)
        else:
            stage.figures.add(f"{prefix}key", 1000 * (at - sent))
        session.rest(rest)
        stage.figures.add(f"{prefix}settled", 1000 * max(0.0, session.last - sent))
    stage.figures.add(f"{prefix}key_bytes", (session.written - before) / count)
    stage.figures.add(f"{prefix}key_cpu", 1000 * (usage(session.pid).cpu - cpu) / count)


def leave(stage: Stage, session: Session, way: str, sent: float) -> None:
    """See how long the end takes, and what the terminal is left with."""
    words = stage.figures.words[f"left_{way}"]
    if session.ends():
        stage.figures.add(f"exit_{way}", 1000 * (session.ended - sent))
        words.update(session.left_behind)
    else:
        words.add("does not end")


def eager(stage: Stage) -> None:
    """Press a key as soon as the list is live: what is live must also answer."""
    news = stage.place.news()
    with stage.open() as session:
        listed = stage.program.listed.format(n=news)
        session.until(lambda text: listed in text, f"live list: {listed}")
        sent = session.send(bytes([(*stage.program.keys, ord("j"))[0]]))
        at = session.change(5.0)
        if at is not None:
            stage.figures.add("eager", 1000 * (at - session.start))
            stage.figures.add("eager_wait", 1000 * (at - sent))


def endings(stage: Stage) -> None:
    """End it by signals."""
    for way, number in (("term", signal.SIGTERM), ("hup", signal.SIGHUP)):
        news = stage.place.news()
        with stage.open() as session:
            stage.start(session, news, "again_")
            leave(stage, session, way, session.signal(number))


def thin(stage: Stage) -> None:
    """Start over a thin line, then hold a key."""
    news = stage.place.news()
    with stage.open(THIN) as session:
        stage.start(session, news, "thin_")
        stage.to_list(session)
        before, began, sent = session.written, now(), now()
        for number in range(HELD):
            sent = session.send(b"j")
            session.watch(began + (number + 1) / 30 - now())
        session.rest(CAUGHT)
        stage.figures.add("thin_lag", 1000 * max(0.0, session.last - sent))
        stage.figures.add("thin_key_bytes", (session.written - before) / HELD)
        session.rest(LATE)
        stage.figures.add("thin_settled", 1000 * max(0.0, session.last - sent))


def idle(stages: Sequence[Stage]) -> None:
    """Leave all of them alone at the same time: none of these figures depends on the others."""
    with ExitStack() as stack:
        begun: list[tuple[Stage, Session]] = []
        if stages:
            stages[0].place.hush()
        for stage in stages:
            with stage.failing("idle"):
                session = stack.enter_context(stage.open())
                session.until(lambda text: "main" in text or "churn" in text, "a list")
                begun.append((stage, session))
        with ThreadPoolExecutor(max(1, len(begun))) as pool:
            list(pool.map(_alone, begun))


def _alone(begun: tuple[Stage, Session]) -> None:
    stage, session = begun
    stage.to_list(session)
    session.watch(stage.measure.settle)
    before, written, began = usage(session.pid), session.written, now()
    session.watch(stage.measure.idle)
    span, after = now() - began, usage(session.pid)
    stage.figures.add("idle_bytes", session.written - written)
    stage.figures.add("idle_cpu", 100 * (after.cpu - before.cpu) / span)
    stage.figures.add("idle_wakes", (after.wakes - before.wakes) / span)


def rows(stage: Stage) -> None:
    """Few rows, many rows; in one list without any source."""
    for name, count in zip(("few", "many"), stage.measure.rows, strict=True):
        with _list(stage, str(count)) as session:
            at = session.until(lambda text: "row 000003" in text, "rows")
            stage.figures.add(f"{name}_ready", 1000 * (at - session.start))
            session.rest(QUIET)
            session.send(b"+")
            session.rest(QUIET)
            keys(stage, session, b"\x1b[6~", stage.measure.keys // 4, f"{name}_page_")
            keys(stage, session, b"j", stage.measure.keys // 2, f"{name}_")


def refresh(stage: Stage) -> None:
    """Read a list of 500 rows again, of which five differ, or none."""
    for name, more in (("five", ()), ("none", ("still",))):
        with _list(stage, "500", *more) as session:
            session.until(lambda text: "row 000003" in text, "rows")
            session.rest(1.0)
            for _ in range(stage.measure.refreshes):
                before, sent = session.written, session.send(b"r")
                session.rest(QUIET)
                stage.figures.add(f"{name}_bytes", session.written - before)
                if session.written > before:
                    stage.figures.add(f"{name}_ms", 1000 * (session.last - sent))


def _list(stage: Stage, *arguments: str) -> Session:
    paths = [str(ROOT), *filter(None, [stage.place.environ.get("PYTHONPATH")])]
    program = replace(
        stage.program, command=(sys.executable, "-m", "benchmarks.rows", *arguments),
        environ={**stage.program.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )
    return replace(stage, program=program).open()


@dataclass(frozen=True, slots=True)
class Scene:
    """Something that is done with some of the programs in each round."""

    name: str
    play: Callable[[Stage], None]
    programs: tuple[str, ...]


SCENES = (
    Scene("work", work, ("opstui", "stock", "lazygit", "lazydocker", "tig")),
    Scene("eager", eager, ("opstui", "stock", "lazygit", "tig")),
    Scene("endings", endings, ("opstui", "stock", "lazygit", "lazydocker", "tig")),
    Scene("thin", thin, ("opstui", "stock", "lazygit", "tig")),
    Scene("rows", rows, ("opstui", "stock")),
    Scene("refresh", refresh, ("opstui", "stock")),
)
BRIEF = tuple(
    scene if scene.name == "work" else replace(scene, programs=("opstui",)) for scene in SCENES
)
"""For the short form, which only has to show that everything runs."""
