"""What a file holds, as far as a terminal can show it: text, tables, small pictures."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
from collections.abc import Sequence
from contextlib import aclosing

from opstui.backends.artifact_protocols import Artifacts
from opstui.domain.experiment import Artifact
from opstui.domain.words import plural, size
from opstui.ui.measure import cells
from opstui.ui.paint import Line, Span, line, lines

TEXT = 256 * 1024
"""Bytes of a text that are read."""
PICTURE = 8 << 20
"""Bytes of a picture that are read: it can't be shown in part."""
MOST_LINES = 5000
MOST_ROWS = 500
"""Rows of a table that are shown."""
WIDEST = 40
"""Cells for one value of a table."""
TALLEST = 40
"""Lines for a picture."""
DELIMITERS = (",", ";", "\t", "|")
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".svg", ".pdf")
_KEY = re.compile(r"(\s*(?:- +)*)([^\s:#'\"-][^:#]*:)(?= |$)(.*)")


async def preview(
    artifacts: Artifacts, file: Artifact, width: int, *, ascii_only: bool
) -> Sequence[Line]:
    """The beginning of a file; what can't be shown is said."""
    name = file.name.lower()
    if name.endswith(PICTURES) and not name.endswith((".png", ".svg")):
        return _not_shown(file, "pictures other than PNG")
    picture = name.endswith(".png")
    if picture and file.size is not None and file.size > PICTURE:
        return _not_shown(file, f"pictures above {size(PICTURE)}")
    most = PICTURE if picture else TEXT
    data, cut = await _beginning(artifacts, file, most)
    if picture:
        return await asyncio.to_thread(_picture, file, data, width, ascii_only)
    text = _text(data)
    if text is None:
        return _not_shown(file, "files that are no text")
    if cut:
        text = text[: text.rfind("\n") + 1] or text
    shown = await asyncio.to_thread(_shown, name, text, cut)
    if cut:
        of = f" of {size(file.size)}" if file.size else ""
        shown = [*shown, line(), _more(f"the first {size(most)}{of} are shown; ")]
    return shown or [line(("an empty file", "dim"))]


async def _beginning(artifacts: Artifacts, file: Artifact, most: int) -> tuple[bytes, bool]:
    """At most so many bytes, and whether there are more."""
    found = bytearray()
    async with aclosing(artifacts.content(file)) as pieces:
        async for piece in pieces:
            found += piece
            if len(found) > most:
                return bytes(found[:most]), True
    return bytes(found), False


def _more(what: str) -> Line:
    return line((what, "dim"), ("d", "key"), (" downloads it", "dim"))


def _not_shown(file: Artifact, what: str) -> Sequence[Line]:
    many = f"{size(file.size)}; " if file.size is not None else ""
    return [line((f"{many}{what} are not previewed", "dim")), line(), _more("")]


def _text(data: bytes) -> str | None:
    """The text of UTF-8 or of UTF-16 with its mark; None for what is none."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if b"\0" in data[:8192]:
        return None
    text = data.decode("utf-8-sig", "replace")
    return None if text.count("�") > max(8, len(text) // 50) else text


def _shown(name: str, text: str, cut: bool) -> list[Line]:
    """A text by the kind that its name says."""
    if name.endswith((".csv", ".tsv")) and (found := _table(text)):
        return found
    if name.endswith(".json") and not cut:
        return _limited(_json(text))
    if name.endswith((".yaml", ".yml")) or name == "mlmodel":
        return _limited([_yaml(one) for one in text.splitlines()])
    if name.endswith((".md", ".markdown")):
        return _limited(markdown(text))
    return _limited(lines(text))


def _limited(found: list[Line]) -> list[Line]:
    if len(found) <= MOST_LINES:
        return found
    left = plural(len(found) - MOST_LINES, "line")
    return [*found[:MOST_LINES], line((f"… {left} more", "dim"))]


def _json(text: str) -> list[Line]:
    """Indented; as it is where it is damaged."""
    try:
        told = json.loads(text)
        return [_yaml(one) for one in
                json.dumps(told, indent=2, ensure_ascii=False).splitlines()]
    except (ValueError, RecursionError):
        return lines(text)


def _yaml(text: str) -> Line:
    """A line with its key apart."""
    if text.lstrip().startswith("#"):
        return line((text, "dim"))
    if text.lstrip().startswith('"') and '": ' in text:  # JSON
        key, _, value = text.partition('": ')
        return (Span(f'{key}":', "accent"), Span(f" {value}"))
    found = _KEY.fullmatch(text)
    if found is None:
        return line(text)
    return (Span(found[1]), Span(found[2], "accent"), Span(found[3]))


def _table(text: str) -> list[Line]:
    """Columns side by side, the first row as their titles; empty where it is no table."""
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]
    except csv.Error:
        return []
    if not rows:
        return []
    shown = [[_cell(value) for value in row] for row in rows[: MOST_ROWS + 1]]
    count = max(map(len, shown))
    widths = [max((cells(row[n]) for row in shown if n < len(row)), default=0)
              for n in range(count)]
    numbers = [all(_number(row[n]) for row in shown[1:] if n < len(row)) for n in range(count)]
    found: list[Line] = [
        (Span("  ".join(_aligned(value, widths[n], right=numbers[n])
                        for n, value in enumerate(row)), "plain" if at else "title"),)
        for at, row in enumerate(shown)
    ]
    if len(rows) > len(shown):
        found.append(line((f"… {plural(len(rows) - len(shown), 'row')} more", "dim")))
    return found


def _cell(value: str) -> str:
    text = " ".join(value.split())
    while cells(text) > WIDEST:
        text = text[: max(1, len(text) - max(1, cells(text) - WIDEST) - 1)] + "…"
    return text


def _number(value: str) -> bool:
    try:
        float(value or "0")
    except ValueError:
        return False
    return True


def _aligned(value: str, width: int, *, right: bool) -> str:
    blank = " " * (width - cells(value))
    return blank + value if right else value + blank


def markdown(text: str) -> list[Line]:
    """Headings, lists, quotes and code told apart; the signs of emphasis stay."""
    found: list[Line] = []
    code = False
    for one in text.splitlines():
        bare = one.lstrip()
        if bare.startswith(("```", "~~~")):
            code = not code
        elif code:
            found.append((Span("  "), Span(one, "accent")))
        elif bare.startswith("#") and bare.lstrip("#").startswith(" "):
            found.append(line((bare.lstrip("#").strip(), "title")))
        elif bare[:2] in ("- ", "* ", "+ "):
            indent = one[: len(one) - len(bare)]
            found.append((Span(indent), Span("• ", "dim"), Span(bare[2:])))
        elif bare.startswith(">"):
            found.append(line((one, "dim")))
        else:
            found.append(line(one))
    return found


def _picture(file: Artifact, data: bytes, width: int, ascii_only: bool) -> Sequence[Line]:
    from opstui.domain import png  # not before somebody looks at one
    from opstui.ui.blocks import blocks

    try:
        head = png.header(data)
        small = png.small(data, width, 2 * TALLEST)
    except ValueError as error:
        return _not_shown(file, str(error).removeprefix("a ") + "s")
    return [line((f"{head.width}×{head.height}", "dim")), line(),
            *blocks(small, ascii_only=ascii_only)]
