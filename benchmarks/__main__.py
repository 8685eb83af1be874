"""Seeds, measures, prints a table: `python -m benchmarks --help`."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType

from benchmarks import peers, report, scenes, seeds
from benchmarks.place import place
from benchmarks.runs import runs
from benchmarks.scenes import Figures, Measure, Stage
from benchmarks.session import now
from benchmarks.usage import busy

KEEP = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "opstui-benchmarks"
RESULT = Path(__file__).with_name("RESULT.md")


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="scripts/benchmark",
        description="Measures opstui beside lazygit, lazydocker, tig and stock Textual.",
    )
    names = ", ".join([*(scene.name for scene in all_scenes(short=False)), "idle"])
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="5 unless given")
    parser.add_argument("--only", default="", metavar="SCENES", help=f"some of: {names}")
    parser.add_argument("--programs", default="", metavar="NAMES", help="some of the programs")
    parser.add_argument("--short", action="store_true",
                        help="small data, one round, opstui and stock Textual only")
    parser.add_argument("--keep", type=Path, default=KEEP, metavar="DIR",
                        help=f"where data and peers are kept for the next time ({KEEP})")
    parser.add_argument("--write", action="store_true", help=f"also write {RESULT.name}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write all samples")
    return parser.parse_args(given)


def main(given: Sequence[str]) -> int:
    """Measure and print; returns the exit code: 1 where something could not be measured."""
    options = arguments(given)
    keep = options.keep.resolve()
    sizes = seeds.SHORT if options.short else seeds.Sizes()
    measure = scenes.SHORT if options.short else Measure()
    rounds = 1 if options.short else options.rounds
    wanted = [name for name in options.only.split(",") if name]
    chosen = [scene for scene in all_scenes(short=options.short)
              if not wanted or scene.name in wanted]
    say("seeding and starting servers")
    with place(keep, sizes) as here:
        programs = peers.ours()
        missing: list[str] = []
        if not options.short:
            others, missing = peers.others(keep)
            programs += others
        if here.engine is None:
            programs = [one for one in programs if one.name != "lazydocker"]
        if here.mlflow and any("mlflow" in scene.programs for scene in chosen):
            programs.append(peers.client())
        if options.programs:
            programs = [one for one in programs if one.name in options.programs.split(",")]
        figures = {program.name: Figures() for program in programs}
        stages = [Stage(program, here, figures[program.name], measure) for program in programs]
        if not options.short:
            warm(stages)
        noise = run(chosen, stages, rounds)
        if not wanted or "idle" in wanted:
            say("idle")
            scenes.idle([stage for stage in stages if stage.program.listed])
        missing += here.missing
    text = "\n\n".join(part for part in (
        report.heading(programs, sizes, rounds, noise, missing),
        report.table(figures, measure), report.failures(figures),
    ) if part)
    sys.stdout.write(f"{text}\n")
    if options.write:
        RESULT.write_text(f"# What `scripts/benchmark` found\n\n{text}\n")
    if options.json:
        options.json.write_text(json.dumps({n: f.samples for n, f in figures.items()}, indent=1))
    return 1 if any(one.words.get("failed") for one in figures.values()) else 0


def all_scenes(*, short: bool) -> tuple[scenes.Scene, ...]:
    """Those with a screen, and the one with MLflow's client."""
    if short:
        return scenes.BRIEF  # the scene of runs wants the large store to be worth its minute
    return (*scenes.SCENES, scenes.Scene("runs", runs, ("opstui", "mlflow")))


def warm(stages: Sequence[Stage]) -> None:
    """Start everything that has a screen once without a clock."""
    say("warming up")
    for stage in stages:
        if not stage.program.listed:
            continue
        unnoted = replace(stage, figures=Figures())
        with unnoted.failing("warming up"):
            scenes.warm(unnoted)


def run(chosen: Sequence[scenes.Scene], stages: Sequence[Stage], rounds: int) -> list[float]:
    """Play all rounds, the programs in turn; what the rest of the machine took, in % of a core."""
    noise: list[float] = []
    for number in range(rounds):
        for scene in chosen:
            cast = [stage for stage in stages if stage.program.name in scene.programs]
            say(f"round {number + 1} of {rounds}: {scene.name}")
            turn = number % len(cast) if cast else 0
            for stage in cast[turn:] + cast[:turn]:
                began, before, own = now(), busy(), sum(os.times()[:4])
                with stage.failing(scene.name):
                    scene.play(stage)
                spent = busy() - before - (sum(os.times()[:4]) - own)
                noise.append(max(0.0, 100 * spent / (now() - began)))
    return noise


def say(text: str) -> None:
    """Progress, apart from the table."""
    sys.stderr.write(f"{text}\n")


def leave(number: int, _frame: FrameType | None) -> None:
    """End as by ctrl+c, so that no server and no file is left."""
    raise SystemExit(128 + number)


if __name__ == "__main__":
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, leave)
    sys.exit(main(sys.argv[1:]))
