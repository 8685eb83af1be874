"""What an action may ask of the screen: questions, notices, jumps. Never a widget."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from opstui.ui.checks import Checklist
from opstui.ui.log_feed import Log
from opstui.ui.paint import Line

if TYPE_CHECKING:
    from opstui.ui.plot import Plot
    from opstui.ui.sheet import Comparing
    from opstui.ui.view import View


@dataclass(frozen=True, slots=True)
class Question:
    """A confirmation. Cancel is always the default; `enter` alone changes nothing."""

    title: str
    """The act, such as `Delete branch`."""
    object: str
    """The thing's full name."""
    effect: str
    """What will be different afterwards, in one or two sentences."""
    place: str
    """Where: repository path, server address, engine."""
    yes: str = "Yes"
    """The verb on the button, such as `Delete`; its first letter is its key."""
    danger: bool = False
    typed: str = ""
    """A text the person must type before yes works; empty for none."""
    body: tuple[Line, ...] = ()
    """Evidence to show, scrollable."""
    aside: Callable[[Desk], Coroutine[Any, Any, None]] | None = None
    """Something that can be done on the way without answering; the question stays."""
    aside_label: str = ""
    """What it is called, such as `Save plan`; empty where there is nothing."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A request for one line of text."""

    title: str
    label: str
    value: str = ""
    placeholder: str = ""
    options: tuple[str, ...] = ()
    """Completions offered while typing."""
    multiline: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form."""

    name: str
    value: str = ""
    help: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    """The only texts that are taken; empty for any."""
    secret: bool = False
    """What is typed is not shown."""


@dataclass(frozen=True, slots=True)
class Form:
    """A request for several texts at once."""

    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a menu."""

    id: str
    label: str
    note: str = ""
    dim: bool = False
    """It can be chosen, but not be done now: `note` says why."""


class LoadLines(Protocol):
    """Loads a detail's lines for a width in cells; may raise OpstuiError."""

    async def __call__(self, width: int, /) -> Sequence[Line]:
        """The lines."""
        ...


class Pictures(Protocol):
    """Gives a detail's lines as they change, until there is nothing more to tell."""

    def __call__(self, width: Callable[[], int], /) -> AsyncGenerator[Sequence[Line], None]:
        """All lines anew each time, for a width in cells that may change; may raise OpstuiError.

        Closed as soon as nobody can see them.
        """
        ...


@dataclass(frozen=True, slots=True)
class Detail:
    """One tab of the detail area for one item."""

    id: str
    """Identity of the content, so that scrolling survives a refresh: `commit/<sha>`."""
    title: str
    load: LoadLines
    log: Log | None = None
    """A log, shown instead of what `load` gives."""
    tree: Callable[[], Awaitable[object]] | None = None
    """Reads JSON that `Desk.read` shows as a foldable tree instead of what `load` gives."""
    pictures: Pictures | None = None
    """Gives its lines again and again while it is in sight, instead of `load`."""
    checks: Checklist | None = None
    """What `Desk.read` shows to be gone through, instead of what `load` gives."""


async def no_lines(_width: int, /) -> Sequence[Line]:
    """What a detail loads that is a log."""
    return ()


@dataclass(frozen=True, slots=True)
class Program:
    """A program that gets the terminal to itself."""

    command: tuple[str, ...]
    """Its words; no shell reads them."""
    folder: str = ""
    """Where it runs; empty: where opstui was started."""
    environ: Mapping[str, str] = field(default_factory=dict)
    """Variables beside the person's own."""
    title: str = ""
    """What to call it; empty: by its name."""
    install: str = ""
    """What to try where it is not installed."""
    pause: bool = False
    """Wait for enter at its end, so that what it wrote can be read."""


class Desk(Protocol):
    """The screen as actions see it. A refresh can't change what an action already holds."""

    @property
    def read_only(self) -> bool:
        """Whether anything shared may be changed."""
        ...

    async def confirm(self, question: Question) -> bool:
        """Ask; False is the default."""
        ...

    async def ask(self, prompt: Prompt) -> str | None:
        """Ask for a line of text; None when cancelled."""
        ...

    async def form(self, form: Form) -> Mapping[str, str] | None:
        """Ask for several texts, by the fields' names; None when cancelled."""
        ...

    async def choose(self, title: str, choices: Sequence[Choice]) -> str | None:
        """A menu; the chosen id, or None."""
        ...

    async def pick(
        self, title: str, choices: Sequence[Choice], picked: Sequence[str]
    ) -> Sequence[str] | None:
        """A menu of which any number is picked, beginning with `picked`: the ids in the order of
        picking; None when it was left as it was."""
        ...

    def open(self, view: View[Any], name: str) -> None:
        """Show a list inside the one in sight; `name` is for the breadcrumb."""
        ...

    async def hand_over(self, program: Program) -> int:
        """Give the terminal to a program until it ends; its exit code, which is told where it is
        not 0. Comes back to the same row, with everything read again.

        Raises OpstuiError where the program is missing or the terminal can't be given away.
        """
        ...

    def marked(self) -> Sequence[Any]:
        """The marked items of the list in sight, in its order; none where nothing is marked."""
        ...

    async def compare(self, comparing: Comparing) -> None:
        """Show things side by side over everything until it is closed."""
        ...

    async def plot(self, plot: Plot) -> None:
        """Show charts over everything until they are closed."""
        ...

    async def read(self, title: str, body: Detail) -> None:
        """Show a document over everything until it is closed."""
        ...

    def say(self, text: str, *, kind: str = "information") -> None:
        """A notice that goes by itself. kind: information, warning or error."""
        ...

    def ring(self, text: str) -> None:
        """Call the person from elsewhere: a notice, the bell, and the terminal's notification."""
        ...

    def changed(self, *kinds: str) -> None:
        """Tell the panes of these kinds to read their source again."""
        ...

    def restart(self, kind: str, *, forget: bool = False) -> None:
        """Let the panes of this kind read their source again from its beginning.

        forget: another thing stands behind it, so that nothing of what was read holds any more.
        """
        ...

    def go(self, kind: str, key: str) -> None:
        """Focus the pane of this kind and select the item with this key."""
        ...

    def copy(self, text: str, what: str) -> None:
        """Copy to the person's clipboard, over SSH too, and say so."""
        ...

    def busy(self, kind: str, key: str) -> AbstractContextManager[None]:
        """Mark a row as being worked on."""
        ...
