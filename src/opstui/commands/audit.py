"""`opstui audit`: check the journal's chain, or hand the journal out."""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from opstui.backends.journal import read_lines
from opstui.commands.audit_markdown import markdown
from opstui.domain.errors import OpstuiError
from opstui.domain.journal import Entry, parse, verify
from opstui.domain.words import plural
from opstui.places import Places

NAME = "audit"

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_COLUMNS = ("number", "at", "who", "what", "object", "place", "phase", "act", "before", "after",
            "result", "evidence", "previous", "hash")


def add(commands: Any) -> None:
    """Declare the arguments."""
    parser = commands.add_parser(
        NAME,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="verify follows the chain of hashes through the whole journal: exit code 0\n"
        "when every line is as it was written, 1 when one is not. Lines cut off at the end can\n"
        "only be noticed by who kept the hash of the last line, which verify prints.",
    )
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    what.add_parser("verify", help="check every line")
    export = what.add_parser("export", help="write the journal to standard output")
    export.add_argument("--since", type=ago, metavar="AGE", help="such as 90d, 12h or 2026-05-01")
    export.add_argument("--format", choices=("json", "csv", "md"), default="json")
    parser.set_defaults(run=run)


def ago(text: str) -> datetime:
    """A moment given as an age or as a date."""
    try:
        if match := re.fullmatch(r"(\d{1,9})([mhdw])", text):
            return datetime.now(UTC) - timedelta(**{_UNITS[match[2]]: int(match[1])})
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no age such as 90d, and no date") from error
    return moment if moment.tzinfo else moment.astimezone()


async def run(args: argparse.Namespace, places: Places, environ: Mapping[str, str]) -> int:
    """Carry it out."""
    try:
        if args.what == "verify":
            return check(places.journal)
        export(places.journal, args.since, args.format)
    except BrokenPipeError:
        sys.stderr.close()
    except OSError as error:
        raise OpstuiError(
            f"the journal can't be read: {error.strerror}", where=str(places.journal)
        ) from error
    return 0


def check(path: Path) -> int:
    """Verify and say what was found."""
    found = verify(read_lines(path))
    for number in found.torn:
        print(f"line {number} was cut short by a crash; the line after it says so")
    if found.fault is not None:
        print(f"{path}:{found.fault.line}: {found.fault.text}")
        print("nothing after that line is proven")
        return 1
    if not found.lines:
        print(f"there is no journal yet ({path})")
        return 0
    print(f"{plural(found.lines, 'line')} as written; the last one's hash is {found.head}")
    return 0


def export(path: Path, since: datetime | None, form: str) -> None:
    """Write every readable line since a moment; unreadable ones are told on standard error."""
    entries = _entries(path, since)
    if form == "csv":
        writer = csv.writer(sys.stdout)
        writer.writerow(_COLUMNS)
        writer.writerows(_row(entry) for entry in entries)
    elif form == "md":
        for text in markdown(entries, verify(read_lines(path)), str(path)):
            print(text)
    else:
        for one in entries:
            print(json.dumps({**one.body(), "hash": one.hash}, ensure_ascii=False))


def _entries(path: Path, since: datetime | None) -> Iterator[Entry]:
    for number, text in enumerate(read_lines(path), 1):
        try:
            entry = parse(text)
            written = datetime.fromisoformat(entry.at)
        except ValueError:
            print(f"opstui: line {number} can't be read and is left out", file=sys.stderr)
            continue
        if since is None or written >= since:
            yield entry


def _row(entry: Entry) -> list[str]:
    """One row for a spreadsheet; a leading sign must not make a formula of it."""
    facts = {**entry.body(), "hash": entry.hash,
             "evidence": json.dumps(dict(entry.evidence), ensure_ascii=False)}
    cells = (str(facts[name]) for name in _COLUMNS)
    return [f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell for cell in cells]
