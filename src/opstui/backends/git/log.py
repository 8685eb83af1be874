"""The commit log with its graph, one row a commit.

`git log --graph` prints connector lines between commits (`|\\`, `|/`). They are folded into the
commit rows as corners, so that a list can show one commit a line and still be followed:

    *─╮  merge          from   *   merge
    │ *  on the side           |\\
    * │  on the trunk          | * on the side
    *─╯  where they part       * | on the trunk
                               |/
                               * where they part
"""

from __future__ import annotations

from datetime import UTC, datetime

from opstui.backends.git.command import text
from opstui.domain.branch import Commit

_FIELDS = ("%H", "%P", "%an", "%ct", "%s", "%D")
_DRAWN = str.maketrans({"|": "│", "/": "╱", "\\": "╲", "_": "─", "-": "─", ".": "╮"})


def command(revision: str, limit: int) -> tuple[str, ...]:
    """The log of one revision; `revision` must be a full reference or an object id."""
    return (
        "-c", "i18n.logOutputEncoding=UTF-8", "log", "--graph", "--no-color",
        "--no-show-signature", "--decorate=short", f"--max-count={limit}",
        "--format=" + "".join(f"%x00{field}" for field in _FIELDS),
        "--end-of-options", revision, "--",
    )


def parse(out: bytes) -> list[Commit]:
    """Every commit of the command's output, newest first."""
    commits: list[tuple[list[str], list[str]]] = []
    connectors: list[str] = []
    for line in out.split(b"\n"):
        head, *fields = text(line).split("\0")
        if len(fields) != len(_FIELDS):
            connectors.append(head)
            continue
        cells = list(head)
        if commits and connectors:
            _open_corner(commits[-1][0], connectors[0])
        if connectors:
            _close_corner(cells, connectors[-1])
        connectors = []
        commits.append((cells, fields))
    return [_commit("".join(cells).rstrip(), fields) for cells, fields in commits]


def _open_corner(row: list[str], below: str) -> None:
    """A line that leaves a merge to the right: `*` above `|\\` becomes `*─╮`."""
    node = "".join(row).find("*")
    if node >= 0 and below[node + 1 : node + 2] == "\\":
        _corner(row, node, "╮")


def _close_corner(row: list[str], above: str) -> None:
    """A line that joins from the right: `*` below `|/` becomes `*─╯`."""
    node = "".join(row).find("*")
    if node >= 0 and above[node + 1 : node + 2] == "/":
        _corner(row, node, "╯")


def _corner(row: list[str], node: int, end: str) -> None:
    row.extend(" " * (node + 3 - len(row)))
    if row[node + 1] == " " and row[node + 2] == " ":
        row[node + 1], row[node + 2] = "─", end


def _commit(graph: str, fields: list[str]) -> Commit:
    sha, parents, author, date, subject, refs = fields
    return Commit(
        sha=sha, parents=tuple(parents.split()), author=author,
        when=datetime.fromtimestamp(int(date), UTC) if date else None, subject=subject,
        refs=_names(refs), graph=graph.translate(_DRAWN),
    )


def _names(refs: str) -> tuple[str, ...]:
    """Branch and tag names of `HEAD -> main, tag: v1, origin/main`."""
    names = (
        name.removeprefix("HEAD -> ").removeprefix("tag: ") for name in refs.split(", ") if name
    )
    return tuple(name for name in names if name != "HEAD" and not name.endswith("/HEAD"))
