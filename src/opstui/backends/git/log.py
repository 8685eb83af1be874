"""The commit log, one row a commit, with its graph."""

from __future__ import annotations

from datetime import UTC, datetime

from opstui.backends.git.command import text
from opstui.backends.git.graph import graph
from opstui.domain.branch import Commit

_FIELDS = ("%H", "%P", "%an", "%ct", "%s", "%D")


def command(revision: str, limit: int, without: str = "") -> tuple[str, ...]:
    """The log of one revision; `revision` must be a full reference or an object id.

    without: another one, whose own log is left out.
    """
    return (
        "-c", "i18n.logOutputEncoding=UTF-8", "log", "--no-color",
        "--no-show-signature", "--decorate=short", f"--max-count={limit}",
        "--format=" + "".join(f"%x00{field}" for field in _FIELDS),
        "--end-of-options", revision, *([f"^{without}"] if without else []), "--",
    )


def parse(out: bytes) -> list[Commit]:
    """Every commit of the command's output, newest first."""
    rows = [text(line).split("\0")[1:] for line in out.split(b"\n") if line]
    rows = [fields for fields in rows if len(fields) == len(_FIELDS)]
    drawn = graph((sha, parents.split()) for sha, parents, *_ in rows)
    return [_commit(cells, fields) for cells, fields in zip(drawn, rows, strict=True)]


def _commit(cells: str, fields: list[str]) -> Commit:
    sha, parents, author, date, subject, refs = fields
    return Commit(
        sha=sha, parents=tuple(parents.split()), author=author,
        when=datetime.fromtimestamp(int(date), UTC) if date else None, subject=subject,
        refs=_names(refs), graph=cells,
    )


def _names(refs: str) -> tuple[str, ...]:
    """Branch and tag names of `HEAD -> main, tag: v1, origin/main`."""
    names = (
        name.removeprefix("HEAD -> ").removeprefix("tag: ") for name in refs.split(", ") if name
    )
    return tuple(name for name in names if name != "HEAD" and not name.endswith("/HEAD"))
