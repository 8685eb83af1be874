"""`opstui promote`: the same promotion as by key."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from opstui.commands.carrying_out import EXIT_CODES, add_options, opened, show_ask_carry_out
from opstui.commands.gate_options import add_gate_options, ask_trust
from opstui.operations.promotion import prepare
from opstui.operations.world import World
from opstui.places import Places

NAME = "promote"


def add(commands: Any) -> None:
    """Declare the arguments."""
    parser = commands.add_parser(
        NAME,
        formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EXIT_CODES,
        description="Shows what would change and what is known about the version, asks, checks\n"
        "that the alias did not move meanwhile, writes, and reads back. Gates of the policy that\n"
        "fail or can't be told block it.",
    )
    parser.add_argument("model", metavar="MODEL")
    parser.add_argument("version", metavar="VERSION", type=version_number, help="such as 9 or v9")
    parser.add_argument(
        "--to", required=True, metavar="ALIAS",
        help="such as champion, or an environment of the policy",
    )
    parser.add_argument(
        "--plan", default="", metavar="FILE",
        help="write the plan to a new file for `opstui apply`, and nothing else",
    )
    add_gate_options(parser)
    add_options(parser)
    parser.set_defaults(run=run)


def version_number(text: str) -> str:
    """A version as MLflow has it: `9`, also where a person writes `v9`."""
    digits = text.removeprefix("v")
    if not (digits.isascii() and digits.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is no version number")
    return str(int(digits))


async def run(args: argparse.Namespace, places: Places, environ: Mapping[str, str]) -> int:
    """Carry it out."""
    async with opened(args, places, environ) as world:
        return await promote(world, args)


async def promote(world: World, args: argparse.Namespace) -> int:
    """Promote as the arguments say; returns the exit code."""
    await ask_trust(world, args, args.model, args.to)
    plan = await prepare(world, args.model, args.version, args.to)
    return await show_ask_carry_out(world, plan, args)
