"""The commands that every house has: its lists by name, and what is done to the one in sight."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from opstui.domain.errors import OpstuiError
from opstui.ui.commands import Command
from opstui.ui.desk import Desk
from opstui.ui.pane import Pane
from opstui.ui.theme import LOOKS

if TYPE_CHECKING:
    from opstui.ui.house import House

WORDS = 200
"""Rows of a list that are offered as completions."""


def house_commands(house: House) -> tuple[Command, ...]:
    """All of them."""
    return (*_lists(house), *_arranging(house), *_session(house))


def _lists(house: House) -> Iterator[Command]:
    for pane in house.floor.panes:
        for stack in pane.stacks:
            view = stack[0].view
            yield Command(
                view.kind, f"Show {view.title}, on the row of a name",
                partial(_go, house, pane, view.kind), partial(_rows, pane, view.kind),
                argument=f"[{view.noun.upper()}]", goes=True,
            )


async def _go(house: House, pane: Pane, kind: str, text: str, _desk: Desk) -> None:
    house.floor.go_kind(kind)
    if not text:
        return
    view = pane.view
    key = next(
        (item.key for item in pane.level.snapshot.items if text in (view.name(item), item.key)), ""
    )
    if key:
        house.floor.go_kind(kind, key)
    else:
        pane.filter(text)


def _rows(pane: Pane, kind: str, _typed: str) -> Sequence[str]:
    level = next(stack[0] for stack in pane.stacks if stack[0].view.kind == kind)
    return [level.view.name(item) for item in level.snapshot.items[:WORDS]]


def _arranging(house: House) -> Iterator[Command]:
    async def narrow(text: str, _desk: Desk) -> None:
        house.floor.pane.filter(text)

    async def sort(text: str, _desk: Desk) -> None:
        name, _, way = text.partition(" ")
        pane = house.floor.pane
        sortable = {column.id: column for column in pane.view.columns() if column.sort is not None}
        titles = {column.title.casefold(): id for id, column in sortable.items()}
        column = name if name in sortable else titles.get(name.casefold(), "")
        if name and not column:
            raise OpstuiError(f"{pane.view.title} can't be sorted by {name!r}",
                              hint="by " + ", ".join(sortable))
        if way.strip() in ("up", "down"):
            pane.level.place.sort = column
            pane.level.place.descending = way.strip() == "up"  # turned around by what follows
        pane.sort(column)

    def columns(typed: str) -> Sequence[str]:
        name, space, _ = typed.partition(" ")
        ids = [column.id for column in house.floor.pane.view.columns() if column.sort is not None]
        return [f"{name} up", f"{name} down"] if space else ids

    yield Command("filter", "Filter the list in sight; without a text, take its filter away",
                  narrow, lambda _: house.floor.pane.view.filter_words(), ("f",), "[TEXT]")
    yield Command("sort", "Sort the list in sight by a column; once more turns it around",
                  sort, columns, (), "[COLUMN [up|down]]")


def _session(house: House) -> Iterator[Command]:
    async def theme(text: str, _desk: Desk) -> None:
        if text not in LOOKS:
            raise OpstuiError(f"there is no theme {text!r}", hint="there are " + ", ".join(LOOKS))
        house.take_look(text)

    async def read_only(text: str, desk: Desk) -> None:
        if text:
            raise OpstuiError(
                "read-only can't be switched off inside a session",
                hint="leave opstui and open it without --read-only",
            )
        house.keys.read_only = house.keys.read_only_asked = True
        house.draw_bars()
        desk.say("read-only from now on: nothing shared can be changed until opstui is left")

    async def leave(_text: str, _desk: Desk) -> None:
        await house.keys.leave()

    async def help(text: str, desk: Desk) -> None:
        from opstui.ui.help import show_help

        await show_help(house, desk, text)

    def names(_typed: str) -> Sequence[str]:
        return [one.name for one in house.keys.commanding.commands()]

    yield Command("theme", "Take other colours", theme, lambda _: list(LOOKS), (), "NAME")
    yield Command("readonly", "Let nothing shared be changed until opstui is left", read_only,
                  None, ("read-only",))
    yield Command("help", "Show every command, and what the keys do here", help, names, ("h", "?"),
                  "[COMMAND]")
    yield Command("quit", "Leave opstui", leave, None, ("q", "q!", "quit!", "exit"))
