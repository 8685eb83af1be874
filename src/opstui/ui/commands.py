"""What can be typed behind `:`, how it is completed, and how an unknown word is answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from opstui.domain.errors import OpstuiError
from opstui.ui.desk import Desk

CLOSE = 0.5
"""How alike a word must be to one that is known to be taken for a slip: difflib's ratio."""


@dataclass(frozen=True, slots=True)
class Command:
    """One word behind `:`."""

    name: str
    help: str
    """One sentence, without a full stop."""
    run: Callable[[str, Desk], Awaitable[None]]
    """Gets what was typed behind the name. May raise OpstuiError."""
    words: Callable[[str], Sequence[str]] | None = None
    """What may stand behind the name, given what does already; best first."""
    aliases: tuple[str, ...] = ()
    argument: str = ""
    """What help calls it, such as `NAME`; in brackets where it may be left out."""
    goes: bool = False
    """It only shows something: `-` does the one before the last again."""
    changes: bool = False
    """It changes something shared, and is gone in read-only mode."""


class History(Protocol):
    """Keeps what was typed, the newest last."""

    async def read(self) -> Sequence[str]:
        """All that is kept."""
        ...

    async def add(self, text: str) -> None:
        """Keep one more; a secret in it, and it is not kept."""
        ...


def split(text: str) -> tuple[str, str]:
    """A command's name and what stands behind it."""
    name, _, rest = text.strip().removeprefix(":").strip().partition(" ")
    return name, rest.strip()


def find(commands: Iterable[Command], name: str) -> Command | None:
    """The command of a name or alias, in any case of letters."""
    wanted = name.casefold()
    return next((one for one in commands if wanted in (one.name, *one.aliases)), None)


def completions(commands: Sequence[Command], actions: Sequence[str], text: str) -> tuple[str, ...]:
    """Whole texts that begin like `text`: names first, then ids of actions; or arguments."""
    typed = text.removeprefix(":").lstrip()
    name, space, rest = typed.partition(" ")
    if space:
        command = find(commands, name)
        words = command.words(rest) if command is not None and command.words is not None else ()
        return tuple(f"{name} {word}" for word in beginning(words, rest.lstrip()))
    names = [one.name for one in commands]
    aliases = [alias for one in commands for alias in one.aliases] if typed else []
    return tuple(dict.fromkeys(beginning([*names, *aliases, *(actions if typed else ())], typed)))


def beginning(words: Sequence[str], typed: str) -> list[str]:
    """The words that begin with what was typed, else those that hold it, in any case."""
    low = typed.casefold()
    return [word for word in words if word.casefold().startswith(low)] or [
        word for word in words if low in word.casefold()
    ]


def unknown(name: str, known: Iterable[str]) -> OpstuiError:
    """The answer to a word that means nothing, with the nearest one that does."""
    import difflib  # only slips need it

    close = difflib.get_close_matches(name.casefold(), list(known), 1, CLOSE)
    return OpstuiError(
        f"there is no command :{name}",
        hint=f"did you mean :{close[0]}?" if close else ":help lists them, tab completes",
    )
