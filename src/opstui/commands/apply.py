"""`opstui apply`: carries out a plan that was saved, if the world is still the same."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from opstui.commands.carrying_out import (
    EXIT_CODES,
    add_options,
    opened,
    show_ask_carry_out,
    told,
)
from opstui.commands.gate_options import add_gate_options, ask_trust, override
from opstui.domain.promotion import Ending
from opstui.operations.applying import refused, renewed
from opstui.operations.carry_out import stopped
from opstui.operations.plan_file import read_plan
from opstui.operations.world import World
from opstui.places import Places

NAME = "apply"


def add(commands: Any) -> None:
    """Declare the arguments."""
    parser = commands.add_parser(
        NAME,
        formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EXIT_CODES,
        description="Reads everything anew, lets the gates judge again, and refuses where the\n"
        "version, the alias, the metrics or the policy are not what the plan was made of.",
    )
    parser.add_argument(
        "file", metavar="FILE", help="written by --plan of `opstui promote` or `opstui rollback`"
    )
    add_gate_options(parser)
    add_options(parser)
    parser.set_defaults(run=run)


async def run(args: argparse.Namespace, places: Places, environ: Mapping[str, str]) -> int:
    """Carry it out."""
    async with opened(args, places, environ) as world:
        return await apply(world, args)


async def apply(world: World, args: argparse.Namespace) -> int:
    """Apply the plan as the arguments say; returns the exit code."""
    plan = read_plan(Path(args.file))
    if plan.verb == "promote":  # a rollback asks no gates
        await ask_trust(world, args, plan.origin[0], plan.to)
    fresh = override(await renewed(world, plan), args)
    outcome = refused(world, plan, fresh)
    if outcome is not None and outcome.ending is Ending.REFUSED_MOVED:
        if not args.check and not args.dry_run:
            await stopped(world, fresh, outcome)
        return told(world, fresh, outcome, as_json=args.json)
    return await show_ask_carry_out(world, fresh, args)
