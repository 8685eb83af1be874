"""The line in which a filter or a search is typed."""

from __future__ import annotations

from collections.abc import Sequence

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

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Ended(Message):
        """The person is done; None where they gave it up."""

        def __init__(self, text: str | None, *, search: bool) -> None:
            super().__init__()
            self.text = text
            self.search = search

    def __init__(self) -> None:
        super().__init__(id="filter", select_on_focus=False)
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
        self.screen.set_focus(self)  # at once: the next key may be here already

    def take(self, event: events.Key) -> Ended | None:
        """A key that came up to the screen while this line is open: one that was typed before
        the line had the focus, or enter. What it ended, if it did."""
        if event.key in ("enter", "escape"):
            self.display = False
            text = self.value if event.key == "enter" else None
            return self.Ended(text, search=self.search)
        if event.is_printable and event.character:
            self.insert_text_at_cursor(event.character)
        return None

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell while typing."""
        event.stop()
        if self.display:
            self.post_message(self.Narrowed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter takes the text."""
        event.stop()
        self._end(event.value)

    def on_key(self, event: events.Key) -> None:
        """Escape gives it up. A line that is closed already lets every key pass."""
        if not self.display:
            event.prevent_default()
        elif event.key == "escape":
            event.stop()
            event.prevent_default()
            self._end(None)

    def _end(self, text: str | None) -> None:
        self.display = False
        self.post_message(self.Ended(text, search=self.search))
