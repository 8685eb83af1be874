"""A request for one line of text."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.suggester import SuggestFromList
from textual.widgets import Input

from opstui.ui.action import action
from opstui.ui.bar import Bar
from opstui.ui.desk import Desk, Prompt
from opstui.ui.dialog import Dialog
from opstui.ui.keymap import Keymap
from opstui.ui.paint import line
from opstui.ui.theme import Brush


class Ask(Dialog[str | None]):
    """One input line; `enter` takes it, `esc` doesn't."""

    DEFAULT_CSS = """
    Ask > Vertical { height: auto; max-width: 90%; width: 76; border: round $accent; padding: 0 1;
        background: $background; border-title-color: $foreground; }
    """

    def __init__(self, desk: Desk, keymap: Keymap, brush: Brush, prompt: Prompt) -> None:
        super().__init__(desk, keymap)
        self.brush = brush
        self.prompt = prompt

    def compose(self) -> ComposeResult:
        """A label, the input, a hint."""
        prompt = self.prompt
        options = prompt.options
        suggester = SuggestFromList(options, case_sensitive=False) if options else None
        with Vertical():
            yield Bar(self.brush, id="ask-label")
            yield Input(prompt.value, prompt.placeholder, suggester=suggester, id="ask-input")
            yield Bar(self.brush, id="ask-hint")

    def on_mount(self) -> None:
        """Say what is asked."""
        self.query_one("#ask-label", Bar).put(
            [line((self.prompt.title, "title")), line((self.prompt.label, "dim"))]
        )
        keys = [("enter", "key"), (" ok   ", "dim"), ("esc", "key"), (" cancel", "dim")]
        if self.prompt.options:
            keys += [("   →", "key"), (" complete", "dim")]
        self.query_one("#ask-hint", Bar).put([line(*keys)])
        self.query_one(Input).focus()

    @action("escape", "Cancel", item=False)
    async def cancel(self, _desk: Desk) -> None:
        """Leave without an answer."""
        self.dismiss(None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what was typed."""
        self.dismiss(event.value)
