"""The first live rows: read, and drawn over the last frame, before Textual is imported.

What is drawn is worked out by what draws the panes later on, so that nothing moves when they take
over: only the styles come from the kept frame, which was drawn with them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from opstui.lean import keeping
from opstui.lean.cells import Cell, Inks, cells
from opstui.lean.front import Front
from opstui.panes.heading import badge, heading
from opstui.panes.table import panes
from opstui.ui import frame_text, sight
from opstui.ui.arranged import Arranged
from opstui.ui.arrangement import Arrangement, arrange
from opstui.ui.box import boxed
from opstui.ui.headline import header, tabs
from opstui.ui.level import Level
from opstui.ui.listing import Listing
from opstui.ui.paint import Line, drawable
from opstui.ui.row_lines import RowLines
from opstui.ui.shape import Shape

if TYPE_CHECKING:
    from opstui.domain.status import Status
    from opstui.lean.taken import Taken
    from opstui.operations.world import World
    from opstui.start.opening import Opening
    from opstui.ui.pane_spec import PaneSpec

PATIENCE = 0.5
"""Seconds after which the imports go on, whatever has not answered by then."""
GRACE = 0.06
"""Seconds that the first list waits for the others, so that all of them change at once."""


class Palette(Inks):
    """SGR parameters by the names of styles."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._named = known
        self.known = {}

    def of(self, style: Any) -> str:
        """The parameters of a style, or of plain text where the kept frame did not know it."""
        return self._named.get(style, self._named["plain"])


class Room:
    """A pane before there are widgets."""

    def __init__(self, spec: PaneSpec, world: World, arranged: Arranged) -> None:
        self.levels = tuple(Level(view, world.clock) for view in spec.tabs)
        arranged.prepare(self.levels)
        self.tab = arranged.tab(spec)
        self._shape = arranged.shapes().get(self.level.view.kind, Shape())
        self.spec = replace(spec, levels=self.levels)
        self._listing = Listing()
        self._row_lines = RowLines(self._listing)

    @property
    def level(self) -> Level:
        """The list in sight."""
        return self.levels[self.tab]

    @property
    def stacks(self) -> Sequence[Sequence[Level]]:
        """For each tab its lists."""
        return [[level] for level in self.levels]

    @property
    def settled(self) -> bool:
        """Whether its source has said something."""
        return self.level.snapshot.loaded or bool(self.level.snapshot.problem)

    def worst(self) -> Status:
        """Its health."""
        return sight.health(self.level)

    def picture(self, width: int, height: int, *, focused: bool, ascii_only: bool) -> list[Line]:
        """All its lines."""
        level = self.level
        self._listing.show(sight.rows(level, self._shape, set()), level.place)
        self._row_lines.forget()
        if self.spec.strip:
            return self._row_lines.in_sight(
                width, height, focused=focused, ascii_only=ascii_only
            )[:height]
        stacks = [(one.view.title, ()) for one in self.levels]
        body = self._row_lines.in_sight(
            width - 2, height - 2, focused=focused, ascii_only=ascii_only
        )
        return boxed(
            body, width, height, focused=focused, ascii_only=ascii_only,
            title=frame_text.title(self.spec.number, stacks, self.tab, focused=focused),
            facts=frame_text.facts(level, len(self._listing.shown)),
            foot=frame_text.problem(level),
        )


