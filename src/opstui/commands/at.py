"""`opstui at TIME`: what was in production then, for people and scripts."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from opstui.domain.moment import moment
from opstui.domain.text import clean
from opstui.operations.at_time import past, plain_past
from opstui.operations.searching import found_by
from opstui.places import Places

NAME = "at"
CI_SECONDS = 10.0
"""For finding the CI servers."""


def add(commands: Any) -> None:
    """Declare the arguments."""
    parser = commands.add_parser(
        NAME,
        description="Prints what each alias named at a time, from which commit and image, with "
        "what metrics, and what is not known of it. Exit code 1: a backend did not answer.",
    )
    parser.add_argument("time", metavar="TIME",
                        help="2026-11-20T03:00:00Z, '2026-11-20 03:00', '3h ago', "
                        "'yesterday 14:00'")
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help="a repository")
    parser.add_argument("--json", action="store_true", help="for scripts")
    parser.set_defaults(run=run)


async def run(args: argparse.Namespace, places: Places, environ: Mapping[str, str]) -> int:
    """Ask every backend and print."""
    from opstui.panes.at_time import past_lines
    from opstui.ui.paint import text_of
    from opstui.wiring import open_front

    front = open_front(Path(args.path), places, environ)
    try:
        world = front.world
        when = moment(args.time, world.clock().astimezone())
        await found_by(world.ci_search, asyncio.get_running_loop().time() + CI_SECONDS)
        found = await past(world, when)
    finally:
        await front.close()
    if args.json:
        print(json.dumps(plain_past(found), indent=2, ensure_ascii=False))
    else:
        print(f"at {when.isoformat(' ', 'seconds')}\n")
        for one in past_lines(found, ascii_only=world.ascii_only):
            print(clean(text_of(one)).rstrip())
    return 1 if found.unknown else 0
