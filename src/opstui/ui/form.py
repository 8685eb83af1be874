"""A request for several texts: one line each, checked before it is taken."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.suggester import SuggestFromList
from textual.widgets import Input

from opstui.ui.action import action
from opstui.ui.bar import Bar
from opstui.ui.desk import Desk, Field, Form
from opstui.ui.dialog import Dialog
from opstui.ui.keymap import Keymap
from opstui.ui.paint import Line, line
from opstui.ui.theme import Brush


class FormDialog(Dialog[Mapping[str, str] | None]):
    """One input line a field; `enter` goes to the next, and from the last one takes all."""

    DEFAULT_CSS = """
    FormDialog > Vertical { height: auto; max-height: 90%; max-width: 90%; width: 84;
        border: round $accent; padding: 0 1; background: $background; }
    FormDialog VerticalScroll { height: auto; max-height: 100%; }
    """

    def __init__(self, desk: Desk, keymap: Keymap, brush: Brush, form: Form) -> None:
        super().__init__(desk, keymap)
        self.brush = brush
        self.form = form

    def compose(self) -> ComposeResult:
        """The title, label and input of each field, what is wrong, the keys."""
        with Vertical():
            yield Bar(self.brush, id="form-title")
            with VerticalScroll(can_focus=False):
                for number, field in enumerate(self.form.fields):
                    yield Bar(self.brush, id=f"form-label-{number}")
                    yield Input(
                        field.value, password=field.secret, id=f"form-input-{number}",
                        placeholder=" | ".join(field.choices),
                        suggester=SuggestFromList(field.choices) if field.choices else None,
                    )
            yield Bar(self.brush, id="form-hint")

    def on_mount(self) -> None:
        """Name the fields; start in the first one."""
        self.query_one("#form-title", Bar).put([line((self.form.title, "title")), ()])
        for number, field in enumerate(self.form.fields):
            self.query_one(f"#form-label-{number}", Bar).put([_label(field)])
        self._hint("")
        self.query(Input).first().focus()

    @property
    def at(self) -> int:
        """The number of the field that has the focus."""
        inputs = list(self.query(Input))
        return inputs.index(self.focused) if isinstance(self.focused, Input) else 0

    @action("escape", "Cancel", item=False)
    async def cancel(self, _desk: Desk) -> None:
        """Leave without an answer."""
        self.dismiss(None)

    @action("tab,down", "Next field", item=False)
    async def next(self, _desk: Desk) -> None:
        """Go to the next field."""
        self._go(self.at + 1)

    @action("shift+tab,up", "Previous field", item=False)
    async def previous(self, _desk: Desk) -> None:
        """Go to the previous field."""
        self._go(self.at - 1)

    @action("pagedown", "Next choice", item=False)
    async def next_choice(self, _desk: Desk) -> None:
        """Take the next of the field's choices."""
        self._turn(1)

    @action("pageup", "Previous choice", item=False)
    async def previous_choice(self, _desk: Desk) -> None:
        """Take the previous of the field's choices."""
        self._turn(-1)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on; from the last field, take everything if nothing is wrong."""
        event.stop()
        if self.at + 1 < len(self.form.fields):
            self._go(self.at + 1)
            return
        values = {
            field.name: self.query_one(f"#form-input-{number}", Input).value
            for number, field in enumerate(self.form.fields)
        }
        for number, field in enumerate(self.form.fields):
            if wrong := _wrong(field, values[field.name]):
                self._hint(wrong)
                self._go(number)
                return
        self.dismiss(values)

    def on_input_changed(self, event: Input.Changed) -> None:
        """What was wrong may be right now."""
        event.stop()
        self._hint("")

    def _go(self, number: int) -> None:
        field = self.query_one(f"#form-input-{number % len(self.form.fields)}", Input)
        field.focus()
        field.scroll_visible(animate=False)

    def _turn(self, step: int) -> None:
        choices = self.form.fields[self.at].choices
        if choices:
            field = self.query_one(f"#form-input-{self.at}", Input)
            here = choices.index(field.value) if field.value in choices else -1
            field.value = choices[(here + step) % len(choices)]

    def _hint(self, wrong: str) -> None:
        keys = [("enter", "key"), (" next, at the end: go on   ", "dim"), ("esc", "key"),
                (" cancel", "dim")]
        if any(field.choices for field in self.form.fields):
            keys += [("   pgdn", "key"), (" next choice", "dim")]
        self.query_one("#form-hint", Bar).put([line((wrong, "bad")), line(*keys)])


def _label(field: Field) -> Line:
    parts = [(field.name, "accent")]
    if field.required:
        parts.append((" (needed)", "warn"))
    if field.help:
        parts.append((f"  {field.help}", "dim"))
    return line(*parts)


def _wrong(field: Field, value: str) -> str:
    """What is wrong with a value, as a sentence; empty when nothing is."""
    if field.required and not value:
        return f"{field.name} is needed"
    if field.choices and value and value not in field.choices:
        return f"{field.name} must be one of: {', '.join(field.choices)}"
    return ""