class Live:
    """Begins to read every pane's source, and draws what comes over the last frame.

    The loop that it runs in is the one that the app goes on with: what has not answered yet is
    still under way there.
    """

    def __init__(
        self, opening: Opening, world: World, machine: str, arranged: Arranged | None = None
    ) -> None:
        self._frame = opening.frame
        self._taken: Taken = opening.taken
        self._world = world
        self._machine = machine
        self.arranged = arranged if arranged is not None else Arranged()
        """How the lists were left."""
        self.rooms = [Room(spec, world, self.arranged) for spec in panes(world)]
        self.rows: list[list[Cell]] | None = None
        """What the terminal shows; None where nothing was painted."""

    async def read(self, look: str, *, read_only: bool) -> None:
        """Ask every source; draw what they say, if the kept frame was drawn in this look."""
        self._world.feeds.expect()
        asking = [room for room in self.rooms if not room.level.view.derives]
        asked = [room.level.begin() for room in asking]
        if self._frame is None:
            await asyncio.sleep(0.001)  # the questions are on their way
            return
        self.rows = keeping.rows_of(self._frame)
        palette = keeping.palette_of(self._frame)
        if palette.get("look") != look or "plain" not in palette:
            return
        canvas = Canvas(self, self.rows, Palette(palette), read_only=read_only)
        until = asyncio.get_running_loop().time() + PATIENCE
        await asyncio.wait(asked[:1], timeout=PATIENCE)
        _, late = await asyncio.wait(asked, timeout=GRACE)
        await self._draw(canvas)
        if late:
            left = until - asyncio.get_running_loop().time()
            await asyncio.wait(late, timeout=max(0.0, left))
            await self._draw(canvas)

    async def _draw(self, canvas: Canvas) -> None:
        for room in self.rooms:
            if room.level.view.derives and not room.settled:
                await room.level.load()
        done = all(room.settled for room in self.rooms)
        note = self._frame.note if self._frame is not None else None
        self._taken.draw(canvas.frame(None if done else note).encode())
        if done and self._frame is not None:
            self._frame.note = None

    @property
    def world(self) -> World:
        """Whose panes these are."""
        return self._world

    @property
    def machine(self) -> str:
        """This machine's name."""
        return self._machine


class Canvas:
    """Draws rooms onto the cells of the last frame."""

    def __init__(
        self, live: Live, rows: list[list[Cell]], palette: Palette, *, read_only: bool
    ) -> None:
        self._live = live
        self._front = Front(len(rows[0]), len(rows), scrolls=False)
        self._front.rows = rows
        self._palette = palette
        self._read_only = read_only
        self._ascii = live.world.ascii_only
        home = next((n for n, room in enumerate(live.rooms) if not room.spec.strip), 0)
        self._home = live.arranged.index([room.spec for room in live.rooms], home)

    def frame(self, note: tuple[int, str, str] | None) -> str:
        """The characters that show every room that has something to say.

        note: what stays in the first line.
        """
        front, rooms = self._front, self._live.rooms
        width, plan = front.width, self._plan()
        world = self._live.world
        top = header(
            (*badge(world), *heading(world)), rooms, self._live.machine, width,
            read_only=self._read_only, ascii_only=self._ascii,
        )
        self._line(0, 0, top, width)
        if note is not None:
            x, text, sgr = note
            front.span(0, x, [(character, sgr) for character in text])
        y = 1
        if plan.narrow:
            self._line(1, 0, tabs(rooms, self._home, width, ascii_only=self._ascii), width)
            y = 2
        for n, (room, height) in enumerate(zip(rooms, plan.heights, strict=True)):
            if room.settled and height:
                broad = width if room.spec.strip else plan.list_width
                lines = room.picture(
                    broad, height, focused=n == self._home, ascii_only=self._ascii
                )
                for step, line in enumerate(lines):
                    self._line(y + step, 0, line, broad)
            y += height
        return front.frame()

    def _plan(self) -> Arrangement:
        width, height = self._front.width, self._front.height
        plan = self._arranged(width, height - 2)
        return self._arranged(width, height - 3) if plan.narrow else plan

    def _arranged(self, width: int, height: int) -> Arrangement:
        rooms = self._live.rooms
        strip = len(rooms[0].level.snapshot.items) if rooms[0].spec.strip else None
        return arrange(width, height, main=len(rooms), total=len(rooms), active=self._home,
                       in_detail=False, zoomed=self._live.arranged.zoomed, strip=strip)

    def _line(self, y: int, x: int, line: Line, width: int) -> None:
        segments: Any = [
            (drawable(span.text, ascii_only=self._ascii), span.style, None) for span in line
        ]
        drawn = cells(segments, self._palette)
        blank: Any = [(" " * (width - len(drawn)), "plain", None)]
        self._front.span(y, x, [*drawn, *cells(blank, self._palette)])
