"""Giving an app the short frames and the quiet driver, where its Textual fits them."""

from __future__ import annotations

from typing import Any

from textual.app import App


def install(app: App[Any]) -> str:
    """Equip an app before it runs; the reason why it keeps the stock path, or empty."""
    try:
        from opstui.lean.driver import LeanDriver
        from opstui.lean.frames import Frames, why_not
    except ImportError as error:
        return f"this Textual has no {error.name or error}"
    reason = why_not()
    if not reason:
        frames = Frames(app)
        frames.attach()
        app.driver_class = type("Driver", (LeanDriver,), {"on_start": staticmethod(frames.forget)})
    return reason
