"""The line in which a filter or a search is typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

from opstui.ui.suggest_word import SuggestWord

PROMPT = ":"
"""What stands first where the line has a helper; taking it away gives the line up."""


class Helper(Suggester):
    """Helps to type something else than a filter, and takes it."""

    def changed(self, text: str) -> None:
        """Another text stands in the line."""
        raise NotImplementedError

    def key(self, name: str, line: FilterLine) -> bool:
        """Take a key that is no text; False where the line should have it."""
        raise NotImplementedError

    def ended(self, text: str | None) -> None:
        """The line is closed: with a text, or with None where it was given up."""
        raise NotImplementedError


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
        self.helper: Helper | None = None
        """Who has the line instead of the filter."""

    def open(self, text: str, hint: str, words: Sequence[str], *, search: bool) -> None:
        """Show it with what was typed before."""
        self.search, self.helper = search, None
        self.placeholder = hint
        self.suggester = SuggestWord(words) if words else None
        self._show(text)

    def open_for(self, helper: Helper, text: str) -> None:
        """Show it for something else."""
        self.search, self.helper, self.placeholder, self.suggester = False, helper, "", helper
        self._show(text)

    def _show(self, text: str) -> None:
        self.put(text)
        self.display = True
        self.screen.set_focus(self)

    def put(self, text: str) -> None:
        """Let a text stand in the line."""
        with self.prevent(Input.Changed):
            self.value = text
        self.cursor_position = len(text)

    def take(self, event: events.Key) -> None:
        """Take a key that was typed before the line had the focus."""
        if not self._helped(event) and not self._ends(event) and event.is_printable \
                and event.character:
            self.insert_text_at_cursor(event.character)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell while typing."""
        event.stop()
        if not self.display:
            return
        if self.helper is None:
            self.post_message(self.Narrowed())
        elif self.value.startswith(PROMPT):
            self.helper.changed(self.value)
        else:
            self._close(None)

    def on_key(self, event: events.Key) -> None:
        """Enter takes the text, escape gives it up; closed already it lets every key pass."""
        if not self.display:
            event.prevent_default()
        elif not self._helped(event):
            self._ends(event)

    def _helped(self, event: events.Key) -> bool:
        if self.helper is None or not self.helper.key(event.key, self):
            return False
        event.stop()
        event.prevent_default()
        return True

    def _ends(self, event: events.Key) -> bool:
        if event.key not in ("enter", "escape"):
            return False
        event.stop()
        event.prevent_default()
        self._close(self.value if event.key == "enter" else None)
        return True

    def _close(self, text: str | None) -> None:
        self.display = False
        helper, self.helper = self.helper, None
        (helper.ended if helper is not None else self._ended)(text)
