"""Which key means which action: the declared ones, and what the person made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from textual import events

from opstui.domain.errors import OpstuiError
from opstui.ui.action import Bound

SHOWN = {
    "space": "space", "enter": "enter", "escape": "esc", "pagedown": "pgdn", "pageup": "pgup",
    "down": "↓", "up": "↑", "left": "←", "right": "→", "shift+tab": "s-tab",
}
FORBIDDEN = ("ctrl+d", "ctrl+u", "ctrl+k")
"""Fingers that scroll hit these; nothing may be done by them."""


def key_name(event: events.Key) -> str:
    """The key as people write it: `p`, `G`, `?`, `ctrl+p`, `space`, `enter`."""
    if event.character and event.is_printable and event.key != "space":
        return event.character
    return event.key


def shown(key: str) -> str:
    """The key as help shows it."""
    return SHOWN.get(key, key)


class Keymap:
    """The declared keys with the person's changes by action id."""

    def __init__(self, changes: Mapping[str, str] | None = None) -> None:
        self._changes = {
            id: tuple(key.strip() for key in keys.split(",") if key.strip())
            for id, keys in (changes or {}).items()
        }

    def keys(self, bound: Bound) -> tuple[str, ...]:
        """The keys of an action; none where the person took it off the keyboard."""
        return self._changes.get(bound.id, bound.action.keys)

    def find(self, scopes: Iterable[Sequence[Bound]], key: str) -> Bound | None:
        """The action for a key: the first scope that knows it, the innermost first."""
        for scope in scopes:
            for bound in scope:
                if key in self.keys(bound):
                    return bound
        return None

    def check(self, scopes: Sequence[Sequence[Bound]]) -> None:
        """Raise OpstuiError for an unknown id, a forbidden key, or a key used twice in a scope."""
        known = {bound.id for scope in scopes for bound in scope}
        for id, keys in self._changes.items():
            if id not in known:
                raise OpstuiError(
                    f"there is no action {id!r} to give a key to", where="settings, [keys]",
                    hint="`opstui config keys` lists them",
                )
            for key in keys:
                if key in FORBIDDEN:
                    raise OpstuiError(
                        f"{key} can't be given to {id}: scrolling fingers hit it by accident",
                        where="settings, [keys]", hint="choose another key",
                    )
        for scope in scopes:
            taken: dict[str, str] = {}
            for bound in scope:
                for key in self.keys(bound):
                    if key in taken and bound.id != taken[key]:
                        raise OpstuiError(
                            f"the key {key} is given to both {taken[key]} and {bound.id}",
                            where="settings, [keys]", hint="change one of them",
                        )
                    taken[key] = bound.id
