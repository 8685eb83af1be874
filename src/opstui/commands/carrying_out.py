"""What `promote`, `apply` and `rollback` share: show the plan, ask, carry out, say what is true."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from opstui.commands.gate_options import checked, facts, override
from opstui.domain.promotion import Ending, Outcome, PromotionPlan
from opstui.operations.applying import apply
from opstui.operations.carry_out import blocked, carry_out, planned_writes, stopped
from opstui.operations.plan_file import write_plan
from opstui.operations.promotion import protected_name
from opstui.operations.world import World
from opstui.panes.promotion_page import effect, outcome_lines, page
from opstui.places import Places
from opstui.ui.paint import Line, text_of

EXIT_CODES = """\
exit codes:
  0  done, and read back; with --check: no gate blocks
  1  failed; what was written is listed
  2  wrong arguments, or not confirmed
  3  nothing to do: the alias names that version already
  4  refused: the alias, or what the plan was made of, moved meanwhile
  5  lost: someone else's write came later
  6  unsure: a write got no answer, or could not be read back
  7  blocked: a gate failed; nothing was written
  8  blocked: no gate failed, but one or more can't be told; nothing was written
"""

NOT_CONFIRMED = 2


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options that all of them have."""
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
    parser.add_argument(
        "--confirm", action="append", default=[], metavar="NAME",
        help="the name of a protected environment or profile, which --yes alone does not change",
    )
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
    plan = override(plan, args)
    if not args.json:
        print(f"{plan.verb} {plan.model} {_version(plan)} at {plan.place}\n")
        show(page(plan, ascii_only=world.ascii_only))
        print(f"\n{effect(plan)}")
    if file := getattr(args, "plan", ""):
        return saved(world, plan, Path(file), as_json=args.json)
    if getattr(args, "check", False):
        return checked(plan, as_json=args.json)
    if args.dry_run:
        return dry_run(world, plan, as_json=args.json)
    if plan.blocked and not plan.override:
        outcome = await stopped(world, plan, blocked(plan))
        return told(world, plan, outcome, as_json=args.json)
    if plan.expected != plan.version and not agreed(world, plan, args):
        return NOT_CONFIRMED
    if plan.guard is not None and not args.yes:  # answering may have taken an hour
        plan, outcome = await apply(world, plan, run_commands=False)
    else:
        outcome = await carry_out(world, plan)
    return told(world, plan, outcome, as_json=args.json)


def _version(plan: PromotionPlan) -> str:
    return f"from {' v'.join(plan.copy_of)}" if plan.copy_of[0] else f"v{plan.version}"


def told(world: World, plan: PromotionPlan, outcome: Outcome, *, as_json: bool) -> int:
    """Say how it ended; returns the exit code."""
    if as_json:
        print(json.dumps(facts(plan, outcome), ensure_ascii=False))
    else:
        print()
        show(outcome_lines(outcome, ascii_only=world.ascii_only))
    return outcome.ending.value


def saved(world: World, plan: PromotionPlan, path: Path, *, as_json: bool) -> int:
    """Write the plan to a new file instead of carrying it out."""
    write_plan(path, plan, world.journal.who)
    if as_json:
        print(json.dumps({"plan": str(path)}, ensure_ascii=False))
    else:
        print(f"\nsaved, nothing else was written; opstui apply {path} carries it out")
    return 0


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


def agreed(world: World, plan: PromotionPlan, args: argparse.Namespace) -> bool:
    """Whether the person says yes; of what is protected, whether its name was given."""
    return agreed_to(world, protected_name(world.rules, plan.origin[0], plan.to), args)


def agreed_to(world: World, name: str, args: argparse.Namespace) -> bool:
    """The same where only the environment's name is known; empty where it is not protected."""
    profile = world.profile
    guards = [profile.name if profile is not None and profile.protected else "", name]
    missing = [one for one in dict.fromkeys(guards) if one and one not in args.confirm]
    if missing and (args.yes or not terminal()):
        for one in missing:
            print(f"opstui: {one} is protected: say --confirm {one} as well", file=sys.stderr)
        return False
    if missing:
        return all(answered(f"\n{one} is protected; type its name to go on: ", one)
                   for one in missing)
    return args.yes or confirmed()


def confirmed() -> bool:
    """Ask on the terminal; no is the default, and the answer where there is no terminal."""
    if not terminal():
        print("opstui: not confirmed: this is no terminal, so say --yes", file=sys.stderr)
        return False
    return answered("\ndo it? [y/N] ", "y", "yes")


def terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def answered(question: str, *yes: str) -> bool:
    """Whether one of these is answered."""
    try:
        answer = input(question)
    except EOFError:
        answer = ""
    if answer.strip() in yes or (len(yes) > 1 and answer.strip().lower() in yes):
        return True
    print("nothing was written")
    return False


def show(lines: Sequence[Line]) -> None:
    """Print lines without their colours."""
    for one in lines:
        print(text_of(one).rstrip())
