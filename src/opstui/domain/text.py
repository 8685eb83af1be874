"""Text from outside is data: what may reach the terminal, and what is said instead."""

from __future__ import annotations

import re

_ESCAPES = re.compile(
    r"\x1b\][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC: titles, clipboard, links
    r"|\x1b[PX^_][^\x1b\x9c]*(?:\x1b\\|\x9c)?"  # DCS, SOS, PM, APC
    r"|\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    r"|\x1b[ -/]*[0-~]"  # two- and three-byte escapes
    r"|\x9b[0-?]*[ -/]*[@-~]"  # CSI as one C1 character
)
_SGR = re.compile(r"\x1b\[([0-9;:]*)m")
_CONTROLS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 without tab and newline, DEL, C1
    r"\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"  # what reorders or hides text
)
_SURROGATES = re.compile(r"[\ud800-\udfff]")


def clean(text: str) -> str:
    """`text` on one line without anything a terminal would act on.

    Escape sequences disappear, control characters, bidirectional overrides and undecodable
    bytes become U+FFFD, tabs and line ends become single spaces.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _ESCAPES.sub("", text)
    text = text.replace("\r\n", " ").replace("\n", " ").replace("\t", " ").replace("\r", " ")
    return _SURROGATES.sub("\ufffd", _CONTROLS.sub("\ufffd", text))


def styled_pieces(text: str) -> list[tuple[str, str]]:
    """One line of a log as (text, SGR parameters in force) pieces, everything else removed.

    `a\\x1b[31mb` gives `[("a", ""), ("b", "31")]`. A carriage return inside the line restarts
    it, as a terminal would show a progress bar's last state. Tabs become four spaces.
    """
    text = text.rstrip("\r\n")
    if "\r" in text:
        text = text.rsplit("\r", 1)[1] or text.rsplit("\r", 2)[-2]
    text = text.expandtabs(4)
    if "\x1b" not in text:
        return [(clean(text), "")] if text else []
    pieces: list[tuple[str, str]] = []
    active: list[str] = []
    at = 0
    for match in _SGR.finditer(text):
        if piece := clean(text[at : match.start()]):
            pieces.append((piece, ";".join(active)))
        parameters = match.group(1)
        if parameters in ("", "0", "00"):
            active = []
        else:
            active.append(parameters.removeprefix("0;"))
            if parameters.startswith("0;"):
                active = active[-1:]
        at = match.end()
    if piece := clean(text[at:]):
        pieces.append((piece, ";".join(active)))
    return pieces
