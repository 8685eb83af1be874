from __future__ import annotations

import re

import pytest

from opstui.domain.errors import OpstuiError
from opstui.ui.action import action, actions_of
from opstui.ui.keymap import FORBIDDEN, Keymap


class Room:
    @action("p,P", "Paint")
    async def paint(self, item: object, desk: object) -> None:
        """Paint it."""

    @action("c", "Clean", item=False, changes=("rooms",))
    async def clean(self, desk: object) -> None:
        """Clean it."""


SCOPE = actions_of(Room(), "rooms")


def test_declared_and_changed_keys() -> None:
    keymap = Keymap({"rooms.paint": "x, y"})
    assert keymap.find([SCOPE], "x") is SCOPE[0]
    assert keymap.find([SCOPE], "p") is None
    assert keymap.find([SCOPE], "c") is SCOPE[1]


def test_inner_scope_wins() -> None:
    inner = actions_of(Room(), "inner")
    assert Keymap().find([inner, SCOPE], "c") is inner[1]


@pytest.mark.parametrize(("changes", "said"), [
    ({"rooms.burn": "b"}, "there is no action 'rooms.burn'"),
    ({"rooms.paint": "c"}, "the key c is given to both rooms.paint and rooms.clean"),
    *[({"rooms.paint": key}, f"{key} can't be given") for key in FORBIDDEN],
])
def test_bad_keymaps_are_told(changes: dict[str, str], said: str) -> None:
    with pytest.raises(OpstuiError, match=re.escape(said)):
        Keymap(changes).check([SCOPE])


def test_action_without_help_is_refused() -> None:
    with pytest.raises(TypeError, match="docstring"):
        @action("u", "Undocumented")
        async def nothing(self: object) -> None: ...


def test_reasons() -> None:
    paint, clean = SCOPE
    assert paint.why_not(None, read_only=False) == "nothing selected"
    assert clean.why_not(None, read_only=True) == "read-only"
    assert clean.why_not(None, read_only=False) == ""
