"""`opstui rollback`: the same way back as by key."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from opstui.commands.carrying_out import EXIT_CODES, add_options, opened, show, show_ask_carry_out
from opstui.operations.rollback import prepare_rollback
from opstui.operations.world import World
from opstui.places import Places

NAME = "rollback"


def add(commands: Any) -> None:
    """Declare the arguments."""
    parser = commands.add_parser(
        NAME,
        formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EXIT_CODES,
        description="The version to restore is the one that previous_champion names, else the\n"
        "one that the champion's own tag or the journal names.",
    )
    parser.add_argument("model", metavar="MODEL")
    parser.add_argument("--alias", default="", help="another alias than the champion's")
    parser.add_argument(
        "--plan", default="", metavar="FILE",
        help="write the plan to a new file for `opstui apply`, and nothing else",
    )
    add_options(parser)
    parser.set_defaults(run=run)


async def run(args: argparse.Namespace, places: Places, environ: Mapping[str, str]) -> int:
    """Carry it out."""
    async with opened(args, places, environ) as world:
        return await rollback(world, args)


async def rollback(world: World, args: argparse.Namespace) -> int:
    """Roll back as the arguments say; returns the exit code."""
    from opstui.panes.suspects import before_rollback

    plan = await prepare_rollback(world, args.model, args.alias)
    if not args.json:
        show([*await before_rollback(world, plan), ()])
    return await show_ask_carry_out(world, plan, args)
