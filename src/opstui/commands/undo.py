"""`opstui undo`: takes back one's own last change of the registry, as by key."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from typing import Any

from opstui.commands.carrying_out import (
    EXIT_CODES,
    NOT_CONFIRMED,
    add_options,
    agreed_to,
    opened,
    show,
)
from opstui.domain.promotion import Ending, Outcome
from opstui.operations import undo as way
from opstui.operations.undo import Undo
from opstui.operations.world import World
from opstui.panes.promotion_page import outcome_lines
from opstui.panes.undoing import effect, step_lines, typed
from opstui.places import Places

NAME = "undo"


def add(commands: Any) -> None:
    """Declare the arguments."""
    parser = commands.add_parser(
        NAME,
        formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EXIT_CODES,
        description="Shows the last change that this account made on this machine, asks, and\n"
        "takes it back where nothing of it moved since.",
    )
    add_options(parser)
    parser.set_defaults(run=run)


async def run(args: argparse.Namespace, places: Places, environ: Mapping[str, str]) -> int:
    """Carry it out."""
    async with opened(args, places, environ) as world:
        return await undo(world, args)


async def undo(world: World, args: argparse.Namespace) -> int:
    """Undo as the arguments say; returns the exit code."""
    for cut in await way.cuts(world):
        print(f"opstui: {way.cut_told(cut)}; {way.HOW_TO_END}", file=sys.stderr)
    last = await way.last_own(world)
    entry = last.entry
    if not args.json:
        print(f"undo {entry.what} of {entry.object} at {entry.place}")
        print(f"{entry.who}, {entry.at}, line {entry.number} of the journal\n")
        show(step_lines(last.steps))
        print(f"\n{effect(last.steps)}")
    if reason := await way.moved_since(world, last.steps):
        refused = Outcome(Ending.REFUSED_MOVED, f"not undone: {reason}", "")
        return _told(world, last, refused, args)
    if args.dry_run:
        return _dry_run(last, args)
    if not agreed_to(world, typed(world, entry), args):
        return NOT_CONFIRMED
    return _told(world, last, await way.take_back(world, last), args)


def _dry_run(last: Undo, args: argparse.Namespace) -> int:
    steps = [step.text for step in last.steps]
    print(json.dumps({"steps": steps}, ensure_ascii=False) if args.json
          else "\nnothing was written")
    return 0


def _told(world: World, last: Undo, outcome: Outcome, args: argparse.Namespace) -> int:
    """Say how it ended; returns the exit code."""
    if args.json:
        print(json.dumps({
            "ending": outcome.ending.word, "exit_code": outcome.ending.value,
            "sentence": outcome.sentence, "now": outcome.now,
            "undoes": {"act": last.entry.act, "what": last.entry.what, "of": last.entry.object},
            "steps": [{"write": step.text, "state": step.status.word} for step in outcome.steps],
        }, ensure_ascii=False))
    else:
        print()
        show(outcome_lines(outcome, ascii_only=world.ascii_only))
    return outcome.ending.value
