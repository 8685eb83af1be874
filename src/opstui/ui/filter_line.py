"""The line in which a filter or a search is typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.message import Message
from textual.widgets import Input

from opstui.ui.suggest_word import SuggestWord


class FilterLine(Input):
    """Hidden until asked for; tells each change, and how it ended."""

    DEFAULT_CSS = """
    FilterLine, FilterLine:focus { border: none; height: 1; padding: 0 1; display: none;
        background: $surface; }
    """

    class Narrowed(Message):
        """The text changed while it is still being typed."""

    def __init__(self, ended: Callable[[str | None], None]) -> None:
        """`ended` gets the text, or None where the person gave it up. It is called, not told by
        a message, since the next key may be here already and has to find the filter at work."""
        super().__init__(id="filter", select_on_focus=False)
        self._ended = ended
        self.search = False
        """It searches the details instead of filtering the list."""

    def open(self, text: str, hint: str, words: Sequence[str], *, search: bool) -> None:
        """Show it with what was typed before."""
        self.search = search
        self.placeholder = hint
        self.suggester = SuggestWord(words) if words else None
        with self.prevent(Input.Changed):
            self.value = text
        self.cursor_position = len(text)
        self.display = True
        self.screen.set_focus(self)

    def take(self, event: events.Key) -> None:
        """Take a key that was typed before the line had the focus."""
        if not self._ends(event) and event.is_printable and event.character:
            self.insert_text_at_cursor(event.character)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell while typing."""
        event.stop()
        if self.display:
            self.post_message(self.Narrowed())

    def on_key(self, event: events.Key) -> None:
        """Enter takes the text, escape gives it up; closed already it lets every key pass."""
        if not self.display:
            event.prevent_default()
        else:
            self._ends(event)

    def _ends(self, event: events.Key) -> bool:
        if event.key not in ("enter", "escape"):
            return False
        event.stop()
        event.prevent_default()
        self.display = False
        self._ended(self.value if event.key == "enter" else None)
        return True
