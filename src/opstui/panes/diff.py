"""A commit as `git show` prints it, in colour."""

from __future__ import annotations

import re
from collections.abc import Sequence

from opstui.domain.words import plural
from opstui.operations.world import World
from opstui.ui.desk import Detail
from opstui.ui.paint import Line, Span, line

_LINES = 20_000
"""Lines that are shown at most."""
_WIDEST = 2_000
"""Characters of one line that are shown at most."""
_STAT = re.compile(r"^( .*\| +(?:\d+|Bin\b.*?) ?)(\+*)(-*)$")
_HUNK = re.compile(r"^(@@+) ")


def commit_detail(world: World, sha: str) -> Detail:
    """The commit with its message, statistics and patch."""

    async def load(width: int, /) -> Sequence[Line]:
        return diff_lines(await world.git.diff(sha))

    return Detail(f"commit/{sha}", "Commit", load)


def diff_lines(text: str) -> list[Line]:
    """Every line of a patch, coloured by what it is; a very long one ends in a sentence."""
    rows = text.rstrip("\n").split("\n")
    shown: list[Line] = []
    parents = 0
    in_patch = False
    for row in rows[:_LINES]:
        row = row.rstrip("\r").expandtabs(4)
        if len(row) > _WIDEST:
            row = f"{row[:_WIDEST]}…"
        if row.startswith("diff --"):
            in_patch, parents = True, 0
            shown.append((Span(row, "title"),))
        elif match := _HUNK.match(row):
            parents = len(match.group(1)) - 1
            shown.append((Span(row, "hunk"),))
        elif in_patch:
            shown.append((Span(row, _patched(row, parents)),))
        else:
            shown.append(_headline(row))
    if len(rows) > _LINES:
        left_out = plural(len(rows) - _LINES, "line")
        shown += [(), line((f"… {left_out} more; `git show` in a shell prints all", "warn"))]
    return shown


def _patched(row: str, parents: int) -> str:
    """The role of a line inside a patch. A merge's patch has one mark for each parent."""
    if row.startswith("… cut here"):
        return "warn"
    if not parents:
        return "dim"
    marks = row[:parents]
    if "+" in marks:
        return "added"
    if "-" in marks:
        return "removed"
    return "dim" if row.startswith("\\") else "plain"


def _headline(row: str) -> Line:
    """A line above the patch: the commit, its people, its message, its statistics."""
    if row.startswith("commit "):
        return (Span(row, "title"),)
    if match := _STAT.match(row):
        return line(match.group(1), (match.group(2), "added"), (match.group(3), "removed"))
    if row and not row.startswith(" "):
        return (Span(row, "dim"),)
    return (Span(row),)
