"""An action is one decorated method; footer, help, palette, keymap and README come from it.

    @action("D", "Delete", changes=("branches",), when=why_not_delete)
    async def delete(self, branch: Branch, desk: Desk) -> None: ...

The method gets the item that was selected when the key was pressed (None where `item=False`)
and the desk. `when` gives the reason why it can't be done now, or an empty string.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Handler = Callable[..., Awaitable[None]]
F = TypeVar("F", bound=Handler)

_MARK = "__opstui_action__"


@dataclass(frozen=True, slots=True)
class Action:
    """What is declared about one act."""

    method: str
    """The method's name; with the owner's kind it makes the id, such as `branches.delete`."""
    keys: tuple[str, ...]
    """Key names as people write them; the first one is shown."""
    label: str
    """One or two words for the footer."""
    help: str
    """One sentence for help and palette: the method's docstring."""
    changes: tuple[str, ...] = ()
    """Kinds of panes whose source it changes; not empty means gone in read-only mode."""
    when: Callable[[Any, Any], str] | None = None
    """(owner, item) to the reason it is not possible; empty when it is."""
    item: bool = True
    """It needs a selected item."""
    footer: bool = True
    """Shown in the footer when there is room; help and palette always have it."""
    at_once: bool = False
    """Done before the next key is looked at, so that keys typed fast go where it leads. It must
    not ask or wait for anything."""


def action(
    keys: str,
    label: str,
    *,
    changes: tuple[str, ...] = (),
    when: Callable[[Any, Any], str] | None = None,
    item: bool = True,
    footer: bool = True,
    at_once: bool = False,
) -> Callable[[F], F]:
    """Declare a method as an action. `keys` holds one or more key names, separated by commas."""

    def mark(method: F) -> F:
        text = (method.__doc__ or "").strip().splitlines()
        if not text:
            raise TypeError(f"action {method.__name__} needs a docstring: it is its help")
        setattr(method, _MARK, Action(
            method=method.__name__, keys=tuple(keys.split(",")), label=label,
            help=text[0].rstrip("."), changes=changes, when=when, item=item, footer=footer,
            at_once=at_once,
        ))
        return method

    return mark


@dataclass(frozen=True, slots=True)
class Bound:
    """An action together with the object that carries it out."""

    owner: Any
    action: Action
    kind: str

    @property
    def id(self) -> str:
        """Name for the user's keymap, such as `models.promote`."""
        return f"{self.kind}.{self.action.method}"

    def why_not(self, item: Any, *, read_only: bool) -> str:
        """The reason it can't be done now, or empty."""
        if self.action.changes and read_only:
            return "read-only"
        if self.action.item and item is None:
            return "nothing selected"
        return self.action.when(self.owner, item) if self.action.when else ""

    async def run(self, item: Any, desk: Any) -> None:
        """Carry it out."""
        handler: Handler = getattr(self.owner, self.action.method)
        await (handler(item, desk) if self.action.item else handler(desk))


def actions_of(owner: Any, kind: str) -> tuple[Bound, ...]:
    """Every action that the owner's class declares, base classes first, in source order.

    Then those of its `parts`: classes that are made from the owner and act for it, so that one
    class need not hold everything that can be done to a thing.
    """
    kept: type[object] = type(owner)
    found = [Bound(owner, mark, kind) for mark in declared(kept)]
    for part in parts_of(kept):
        found += actions_of(part(owner), kind)
    return tuple(found)


def parts_of(owner: type[object]) -> tuple[type[Any], ...]:
    """The classes that act for a class."""
    return getattr(owner, "parts", ())


def all_declared(owner: type[object]) -> tuple[Action, ...]:
    """The actions of a class and of its parts, for keymaps and key tables."""
    return declared(owner) + tuple(
        mark for part in parts_of(owner) for mark in all_declared(part)
    )


_KNOWN: dict[type[object], tuple[Action, ...]] = {}


def declared(owner: type[object]) -> tuple[Action, ...]:
    """The actions of a class itself."""
    if owner not in _KNOWN:
        found: dict[str, Action] = {}
        for base in reversed(owner.__mro__):
            for name, member in vars(base).items():
                mark = getattr(member, _MARK, None)
                if isinstance(mark, Action):
                    found[name] = mark
        _KNOWN[owner] = tuple(found.values())
    return _KNOWN[owner]
