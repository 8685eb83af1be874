"""What `promote` and `rollback` share: show the plan, ask, carry out, say what is true."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from opstui.domain.promotion import Ending, Outcome, PromotionPlan
from opstui.operations.carry_out import carry_out, planned_writes
from opstui.operations.world import World
from opstui.panes.promotion_page import effect, outcome_lines, page
from opstui.places import Places
from opstui.ui.paint import Line, text_of

EXIT_CODES = """\
exit codes:
  0  done, and read back
  1  failed; what was written is listed
  2  wrong arguments, or not confirmed
  3  nothing to do: the alias names that version already
  4  refused: the alias moved since the plan was made
  5  lost: someone else's write came later
  6  unsure: a write got no answer, or could not be read back
"""

NOT_CONFIRMED = 2


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options that both commands have."""
    parser.add_argument(
        "--dry-run", action="store_true", help="show the exact calls, write nothing"
    )
    parser.add_argument("--path", default=".", help="the repository; this folder by default")
    parser.add_argument(
        "--local", action="store_true",
        help="start opstui's own MLflow server where no other is configured; one that runs "
        "already is joined in any case",
    )
    parser.add_argument("--yes", "-y", action="store_true", help="do not ask")
    parser.add_argument("--json", action="store_true", help="for scripts; the plan is not shown")


@asynccontextmanager
async def opened(
    args: argparse.Namespace, places: Places, environ: Mapping[str, str]
) -> AsyncIterator[World]:
    """The world of the arguments' repository, with the local MLflow server where that is asked."""
    from opstui.wiring import open_front

    front = open_front(Path(args.path), places, environ)
    try:
        local = front.world.local
        if not front.connection.configured:
            if local.running():
                await local.start()  # joins it
            elif args.local or front.settings.mlflow_local == "auto":
                print("the local MLflow server is starting", file=sys.stderr)
                await local.start()
        yield front.world
    finally:
        await front.close()


async def show_ask_carry_out(
    world: World, plan: PromotionPlan, args: argparse.Namespace
) -> int:
    """Carry out a plan as the arguments say; returns the exit code."""
    if not args.json:
        print(f"{plan.verb} {plan.model} v{plan.version} at {plan.place}\n")
        show(page(plan, ascii_only=world.ascii_only))
        print(f"\n{effect(plan)}")
    if args.dry_run:
        return dry_run(world, plan, as_json=args.json)
    if plan.expected != plan.version and not args.yes and not confirmed():
        return NOT_CONFIRMED
    outcome = await carry_out(world, plan)
    if args.json:
        print(json.dumps(facts(outcome), ensure_ascii=False))
    else:
        print()
        show(outcome_lines(outcome, ascii_only=world.ascii_only))
    return outcome.ending.value


def dry_run(world: World, plan: PromotionPlan, *, as_json: bool) -> int:
    """Print the calls that would be made."""
    calls = [write.request for write in planned_writes(world, plan)]
    if plan.expected == plan.version:
        calls = []
    if as_json:
        print(json.dumps({"calls": calls}, ensure_ascii=False))
    else:
        print("\nthese calls would be made, nothing was written:")
        print("\n".join(f"  {call}" for call in calls) or "  none")
    return 0 if calls else Ending.NOTHING_TO_DO.value


def confirmed() -> bool:
    """Ask on the terminal; no is the default, and the answer where there is no terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("opstui: not confirmed: this is no terminal, so say --yes", file=sys.stderr)
        return False
    try:
        answer = input("\ndo it? [y/N] ")
    except EOFError:
        answer = ""
    if answer.strip().lower() in ("y", "yes"):
        return True
    print("nothing was written")
    return False


def show(lines: Sequence[Line]) -> None:
    """Print lines without their colours."""
    for one in lines:
        print(text_of(one).rstrip())


def facts(outcome: Outcome) -> dict[str, object]:
    """The outcome for scripts."""
    return {
        "ending": outcome.ending.word, "exit_code": outcome.ending.value,
        "sentence": outcome.sentence, "now": outcome.now,
        "steps": [{"write": step.text, "state": step.status.word} for step in outcome.steps],
    }
