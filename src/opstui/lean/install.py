"""Giving an app the short frames and the quiet driver, where its Textual fits them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from textual.app import App

if TYPE_CHECKING:
    from opstui.lean.frames import Frames
    from opstui.lean.taken import Taken


class Installed(NamedTuple):
    """What an app got."""

    frames: Frames | None
    """What it draws through; None where it keeps the stock path."""
    reason: str = ""
    """Why it keeps the stock path, or empty."""


def unfit() -> str:
    """Why this Textual release can't be drawn through short frames; empty where it can."""
    try:
        from opstui.lean import driver
        from opstui.lean.frames import why_not
    except ImportError as error:
        return f"this Textual has no {error.name or error}"
    del driver  # that it could be imported is all that matters
    return why_not()


def install(
    app: App[Any], taken: Taken | None = None, ending: Callable[[], None] = lambda: None
) -> Installed:
    """Equip an app before it runs.

    taken: a terminal that was taken already; given back where the app keeps the stock path.
    ending: what is quickly kept when a signal ends the process, as a lost connection does.
    """
    reason = unfit()
    if reason:
        if taken is not None:
            taken.give_back()
        return Installed(None, reason)
    from opstui.lean.driver import LeanDriver
    from opstui.lean.frames import Frames

    frames = Frames(app)
    frames.attach()
    app.driver_class = type("Driver", (LeanDriver,), {
        "on_start": staticmethod(frames.forget), "on_room": staticmethod(frames.caught_up),
        "on_ending": staticmethod(ending), "taken": taken,
    })
    return Installed(frames)
