"""The screen: header, floor, notices, filter line, footer, and where keys go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from textual import events, on
from textual.app import ComposeResult
from textual.geometry import Region
from textual.message import Message
from textual.screen import Screen
from textual.strip import Strip
from textual.timer import Timer

from opstui.domain.errors import OpstuiError
from opstui.ui import news
from opstui.ui.bar import Bar
from opstui.ui.carrying import counted
from opstui.ui.detail_area import THIN_RESTS, DetailArea
from opstui.ui.filter_line import FilterLine
from opstui.ui.floor import Floor
from opstui.ui.footer import footer, notice
from opstui.ui.ground import blank_lines
from opstui.ui.headline import header, tabs
from opstui.ui.keymap import Keymap, key_name
from opstui.ui.keys import Keys
from opstui.ui.lighting import Lighting
from opstui.ui.paint import Line, line
from opstui.ui.pane import Pane
from opstui.ui.pane_spec import PaneSpec
from opstui.ui.polls import Presence
from opstui.ui.theme import LOOKS, Brush
from opstui.ui.trail import Belonging
from opstui.ui.walk import Walk
from opstui.ui.work import start_work

NOTICE = 8.0
"""Seconds a notice stays, unless a key takes it away."""
SLOW_PACE = 3.0
"""On a slow line: times that polling takes longer."""
FIRST = 0.5
"""Seconds that the first pane has for itself: the others import much for their first load."""
AGES = 60.0
"""Seconds between looks at ages, and at lists out of sight that others need; rows repaint only
where an age really reads differently."""


class House(Screen[None]):
    """Carries keys to actions and draws what frames the floor."""

    DEFAULT_CSS = "House { background: $background; }"
    AUTO_FOCUS = ""

    class Arrived(Message):
        """The first pane has settled for the first time."""

    class Told(Message):
        """A command was typed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(
        self, specs: Sequence[PaneSpec], extra: Sequence[PaneSpec], *, brush: Brush,
        clock: Callable[[], datetime], keymap: Keymap, headline: Callable[[], Awaitable[Line]],
        place: str, read_only: bool = False, environ: Mapping[str, str] | None = None,
        slow: bool = False, belonging: Belonging | None = None,
    ) -> None:
        super().__init__()
        self.brush = brush
        self.environ = dict(environ or {})
        self.place = place
        """The machine's name, for header and dialogs."""
        self._presence = Presence()
        panes = [Pane(spec, brush, clock, self._presence) for spec in (*specs, *extra)]
        self.floor = Floor(panes, len(specs), DetailArea(brush))
        if slow:
            self.floor.detail.rests = THIN_RESTS
            for pane in panes:
                pane.polls.pace = SLOW_PACE
        self.belonging = belonging
        """Knows what belongs together; None where nobody does."""
        self.walk = Walk(self)
        self.lighting = Lighting(self, on=not slow)
        self.keys = Keys(self, keymap, read_only=read_only)
        self.carrying = 0
        """Keys that are being carried out."""
        self.away = False
        """Whether another program has the terminal."""
        self.badge: Line = ()
        """What stands before the headline, whatever is read."""
        self._headline = headline
        self._head: Line = ()
        self.headed = False
        """Whether the first pane has settled and the header says where we are."""
        self._notice: Timer | None = None

    def compose(self) -> ComposeResult:
        """Header, tabs, floor, notices, filter line, footer."""
        yield Bar(self.brush, id="header")
        yield Bar(self.brush, id="tabs")
        yield self.floor
        yield Bar(self.brush, id="notice")
        yield FilterLine(self._filter_ended)
        yield Bar(self.brush, id="footer")

    def on_mount(self) -> None:
        """Focus the first pane; look at ages now and then."""
        self.query_one("#notice").display = False
        self.query_one("#tabs").display = False
        self.floor.focus_active()
        self.watch(self.app, "app_focus", self._focus_changed, init=False)
        self.set_interval(AGES, partial(news.now_and_then, self.floor.panes))
        self.set_timer(FIRST, self.begin_others)

    def begin_others(self) -> None:
        """Let every pane load."""
        for pane in self.floor.panes:
            pane.begin()

    def render_lines(self, crop: Region) -> list[Strip]:
        """What stands on it covers it."""
        return blank_lines(self, crop)

    @property
    def asking(self) -> bool:
        """Whether a filter or a search is being typed."""
        return self.query_one(FilterLine).display

    @property
    def browser(self) -> bool:
        """Whether opening a web page here would show it to the person."""
        here = self.environ.get("DISPLAY") or self.environ.get("WAYLAND_DISPLAY")
        return bool(here) and not self.environ.get("SSH_CONNECTION")

    @counted
    async def on_key(self, event: events.Key) -> None:
        """Carry a key to its action, or into the filter line while that is open."""
        self.notice_person()
        field = self.query_one(FilterLine)
        if field.display:
            field.take(event)
            return
        top = self.app.screen
        if top is not self:  # typed before the dialog was there
            event.stop()
            top.post_message(events.Key(event.key, event.character))
            return
        name = key_name(event)
        self.put_notice([])
        if await self.keys.press(name):
            event.stop()
            event.prevent_default()

    @on(Told)
    async def _told(self, event: Told) -> None:
        """Carry out a command; keys that were typed behind it mean what it leads to."""
        self.carrying += 1
        try:
            await self.keys.commanding.carry_out(event.text)
        finally:
            self.carrying -= 1

    def on_mouse_down(self) -> None:
        """A click is a sign of a person."""
        self.notice_person()

    def _focus_changed(self, focused: bool) -> None:
        if focused:
            self.notice_person()

    def notice_person(self) -> None:
        """Somebody is there: what nothing tells about is read again where it got old."""
        self._presence.sign()
        for pane in self.floor.panes:
            pane.polls.someone()

    # filter and search

    def open_filter(self) -> None:
        """Show the filter line for the list, or the search for the details."""
        pane, detail = self.floor.pane, self.floor.detail
        field = self.query_one(FilterLine)
        self.query_one("#footer").display = False
        if self.floor.in_detail:
            field.open(detail.document.needle, "text to find", (), search=True)
        else:
            view = pane.view
            pane.list.get_ready_to_filter()
            field.open(
                pane.level.place.filter, view.filter_hint(), view.filter_words(), search=False
            )

    @on(FilterLine.Narrowed)
    def _narrow(self) -> None:
        field, pane = self.query_one(FilterLine), self.floor.pane
        if field.display and not field.search and not pane.view.filters_on_server:
            pane.filter(field.value)

    def _filter_ended(self, text: str | None) -> None:
        self.query_one("#footer").display = True
        detail, pane = self.floor.detail, self.floor.pane
        if self.query_one(FilterLine).search:
            self.set_focus(detail)
            if text and not detail.find(text):
                self.say(f"“{text}” does not occur", "information")
            return
        self.set_focus(pane.list)
        if text is not None:
            pane.filter(text)
        elif not pane.view.filters_on_server:
            pane.filter("")

    # drawing

    def take_look(self, name: str) -> None:
        """Change the theme."""
        self.brush.take(LOOKS[name])
        self.app.theme = name
        for widget in self.query("*"):
            widget.refresh()

    def say(self, text: str, kind: str) -> None:
        """Show a notice above the footer, for a while or until a key."""
        self.put_notice(notice(text, kind, self.size.width))
        if self._notice is not None:
            self._notice.stop()
        self._notice = self.set_timer(NOTICE, lambda: self.put_notice([]))

    def put_notice(self, lines: list[Line]) -> None:
        """Show these notice lines; none hides them. Work may end after the screen did."""
        for bar in self.query("#notice").results(Bar):
            bar.put(lines)

    @on(Floor.Moved)
    def draw_bars(self) -> None:
        """Header, tabs and footer as they should be now; equal ones send nothing."""
        self.lighting.moved()
        width, floor, keys = self.size.width, self.floor, self.keys
        plain = self.brush.ascii_only
        main = floor.panes[: floor.main]
        self.query_one("#header", Bar).put([header(
            (*self.badge, *self._head), main, self.place, width, read_only=keys.read_only,
            ascii_only=plain,
        )])
        strip = self.query_one("#tabs", Bar)
        strip.display = floor.tabs
        strip.put([tabs(main, floor.active, width, ascii_only=plain)] if floor.tabs else [()])
        tail = line(("enter", "key"), (" open  ", "dim"), ("/", "key"), (" filter  ", "dim"),
                    ("?", "key"), (" help", "dim"))
        self.query_one("#footer", Bar).put([footer(
            keys.keymap, keys.view_actions(), floor.item, tail, width, read_only=keys.read_only
        )])

    @on(Pane.Loaded)
    def _loaded(self, event: Pane.Loaded) -> None:
        if event.pane.spec.number == 1:
            start_work(self, self._read_headline, "headline", exclusive=True)

    async def _read_headline(self) -> None:
        try:
            self._head = await self._headline()
        except OpstuiError:
            self._head = ()  # the first pane says what is wrong
        if not self.headed:
            self.headed = True
            self.post_message(self.Arrived())
        self.draw_bars()
        self.call_after_refresh(self.begin_others)
