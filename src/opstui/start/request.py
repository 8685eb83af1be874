"""What a command line asks for, told without parsing it."""

from __future__ import annotations

import os

TYPE_CHECKING = False  # typing costs more than all else here
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FLAGS = ("--read-only", "--local", "--slow")
"""Options with which the terminal interface is opened."""
PROFILE = "--profile"
"""An option with a value."""


class Request:
    """The wish to open the terminal interface on a folder."""

    def __init__(self, path: str, flags: tuple[str, ...]) -> None:
        self.path = path
        self.flags = flags

    @property
    def profile(self) -> str:
        """The profile that is asked for; empty for none."""
        asked = [flag.partition("=")[2] for flag in self.flags if flag.startswith(PROFILE)]
        return asked[-1] if asked else ""

    @property
    def folder(self) -> str:
        """It as an absolute path."""
        return os.path.abspath(os.path.expanduser(self.path))

    @property
    def top(self) -> str:
        """The work tree that holds it, or itself."""
        here = folder = self.folder
        while not os.path.exists(os.path.join(folder, ".git")):
            parent = os.path.dirname(folder)
            if parent == folder:
                return here
            folder = parent
        return folder


def requested(arguments: Sequence[str]) -> Request | None:
    """The request, where the arguments are certainly one; the command line has the last word."""
    words = list(arguments)
    if words[:1] == ["open"]:
        words = words[1:]
    words = joined(words)
    flags = tuple(sorted({word for word in words if is_flag(word)}))
    paths = [word for word in words if not is_flag(word)]
    if len(paths) > 1 or any(path.startswith("-") or not path for path in paths):
        return None
    if paths and "/" not in paths[0] and paths[0] not in (".", ".."):
        from opstui.commands.table import COMMANDS  # only where a word may be a command

        if any(command.name == paths[0] for command in COMMANDS):
            return None
    return Request(paths[0] if paths else ".", flags)


def joined(words: Sequence[str]) -> list[str]:
    """The words with the profile's name in one word with its option."""
    made: list[str] = []
    for word in words:
        if made and made[-1] == PROFILE and not word.startswith("-"):
            made[-1] = f"{PROFILE}={word}"
        else:
            made.append(word)
    return made


def is_flag(word: str) -> bool:
    """Whether a word is an option that is known here."""
    return word in FLAGS or (word.startswith(f"{PROFILE}=") and len(word) > len(PROFILE) + 1)


def on_terminal(environ: Mapping[str, str]) -> bool:
    """Whether a person sits at a terminal whose picture may be kept.

    COLUMNS and LINES would make another size of it, OPSTUI_STOCK leaves all drawing to Textual.
    """
    if any(environ.get(name) for name in ("COLUMNS", "LINES", "OPSTUI_STOCK")):
        return False
    if environ.get("TERM", "dumb") == "dumb":
        return False
    return all(os.isatty(descriptor) for descriptor in (0, 1, 2))
