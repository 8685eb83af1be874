"""Opening: the last frame of this repository at once, git asked, then everything else."""

from __future__ import annotations

import os
import time
from zlib import crc32

from opstui import __version__
from opstui.lean import lastframe
from opstui.lean.taken import Taken
from opstui.start.folders import folder
from opstui.start.kept import kept_at, mark_of
from opstui.start.request import Request, on_terminal, requested

TYPE_CHECKING = False  # typing costs more than all else here
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from opstui.backends.asked import Asked
    from opstui.backends.git.ahead import Ahead
    from opstui.lean.lastframe import LastFrame

LOOKS = (
    "TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "TEXTUAL_COLOR_SYSTEM", "OPSTUI_THEME",
    "OPSTUI_ASCII", "OPSTUI_READ_ONLY", "OPSTUI_SLOW", "OPSTUI_PROFILE",
    "LC_ALL", "LC_CTYPE", "LANG",
)
"""Environment variables that a frame depends on."""
UNITS = ((60, 1, ""), (3600, 60, " min"), (86400, 3600, " h"), (float("inf"), 86400, " d"))


class Opening:
    """What was begun early, for whoever goes on with it."""

    def __init__(self, folder: str, top: str, identity: str, file: str) -> None:
        self.folder, self.top = folder, top
        self.identity = identity
        """What the frames of this start are frames of."""
        self.file = file
        """Where the last one is kept."""
        self.again: Callable[[], tuple[str, str]] | None = None
        """Gives both anew, for lists that are arranged otherwise since."""
        self.taken = Taken()
        self.frame: LastFrame | None = None
        self.ahead: Ahead | None = None
        self.asked: Asked | None = None

    def end(self) -> None:
        """Give back what nobody took over."""
        self.taken.give_back()
        for begun in (self.ahead, self.asked):
            if begun is not None:
                begun.close()


def begin(arguments: Sequence[str], environ: Mapping[str, str]) -> Opening | None:
    """Take the terminal and paint, where a person opens opstui at a terminal; else None."""
    request = requested(arguments)
    if request is None or not on_terminal(environ):
        return None
    opening = prepared(request, environ)
    opening.frame = lastframe.read(opening.file, opening.identity)
    taken = opening.taken
    taken.take()
    if opening.frame is not None:
        taken.paint(opening.frame.mark(f"seen {since(opening.frame.at)}"))
    taken.guard()
    return opening


def ask_git(opening: Opening) -> None:
    """Let git work while Python imports."""
    from opstui.backends.git.ahead import Ahead

    opening.ahead = Ahead(opening.folder, opening.top)
    opening.ahead.start()


def prepared(request: Request, environ: Mapping[str, str]) -> Opening:
    """Names of the frame: repository, size, and what decides how it is drawn."""
    top = os.path.realpath(request.top)
    width, height = os.get_terminal_size(1)

    def names() -> tuple[str, str]:
        looks = [f"{name}={environ.get(name, '')}" for name in LOOKS]
        identity = "\n".join((
            __version__, top, f"{width}x{height}", str(os.getuid()), *request.flags, *looks,
            mark_of(kept_at(environ, top)),
        ))
        here = crc32(os.fsencode(top))
        name = f"{here:08x}-{width}x{height}-{crc32(os.fsencode(identity)):08x}-{__version__}"
        cache = os.path.join(folder(environ, "XDG_CACHE_HOME"), "frames")
        return identity, os.path.join(cache, name)

    opening = Opening(request.folder, top, *names())
    opening.again = names
    return opening


def since(at: float) -> str:
    """How long ago that was."""
    seconds = max(0.0, time.time() - at)
    _, unit, name = next(units for units in UNITS if seconds < units[0])
    return f"{int(seconds // unit)}{name} ago" if name else "just now"
