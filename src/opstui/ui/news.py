"""Telling panes what happened elsewhere: what to read again, what to draw again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from opstui.ui.pane import Pane, read_early
from opstui.ui.snapshot import Snapshot

KEPT = 60.0
"""Seconds after which a list that nobody looks at is too old for others that need it."""


def changed(panes: Iterable[Pane], *kinds: str) -> None:
    """The sources of these kinds changed: what is in sight is read again, the rest once it is."""
    for pane in panes:
        for stack in pane.stacks:
            for level in stack:
                level.outdated |= level.view.kind in kinds
                if level.outdated and level.view.early:
                    read_early(pane, level)
        if pane.level.outdated:
            pane.reload()


def asked(pane: Pane) -> None:
    """A person wants the pane's sources read: also of a list behind the one in sight, which says
    what the same backend answers."""
    pane.reload(fresh=True)
    for stack in pane.stacks:
        if stack[0].view.early:
            read_early(pane, stack[0])


def followed(panes: Iterable[Pane], kind: str) -> None:
    """A list has news that others show too: maybe in a column that was empty before."""
    for pane in panes:
        if kind in pane.view.follows:
            pane.list.rearrange()
        if kind in pane.view.derives:
            pane.reload(glance=not pane.level.loading)


def forget(panes: Iterable[Pane], kind: str) -> None:
    """Another thing stands behind the lists of this kind: nothing that was read holds any more."""
    for pane in panes:
        for stack in pane.stacks:
            level = stack[0]
            if level.view.kind != kind:
                continue
            del stack[1:]
            level.turn += 1  # what it still loads is for nobody
            level.snapshot, level.outdated, level.fails = Snapshot(), True, 0
            level.loading = False
            level.place.marked.clear()
            level.place.index = level.place.top = 0
            level.place.key = level.place.sought = ""
            pane.show_level()


def now_and_then(panes: Sequence[Pane]) -> None:
    """Repaint what reads differently by now; read what others need and nobody looks at."""
    redraw(panes)
    for pane in panes:
        for level in (stack[0] for stack in pane.stacks):
            hidden = level.view.early and level is not pane.level and level.read
            if hidden and level.ticks() - level.read >= KEPT:
                read_early(pane, level)


def redraw(panes: Iterable[Pane]) -> None:
    """Repaint what reads differently now, such as ages."""
    for pane in panes:
        if pane.display:
            pane.list.rearrange()
