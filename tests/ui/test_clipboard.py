from __future__ import annotations

import base64

import pytest

from opstui.domain.errors import OpstuiError
from opstui.ui.clipboard import MOST, osc52

BARE = "\x1b]52;c;" + base64.b64encode("höhe".encode()).decode() + "\x07"


def test_bare_sequence_for_a_plain_terminal() -> None:
    assert osc52("höhe", {"TERM": "xterm-256color"}) == BARE


def test_tmux_gets_it_wrapped_with_doubled_escapes() -> None:
    assert osc52("höhe", {"TMUX": "/tmp/tmux,1,0"}) == (
        "\x1bPtmux;" + BARE.replace("\x1b", "\x1b\x1b") + "\x1b\\" + BARE
    )


def test_screen_gets_it_in_short_strings() -> None:
    text = osc52("x" * 300, {"STY": "1.pts"})
    pieces = text.split("\x1b\\")[:-1]
    assert all(piece.startswith("\x1bP") and len(piece) <= 80 for piece in pieces)
    assert "".join(piece[2:] for piece in pieces) == osc52("x" * 300, {})


def test_too_much_is_told() -> None:
    with pytest.raises(OpstuiError, match="too many for the terminal's clipboard"):
        osc52("x" * MOST, {})
