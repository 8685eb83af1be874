"""One line of a log as a person reads it: without server's stamps and markers, its last state.

GitHub, Gitea and Forgejo begin each line with `2026-11-23T10:00:11.0000000Z ` and mark groups
and errors with `##[group]` and `##[error]` (docs.github.com, workflow commands); GitLab begins
it with 32 characters `2026-11-23T10:00:11.000000Z 00O ` (lib/gitlab/ci/trace/stream.rb) and marks
sections with `section_start:TIME:NAME` (docs.gitlab.com/ci/jobs/job_logs).
"""

from __future__ import annotations

import re
from datetime import datetime

from opstui.domain.text import styled_pieces

STAMP = re.compile(
    rb"(?:\xef\xbb\xbf)?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6,9}Z)"
    rb"(?: [0-9a-f]{2}[EO][ +]| |(?=\r?\n|$))"
)
SECTION = re.compile(
    rb"(?:\x1b\[0K)?section_(?:start|end):\d+:[^\r\n]*\r(?:\x1b\[0K)?"
)
MARKER = re.compile(r"##\[([a-z]+)\]")
LABELS = {
    "group": ("▾ ", "1"), "error": ("Error: ", "31"), "warning": ("Warning: ", "33"),
    "notice": ("Notice: ", "34"), "command": ("$ ", "34"), "section": ("", "1"),
    "debug": ("Debug: ", "2"),
}
"""What GitHub's markers read as, and their SGR colour."""
DROPPED = re.compile(rb"(?:##\[endgroup\]|(?:(?:\x1b\[0K)?section_(?:start|end):\d+:[^\r\n]*\r"
                     rb"(?:\x1b\[0K)?)+)(?:\x1b\[0?m)*\s*")
"""A line that is nothing but a marker that shows nothing."""
_TOKENS = re.compile(r"\x1b\[[0-9;:]*m|.", re.DOTALL)
_ESCAPES = re.compile(
    rb"\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|\x1b[PX^_][^\x1b\n]*(?:\x1b\\)?"
    rb"|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]"
)
_NOT_SGR = re.compile(
    rb"\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|\x1b[PX^_][^\x1b\n]*(?:\x1b\\)?"
    rb"|\x1b\[(?![0-9;:]*m)[0-?]*[ -/]*[@-~]|\x1b(?!\[)[ -/]*[0-~]"
    rb"|\x1b(?!\[[0-9;:]*m)|[\x00-\x07\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]"
    rb"|\xc2[\x80-\x9f]"  # the C1 controls in UTF-8
)
_OVERWRITTEN = re.compile(rb"^[^\n]*\r(?=[^\r\n])", re.MULTILINE)
_STAMPS = re.compile(rb"^" + STAMP.pattern, re.MULTILINE)
_LABELS = re.compile(rb"##\[([a-z]+)\]")

Pieces = list[tuple[str, str]]
"""(text, SGR parameters in force), as `styled_pieces` gives them."""


def pieces(raw: bytes, *, stamped: bool, stamps: bool) -> Pieces:
    """A line as it is shown.

    stamped: the server wrote stamps before its lines; stamps: they are to be shown, as a time.
    """
    before: Pieces = []
    if stamped and (match := STAMP.match(raw)):
        if stamps:
            before = [(match[1][11:23].decode() + " ", "2")]
        raw = raw[match.end():]
    if b"section_" in raw:
        raw = SECTION.sub(b"", raw)
    text = raw.decode("utf-8", "replace")
    if "\b" in text:
        text = _without_backspaces(text)
    shown = styled_pieces(text)
    if shown and "##[" in text:
        shown = _labelled(shown)
    return before + shown


def _labelled(shown: Pieces) -> Pieces:
    """GitHub's markers as words; what follows takes their colour unless it has its own."""
    text, sgr = shown[0]
    match = MARKER.match(text)
    if match is None or match[1] not in LABELS:
        return shown
    label, colour = LABELS[match[1]]
    rest = [(part, own or colour) for part, own in [(text[match.end():], sgr), *shown[1:]] if part]
    return [(label, colour), *rest] if label else rest


def _without_backspaces(text: str) -> str:
    """What is left when each backspace takes the character before it away; at the end of a
    line they only move the cursor."""
    kept: list[str] = []
    end = text.rstrip("\r\n")
    for token in _TOKENS.findall(end.rstrip("\b")):
        if token != "\b":
            kept.append(token)
            continue
        at = len(kept) - 1
        while at >= 0 and len(kept[at]) > 1:  # colours take no room
            at -= 1
        if at >= 0 and kept[at] != "\r":
            del kept[at]
    return "".join(kept) + text[len(end):]


def searchable(block: bytes, *, stamped: bool, stamps: bool) -> bytes:
    """Lines as they read, with as many line ends as before: what a search looks through."""
    if stamped and not stamps:
        block = _STAMPS.sub(b"", block)
    if b"\r" in block:
        if b"section_" in block:
            block = SECTION.sub(b"", block)
        block = _OVERWRITTEN.sub(b"", block)
    if b"\x1b" in block:
        block = _ESCAPES.sub(b"", block)
    if b"##[" in block:
        block = _LABELS.sub(_label, block)
    return block


def _label(match: re.Match[bytes]) -> bytes:
    known = LABELS.get(match[1].decode("ascii"))
    return match[0] if known is None else known[0].encode()


def saved(block: bytes) -> bytes:
    """A stretch of a log as it is saved: as it came, without any control sequence but SGR.

    Tabs, backspaces, carriage returns and line ends stay: a file does nothing with them.
    """
    return _NOT_SGR.sub(b"", block)


def moment(raw: bytes) -> datetime | None:
    """When the server wrote the line, None where it does not say."""
    match = STAMP.match(raw)
    if match is None:
        return None
    try:
        return datetime.fromisoformat(match[1][:26].decode().rstrip("Z") + "+00:00")
    except ValueError:
        return None
