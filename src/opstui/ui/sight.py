"""What a list looks like at the moment, worked out without a widget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from opstui.domain.status import Status
from opstui.ui.column import Column, as_line
from opstui.ui.level import Level
from opstui.ui.listing import Rows
from opstui.ui.paint import Line, line, text_of
from opstui.ui.shape import Shape
from opstui.ui.view import View, sorts_on_server


def rows(level: Level, shape: Shape, busy: set[str]) -> Rows:
    """What a list shows of a level."""
    view, snapshot = level.view, level.snapshot
    columns = view.columns()
    return Rows(
        columns=columns, items=view.unfolded(snapshot.items), words=_words(view, columns),
        empty=_empty(level), stale=bool(snapshot.problem), more=bool(snapshot.token),
        shape=shape, busy=busy, filtered=view.filters_on_server, sorted=sorts_on_server(view),
    )


def health(level: Level) -> Status:
    """A list's own health, for the header and for narrow screens' tabs."""
    snapshot, view = level.snapshot, level.view
    if snapshot.problem:
        if view.waiting():
            return Status.RUNNING
        return Status.SKIPPED if view.unset() else Status.FAILED
    if not snapshot.loaded:
        return Status.QUEUED
    return view.mood() if view.mood is not None else Status.PASSED


def _empty(level: Level) -> Sequence[Line]:
    """What a list says that has nothing to show."""
    snapshot, view = level.snapshot, level.view
    if snapshot.problem:
        role = "dim" if view.waiting() or view.unset() else "warn"
        return (line((snapshot.problem, role)), *view.way_out())
    if not snapshot.loaded and not view.slow:
        return (line(("loading", "dim")),)
    return view.empty()


def _words(view: View[Any], columns: Sequence[Column[Any]]) -> Callable[[Any], str]:
    """The view's words; the default ones without making the columns anew for every row."""
    if type(view).words is not View.words:
        return view.words
    cells = [column.cell for column in columns]

    def words(item: Any) -> str:
        said = [cell(item) for cell in cells]
        return " ".join([
            one if isinstance(one, str) else text_of(as_line(one)) for one in said
        ])

    return words
