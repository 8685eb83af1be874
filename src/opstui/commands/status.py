"""`opstui status`: what needs you and the facts of the panes, once, for people and scripts."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from opstui.domain.attention import Severity
from opstui.domain.text import clean
from opstui.operations.attention_once import Section
from opstui.operations.status import gather
from opstui.places import Places

NAME = "status"


def add(commands: Any) -> None:
    """Declare the arguments."""
    parser = commands.add_parser(
        NAME,
        description="Prints what needs you, worst first, and what the panes would show. Exit "
        "code 0: every backend answered, and it is calm; 1: a backend did not answer, and "
        "nothing else is wrong as far as known; 9: there are warnings; 10: something is broken.",
    )
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help="a repository")
    parser.add_argument("--json", action="store_true", help="for scripts")
    parser.add_argument("--short", action="store_true",
                        help="one short line, for a shell prompt: x2 !1 ?docker, or ok")
    parser.set_defaults(run=run)


async def run(args: argparse.Namespace, places: Places, environ: Mapping[str, str]) -> int:
    """Ask every backend and print."""
    from opstui.wiring import open_front

    front = open_front(Path(args.path), places, environ)
    try:
        facts = await gather(front.world)
    finally:
        await front.close()
    attention = facts["attention"]
    if args.json:
        print(json.dumps(facts, indent=2, ensure_ascii=False))
    elif args.short:
        print(short(attention))
    else:
        for name, section in facts.items():
            told = (section["summary"], section["error"])
            print(f"{name:<12} {'; '.join(filter(None, told))}")
            if section is attention:
                for item in section["items"]:
                    print(f"  {mark(item)} {clean(item['text'])}\n      {item['hint']}")
    return int(attention["code"])


def mark(item: Mapping[str, Any]) -> str:
    """One plain character: a prompt or a mail may not show more."""
    return "x" if item["severity"] == Severity.BROKEN.name.lower() else "!"


def short(attention: Section) -> str:
    """How much is broken, how many warnings, what is not known; `ok` where it is calm."""
    marks = [mark(item) for item in attention["items"]]
    unknown = ",".join(attention["unknown"])
    told = (*(f"{one}{marks.count(one)}" for one in "x!" if one in marks),
            f"?{unknown}" if unknown else "")
    return " ".join(filter(None, told)) or "ok"
