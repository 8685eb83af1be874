"""Frames that are compared with what the terminal shows before they are written."""

from __future__ import annotations

import asyncio
import inspect
import math
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from rich.color import ColorSystem
from textual import _compositor
from textual.app import App
from textual.constants import MAX_FPS
from textual.driver import Driver

from opstui.lean.cells import Cell, Inks
from opstui.lean.cover import Cover
from opstui.lean.driver import LeanDriver
from opstui.lean.flow import PATIENCE
from opstui.lean.front import Front

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.geometry import Region
    from textual.screen import Screen
    from textual.strip import Strip

SYSTEMS = {
    "standard": ColorSystem.STANDARD, "256": ColorSystem.EIGHT_BIT,
    "truecolor": ColorSystem.TRUECOLOR,
}
WHOLE = 1500
"""Bytes: a longer frame is shown as a whole where the terminal can (mode 2026, synchronized
output); a shorter one arrives as a whole anyway."""
CLEAR = "\x1b[m\x1b[2J"
USUAL = 30
"""Frames a second: where Textual was told to draw fewer (TEXTUAL_FPS), nobody wants more."""


def why_not() -> str:
    """Why this Textual release can't be used with short frames; empty when it can."""
    for name, parts in (("LayoutUpdate", ("strips", "region")),
                        ("ChopsUpdate", ("chops", "spans", "chop_ends"))):
        update = getattr(_compositor, name, None)
        if update is None:
            return f"this Textual has no {name}"
        if tuple(inspect.signature(update).parameters)[: len(parts)] != parts:
            return f"this Textual's {name} is made differently"
    display = getattr(App, "_display", None)
    if display is None or tuple(inspect.signature(display).parameters) != (
        "self", "screen", "renderable"
    ):
        return "this Textual draws frames differently"
    return ""


