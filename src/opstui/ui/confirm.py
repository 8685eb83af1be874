"""The confirmation: object, effect, place and evidence, with Cancel as the default."""

from __future__ import annotations

from functools import partial

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from opstui.ui.action import action
from opstui.ui.desk import Desk, Question
from opstui.ui.dialog import Dialog
from opstui.ui.document import wrapped
from opstui.ui.document_view import DocumentView
from opstui.ui.keymap import Keymap
from opstui.ui.measure import on_ground
from opstui.ui.paint import Line, Span, line
from opstui.ui.theme import Brush
from opstui.ui.work import start_work

WIDEST = 104


class QuestionBox(DocumentView):
    """The question's text with the two ways out below it."""

    def __init__(self, brush: Brush, question: Question) -> None:
        role = "alarm" if question.danger else "title"
        super().__init__(brush, line((question.title, role)), id="box")
        self.question = question
        self.yes = False
        """Whether the yes button is chosen; never at first."""

    def fill(self, width: int) -> int:
        """Lay the text out for a width; returns the height of the whole box."""
        question = self.question
        text: list[Line] = [line((question.object, "title")), ()]
        text += [line((sentence, "plain")) for sentence in question.effect.splitlines()]
        text += [line(("at ", "dim"), (question.place, "dim"))]
        rows = [row for part in text for row in (wrapped(part, width) or [()])]
        if question.body:
            rows += [(), *question.body]
        self.document.replace(rows)
        return len(rows) + 5

    @property
    def text_height(self) -> int:
        """The text's room above the buttons."""
        return self.inner_height - 2

    def inner_lines(self, width: int, height: int) -> list[Line]:
        """The text, a blank, the buttons."""
        text = super().inner_lines(width, height - 2)
        text += [()] * (height - 2 - len(text))
        return [*text, (), self._buttons()]

    def _buttons(self) -> Line:
        cancel = line((" esc ", "key"), ("Cancel ", "title"))
        role = "alarm" if self.question.danger else "title"
        go = line((" y ", "key"), (f"{self.question.yes} ", role))
        if self.yes:
            go = on_ground(go, "cursor")
        else:
            cancel = on_ground(cancel, "cursor")
        label = self.question.aside_label
        aside = line(("  f2 ", "key"), (f"{label} ", "title")) if label else ()
        return (Span(" "), *cancel, Span("  "), *go, *aside)


class Confirm(Dialog[bool]):
    """Asks; `enter` alone answers Cancel."""

    DEFAULT_CSS = """
    Confirm > Vertical { height: auto; }
    Confirm #typed { margin-top: 0; }
    """

    def __init__(self, desk: Desk, keymap: Keymap, brush: Brush, question: Question) -> None:
        super().__init__(desk, keymap)
        self.box = QuestionBox(brush, question)
        self.question = question

    def compose(self) -> ComposeResult:
        """The box, and an input line where a text must be typed."""
        with Vertical():
            yield self.box
            if self.question.typed:
                yield Input(placeholder=f"type {self.question.typed} to go on", id="typed")

    def on_mount(self) -> None:
        """Fit the box to its text and the screen."""
        self.fit_box()
        (self.query_one(Input) if self.question.typed else self.box).focus()

    def on_resize(self) -> None:
        """Fit the box again."""
        self.fit_box()

    def fit_box(self) -> None:
        """As wide as reading is pleasant, as high as the text."""
        width = min(WIDEST, self.size.width - 4)
        height = self.box.fill(width - 4)
        self.query_one(Vertical).styles.width = width
        self.box.styles.height = min(height, self.size.height - (3 if self.question.typed else 2))

    @action("escape,q,n", "Cancel", item=False)
    async def cancel(self, _desk: Desk) -> None:
        """Change nothing."""
        self.dismiss(False)

    @action("y", "Yes", item=False)
    async def agree(self, desk: Desk) -> None:
        """Do it."""
        typed = self.query_one(Input).value if self.question.typed else ""
        if typed != self.question.typed:
            desk.say(f"type {self.question.typed} first", kind="warning")
            return
        self.dismiss(True)

    @action("f2", "Aside", item=False)
    async def aside(self, desk: Desk) -> None:
        """Do what can be done on the way; the question stays."""
        if self.question.aside_label and self.question.aside is not None:
            start_work(self, partial(self.question.aside, desk), "ask", exclusive=True)

    @action("enter", "Choose", item=False)
    async def choose(self, desk: Desk) -> None:
        """Take the chosen button, Cancel at first; where a text must be typed, it decides."""
        wanted = self.box.yes or bool(self.question.typed)
        await (self.agree(desk) if wanted else self.cancel(desk))

    @action("tab,shift+tab,left,right", "Other button", item=False)
    async def other(self, _desk: Desk) -> None:
        """Choose the other button."""
        self.box.yes = not self.box.yes
        self.box.redraw()
