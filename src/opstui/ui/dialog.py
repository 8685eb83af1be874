"""What all dialogs share: a box over the screen, keys by declared actions, Cancel on escape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from textual import events
from textual.screen import ModalScreen
from textual.widget import Widget

from opstui.ui.action import Bound, actions_of
from opstui.ui.desk import Desk
from opstui.ui.keymap import Keymap, key_name

R = TypeVar("R")


class Dialog(ModalScreen[R]):
    """A modal screen whose keys are declared actions: its own and the focused widget's."""

    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    Dialog { align: center middle; background: $background 60%; }
    Dialog Input, Dialog Input:focus {
        border: none; height: 1; padding: 0 1; background: $surface;
    }
    """

    def __init__(self, desk: Desk, keymap: Keymap) -> None:
        super().__init__()
        self.desk = desk
        self.keymap = keymap

    def tell(self, text: str, kind: str) -> bool:
        """Say something where it is seen in spite of the dialog; False where it has no place."""
        return False

    def scopes(self) -> Sequence[Sequence[Bound]]:
        """Where a key is looked up, innermost first."""
        focused = self.focused
        own = actions_of(self, "dialog")
        return (own, actions_of(focused, "list")) if isinstance(focused, Widget) else (own,)

    async def on_key(self, event: events.Key) -> None:
        """Carry out the key's action."""
        bound = self.keymap.find(self.scopes(), key_name(event))
        if bound is not None:
            event.stop()
            event.prevent_default()
            await bound.run(None, self.desk)
