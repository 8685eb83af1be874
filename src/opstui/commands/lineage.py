"""`opstui lineage`: the chain through one thing, as lines, JSON or Mermaid."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from opstui.domain.lineage import State
from opstui.domain.lineage_export import as_json, as_mermaid, as_text
from opstui.domain.text import clean
from opstui.operations.lineage import trace
from opstui.operations.lineage_find import FINDERS, find
from opstui.places import Places

NAME = "lineage"
EXPLAINED = """\
signs: = proved, ~ only inferred, x broken, ? unknown

exit codes: 0 the chain leads from a commit to a container, 1 it is broken or a system did not
answer, 2 wrong arguments or settings
"""


def add(commands: Any) -> None:
    """Declare the arguments."""
    parser = commands.add_parser(
        NAME, formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EXPLAINED,
        description="Follows a thing from its commit to the container that serves it.",
    )
    parser.add_argument("kind", metavar="KIND", choices=list(FINDERS),
                        help=", ".join(FINDERS))
    parser.add_argument("name", metavar="NAME",
                        help="HEAD, churn-api:1.4.0, churn/9, churn@champion, a run's id")
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help="a repository")
    parser.add_argument("--used-by", action="store_true", help="only what was made from it")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="for programs")
    form.add_argument("--mermaid", action="store_true", help="a flow chart for documents")
    parser.set_defaults(run=run)


async def run(args: argparse.Namespace, places: Places, environ: Mapping[str, str]) -> int:
    """Ask every system and print."""
    from opstui.wiring import open_front

    front = open_front(Path(args.path), places, environ)
    try:
        of, nouns = await find(front.world, args.kind, args.name)
        chain = await trace(front.world, of, nouns, used_by=args.used_by)
        now = front.world.clock()
    finally:
        await front.close()
    if args.json:
        print(as_json(chain), end="")
    elif args.mermaid:
        print(as_mermaid(chain), end="")
    else:
        for line in as_text(chain, now):
            print(clean(line))
    broken = any(link.state in (State.BROKEN, State.UNKNOWN) for link in chain.links)
    return 1 if broken else 0
