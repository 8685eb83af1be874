"""Calling a person who looks elsewhere: the bell, and the terminal's own notification."""

from __future__ import annotations

from collections.abc import Mapping

from opstui.domain.text import clean

LONGEST = 200
"""Characters of a notification; terminals cut longer ones."""


def bell(text: str, environ: Mapping[str, str]) -> str:
    """The characters to write: BEL, and OSC 9 (iTerm2, kitty, Windows Terminal, WezTerm, foot).

    tmux passes OSC 9 on only when it is wrapped; GNU screen has no way for it.
    """
    note = f"\x1b]9;{clean(text)[:LONGEST]}\x07"
    if environ.get("TMUX"):
        return f"\x07\x1bPtmux;{note.replace(chr(27), chr(27) * 2)}\x1b\\"
    if environ.get("STY") or environ.get("TERM", "").startswith("screen"):
        return "\x07"
    return f"\x07{note}"
