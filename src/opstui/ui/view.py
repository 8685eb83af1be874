"""A view is what one list shows: how it loads, its columns, its details, its actions.

A view is a plain object, not a widget, so that it can be tested without a terminal. A pane
shows one view at a time: `enter` opens its `child`, `esc` goes back.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from opstui.domain.page import Page
from opstui.ui.column import Column
from opstui.ui.desk import Detail
from opstui.ui.paint import Line, line

if TYPE_CHECKING:
    from opstui.domain.status import Status
    from opstui.ui.level import Level


class Keyed(Protocol):
    """Anything with an identity that survives a reload."""

    @property
    def key(self) -> str:
        """The identity."""
        ...


T = TypeVar("T", bound=Keyed)


class View(Generic[T]):
    """Base of all lists. Override what differs."""

    kind: ClassVar[str] = ""
    """Name for action ids, reloads and jumps, such as `branches`."""
    parts: ClassVar[tuple[type[Any], ...]] = ()
    """Classes with further actions of this view; each is made from the view."""
    title: str = ""
    """Shown in the frame (and, for tabs, in the tab strip)."""
    noun: str = "item"
    """One of them, for counts: `340 branches`."""
    interval: float | None = None
    """Seconds after which what is in sight is too old for whoever is there; None where `changes`
    tells everything. The pane backs off while loads fail, take long, bring nothing new, or while
    nobody is there."""
    calm: float = 300.0
    """Seconds between looks by itself where `changes` tells of all but a rest."""
    paced: bool = False
    """`interval` already knows how its source wants to be asked, so the pane adds nothing."""
    begins_at: str = ""
    """Key of the item to begin at, set by the first load; empty for the first one."""
    asked: bool = False
    """A person asks for the load under way: what would be left for later is due now."""
    follows: tuple[str, ...] = ()
    """Kinds of other views whose news change how rows here are drawn."""
    derives: tuple[str, ...] = ()
    """Kinds of other views that this one is made from: their news let it load again. Its first
    load asks nobody."""
    early: bool = False
    """Others need what it tells: it is read from the start and on, also behind another list."""
    slow: bool = False
    """Its first load takes long: meanwhile `empty` tells how far it is, again and again."""
    toggle: Callable[[Any], bool] | None = None
    """Folds or unfolds an item where `enter` does that: it says whether it did."""
    uncover: Callable[[str], None] | None = None
    """Unfolds what holds the item with this key, before somebody goes there."""
    mood: Callable[[], Status] | None = None
    """What it tells of the whole, for its tab; None: only whether its source answers."""
    level: Level | None = None
    """Where it is shown: what was read last, and what went wrong."""

    def columns(self) -> tuple[Column[T], ...]:
        """The columns, left to right. Asked again after every load."""
        raise NotImplementedError

    async def load(self, token: str = "") -> Page[T]:
        """A page of items; raises OpstuiError. Runs in a worker that is cancelled if overtaken."""
        raise NotImplementedError

    async def glance(self) -> Page[T] | None:
        """What to do instead of `load` when it is only time for a look; None: nothing is new.

        Cheaper where most of it would have been told.
        """
        return await self.load()

    def changes(self) -> AsyncIterator[None] | None:
        """Yields whenever the source may have changed; None where nothing tells."""
        return None

    def empty(self) -> Sequence[Line]:
        """What to show when there is nothing, ending in what to do next."""
        return (line((f"no {self.noun}s", "dim")),)

    def waiting(self) -> bool:
        """Whether a failed load only means that the source is still starting."""
        return False

    def unset(self) -> bool:
        """Whether a failed load only means that nobody has set the source up yet."""
        return False

    def way_out(self) -> Sequence[Line]:
        """What to offer below the error of a source that never answered."""
        return ()

    def unfolded(self, items: Sequence[T]) -> Sequence[T]:
        """The rows for what was read: with what is inside of those that are unfolded."""
        return items

    def words(self, item: T) -> str:
        """The text that `/` filters by; the default is every column's text."""
        from opstui.ui.column import as_line
        from opstui.ui.paint import text_of

        return " ".join(text_of(as_line(column.cell(item))) for column in self.columns())

    def name(self, item: T) -> str:
        """What to call the item in breadcrumbs and dialogs."""
        return item.key

    def details(self, item: T) -> Sequence[Detail]:
        """The detail area's tabs for an item."""
        return ()

    def child(self, item: T) -> View[Any] | None:
        """The list inside an item, or None where `enter` leads into the detail area."""
        return None

    def copies(self, item: T) -> Sequence[tuple[str, str]]:
        """(what, text) pairs that `y` offers; the first is the usual one."""
        return (("name", self.name(item)),)

    async def url(self, item: T) -> str:
        """The item's page on the web, or empty."""
        return ""

    def server_filter(self, text: str) -> bool:
        """Take a filter to the server; False where the list filters by itself."""
        return False

    def server_sort(self, column: str, descending: bool) -> bool:
        """Take an order to the server; False where the list sorts by itself."""
        return False

    @property
    def filters_on_server(self) -> bool:
        """Whether a filter is taken to the server, once it is complete."""
        return type(self).server_filter is not View.server_filter

    def filter_hint(self) -> str:
        """Placeholder of the filter line."""
        return "text to find"

    def filter_words(self) -> Sequence[str]:
        """Completions for the filter line."""
        return ()


def sorts_on_server(view: View[Any]) -> bool:
    """Whether the order of a view's items is the server's."""
    return type(view).server_sort is not View.server_sort