class Frames:
    """Stands between an app and its driver: writes only the cells that differ.

    What is drawn while the terminal is behind waits, and is overwritten by what is drawn later:
    once there is room, one frame leads to the newest state.
    """

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._stock = app._display
        self._front: Front | None = None
        self._inks: Inks | None = None
        self._cover: Cover | None = None
        self._adopted = False
        self._clear = ""
        self._cursor: object = None
        self._soon: asyncio.Handle | None = None
        self._later: asyncio.TimerHandle | None = None
        self._written = -math.inf
        """The loop's time of the last frame."""

    def attach(self) -> None:
        """Let the app draw through this."""
        setattr(self._app, "_display", self.display)  # noqa: B010

    def adopt(self, rows: list[list[Cell]], regions: Callable[[], Sequence[Region]]) -> None:
        """The terminal shows these cells of an old picture already.

        regions: where it may still stand; asked with every frame, and by `lift`.
        """
        old, new = (self._blank(len(rows[0]), len(rows)) for _ in range(2))
        old.rows = rows
        self._front, self._cover, self._adopted = old, Cover(old, new, regions), True

    def lift(self) -> None:
        """Show what the old picture need not cover any more."""
        if self._cover is not None and self._app._running:
            self.flush()

    @property
    def shown(self) -> Front | None:
        """What the terminal shows, once that is known and nothing old is left."""
        return self._front if self._cover is None else None

    def forget(self) -> None:
        """The terminal shows something unknown (an editor ran): the next frame is whole."""
        if self._adopted:  # the terminal was taken with an old picture on it
            self._adopted = False
            return
        self._front = self._cover = None

    def _blank(self, width: int, height: int) -> Front:
        return Front(width, height, erases=not os.environ.get("TERM", "").startswith("screen"))

    # drawing

    def display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Draw a frame; what is no frame of cells goes the stock way."""
        if not self._shows(renderable):
            if renderable is not None and not isinstance(renderable, _compositor.CompositorUpdate):
                if self._front is not None and self._app._driver is not None:
                    self._app._driver.write(self._front.rest())
                self._front = self._cover = None
            self._stock(screen, renderable)
            return
        self._draw(renderable)
        self.flush()
        self._app.post_display_hook()

    def paint(self, x: int, lines: Sequence[tuple[int, Strip]]) -> bool:
        """Draw strips at a column of these lines soon; False where nothing was drawn before.

        What is painted before the next turn of the event loop is one frame.
        """
        front, driver = self._front, self._app._driver
        if (front is None or self._inks is None or driver is None or self._cover is not None
                or (front.width, front.height) != tuple(self._app.size)):
            return False
        for y, strip in lines:
            front.span(y, x, self._inks.cells(strip))
        if self._soon is None:
            loop = asyncio.get_running_loop()
            wait = self._written + 1 / MAX_FPS - loop.time() if MAX_FPS < USUAL else 0.0
            self._soon = (
                loop.call_later(wait, self.flush) if wait > 0 else loop.call_soon(self.flush))
        return True

    def flush(self) -> None:
        """Write what was drawn, unless the terminal is behind: then once it is not any more."""
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        front, driver = self._front, self._app._driver
        if front is None or driver is None or not self._app._running or self._app._closed:
            return
        if getattr(driver, "away", False):
            return  # whoever comes back draws everything
        if not getattr(driver, "room", True):
            if self._later is None:  # an answer that is lost must not stop everything
                self._later = asyncio.get_running_loop().call_later(PATIENCE, self._waited)
            return
        if self._later is not None:
            self._later.cancel()
            self._later = None
        clear, self._clear = self._clear, ""
        text = clear + (front.frame() if self._cover is None else self._uncovered(self._cover))
        if text:
            self._write(driver, text)

    def caught_up(self) -> None:
        """The terminal may have room again for what waits."""
        if self._later is not None:
            self.flush()

    def _waited(self) -> None:
        self._later = None
        self.flush()

    def _write(self, driver: Driver, text: str) -> None:
        self._written = asyncio.get_running_loop().time()
        cursor = self._app.cursor_position
        if cursor != self._cursor:  # where an input method shows what is being typed
            self._cursor = cursor
            text += f"\x1b[{cursor[1] + 1};{cursor[0] + 1}H"
        if len(text) > WHOLE and self._app._sync_available:
            text = f"\x1b[?2026h{text}\x1b[?2026l"
        if isinstance(driver, LeanDriver):
            driver.frame(text)
        else:
            driver.write(text)
            driver.flush()

    def _uncovered(self, cover: Cover) -> str:
        text = cover.frame()
        if cover.gone:
            self._cover = None
        return text

    def _shows(self, renderable: RenderableType | None) -> bool:
        app, driver = self._app, self._app._driver
        known = isinstance(renderable, _compositor.LayoutUpdate | _compositor.ChopsUpdate)
        return (
            known and driver is not None and not driver.is_inline and not app.is_headless
            and not app._batch_count and app._running and not app._closed
        )

    def _draw(self, renderable: Any) -> None:
        width, height = self._app.size
        front = self._front
        if front is None or (front.width, front.height) != (width, height):
            front = self._front = self._blank(width, height)
            self._cover = None
            self._clear = CLEAR
        drawn = front if self._cover is None else self._cover.new
        if self._inks is None:
            system = SYSTEMS.get(self._app.console.color_system or "", ColorSystem.TRUECOLOR)
            self._inks = Inks(system)
        if isinstance(renderable, _compositor.LayoutUpdate):
            _lay_out(drawn, renderable, self._inks)
        else:
            _chop(drawn, renderable, self._inks)


def _lay_out(front: Front, update: _compositor.LayoutUpdate, inks: Inks) -> None:
    x = update.region.x
    for y, strips in enumerate(update.strips, update.region.y):
        row: list[Cell] = []
        for strip in strips:
            row += inks.cells(strip)
        front.span(y, x, row)


def _chop(front: Front, update: _compositor.ChopsUpdate, inks: Inks) -> None:
    for y, x1, x2 in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is None or x > x2 or end <= x1:
                continue
            part = strip if x2 > x >= x1 and end <= x2 else strip.crop(0, min(end, x2) - x)
            front.span(y, x, inks.cells(part))
