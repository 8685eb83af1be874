"""`opstui status`: the facts of the panes, once."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from opstui.operations.status import gather
from opstui.places import Places

NAME = "status"


def add(commands: Any) -> None:
    """Declare the arguments."""
    parser = commands.add_parser(
        NAME,
        description="Prints what the panes would show. Exit code 0 when every backend answered, "
        "1 when one did not.",
    )
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help="a repository")
    parser.add_argument("--json", action="store_true", help="for scripts")
    parser.set_defaults(run=run)


async def run(args: argparse.Namespace, places: Places, environ: Mapping[str, str]) -> int:
    """Ask every backend and print."""
    from opstui.wiring import open_front

    front = open_front(Path(args.path), places, environ)
    try:
        facts = await gather(front.world)
    finally:
        await front.close()
    if args.json:
        print(json.dumps(facts, indent=2, ensure_ascii=False))
    else:
        for name, section in facts.items():
            told = (section["summary"], section["error"])
            print(f"{name:<12} {'; '.join(filter(None, told))}")
    return 1 if any(section["error"] for section in facts.values()) else 0
