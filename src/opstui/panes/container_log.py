"""Containers' logs to read: beside the list, over everything, one or many merged."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

from opstui.domain.container_use import Said, Window
from opstui.domain.errors import OpstuiError
from opstui.domain.image import Container
from opstui.domain.words import plural
from opstui.operations.container_logs import follow, merged
from opstui.operations.world import World
from opstui.ui.desk import Choice, Desk, Detail, Prompt, no_lines
from opstui.ui.log_feed import Log, Piece
from opstui.ui.paint import line

TAIL = 500
"""Lines of the log's past beside the list."""
FEW = 100
"""The same of each where several are merged."""
MORE = 1000
"""Lines of each log's past over everything."""
LONGEST_NAME = 24
COLOURS = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)
"""SGR colours of the containers' names; the names tell them apart without."""
PARTS = (
    ("100", "the last 100 lines"), ("1000", "the last 1,000 lines"), ("1m", "the last minute"),
    ("5m", "the last 5 minutes"), ("15m", "the last 15 minutes"), ("1h", "the last hour"),
    ("all", "all of it"), ("since", "since a time"),
)
"""Parts of a log that are offered, as a number of lines or a time."""
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_AGO = re.compile(r"(\d{1,9})\s*([smhd])")
_CLOCK = re.compile(r"(\d\d?):(\d\d)(?::(\d\d))?")


def beside(world: World, containers: Sequence[Container]) -> Detail:
    """The log beside the list, of many merged: its end, and what comes."""
    names = "+".join(one.id for one in containers)
    tail = TAIL if len(containers) == 1 else FEW
    return Detail(
        f"container/{names}/log", "Logs", no_lines,
        log=_Reading(world, tuple(containers), Window(tail), f"the last {tail} lines").log(),
    )


def whole(world: World, containers: Sequence[Container]) -> Detail:
    """The logs of one or many over everything, merged by the engine's times."""
    names = "+".join(one.id[:12] for one in containers)
    return Detail(
        f"container/{names}/read", "Logs", no_lines,
        log=_Reading(world, tuple(containers), Window(MORE), f"the last {MORE:,} lines").log(),
    )


class _Reading:
    """One part of the logs of some containers."""

    def __init__(
        self, world: World, containers: tuple[Container, ...], window: Window, told: str
    ) -> None:
        self._world = world
        self._containers = containers
        self._window = window
        self._told = told

    def log(self) -> Log:
        """What is read, and how another part of it is asked for."""
        one = len(self._containers) == 1
        name = self._containers[0].name if one else f"{len(self._containers)}-containers"
        return Log(self._single if one else self._merged, name, other=self._other)

    async def _single(self) -> AsyncIterator[Piece]:
        """The log of one, as it came but for the stamp before each line."""
        yield _remark(f"{self._told}, then what comes")
        async with aclosing(follow(self._world, self._containers[0], self._window)) as words:
            async for some in words:
                if isinstance(some, str):
                    yield _remark(some)
                else:
                    yield Piece(b"".join([stamped(0, one) for one in some]), live=True)

    async def _merged(self) -> AsyncIterator[Piece]:
        """The logs of many, each line with its container's name."""
        each = " of each" if self._window.tail else ""
        yield _remark(f"{plural(len(self._containers), 'container')} merged: {self._told}{each}, "
                      "then what comes")
        heads = prefixes([one.name for one in self._containers],
                         ascii_only=self._world.ascii_only)
        numbers = {name: n for n, name in enumerate(heads)}
        sources = {one.name: follow(self._world, one, self._window) for one in self._containers}
        async with aclosing(merged(sources)) as words:
            async for some in words:
                lines: list[bytes] = []
                for name, said in some:
                    if isinstance(said, str):
                        if lines:
                            yield Piece(b"".join(lines), live=True)
                            lines = []
                        yield _remark(f"{name}: {said}")
                    else:
                        lines.append(stamped(numbers[name], said, heads[name]))
                if lines:
                    yield Piece(b"".join(lines), live=True)

    async def _other(self, desk: Desk) -> Log | None:
        """Ask for another part."""
        chosen = await desk.choose("Which part", [Choice(id, told) for id, told in PARTS])
        if chosen is None:
            return None
        told = dict(PARTS)[chosen]
        if chosen == "since":
            typed = await desk.ask(Prompt(
                "Since a time", "time", placeholder="14:30, 2026-03-01 14:30, or 90m ago; UTC",
            ))
            if not typed:
                return None
            chosen, told = typed, f"since {typed}"
        window = window_of(chosen, self._world.clock())
        return _Reading(self._world, self._containers, window, told).log()


def window_of(text: str, now: datetime) -> Window:
    """The part that a text means: lines as `100`, a time ago as `15m`, `all`, or since a time,
    which is UTC unless it says its zone. Raises OpstuiError for anything else."""
    text = text.strip().removesuffix("ago").strip()
    if text == "all":
        return Window()
    if text.isdecimal():
        return Window(tail=int(text))
    since: datetime | None = None
    if ago := _AGO.fullmatch(text):
        since = now - timedelta(seconds=int(ago[1]) * _UNITS[ago[2]])
    elif clock := _CLOCK.fullmatch(text):
        hour, minute, second = (int(part or 0) for part in clock.groups())
        if hour < 24 and minute < 60 and second < 60:
            since = now.astimezone(UTC).replace(
                hour=hour, minute=minute, second=second, microsecond=0)
            since = since if since <= now else since - timedelta(days=1)
    else:
        try:
            since = datetime.fromisoformat(text)
        except ValueError:
            since = None
    if since is None:
        raise OpstuiError(f"{text!r} is no time", hint="write 14:30, 2026-03-01 14:30 or 90m")
    since = since if since.tzinfo is not None else since.replace(tzinfo=UTC)
    return Window(since=since.astimezone(UTC).isoformat())


def stamped(number: int, said: Said, before: bytes = b"") -> bytes:
    """A line as logs are kept: with the time, the container and the output before it.

    That is how GitLab writes its logs, whose times and error lines are known when it is drawn.
    """
    return b"%s %02x%c %s%s" % (
        said.stamp, number % 256, b"E" if said.error else b"O", before, said.text
    )


def prefixes(names: Sequence[str], *, ascii_only: bool) -> dict[str, bytes]:
    """What stands before the lines of each: the name in its colour, all equally wide."""
    width = min(max(map(len, names), default=0), LONGEST_NAME)
    bar = "|" if ascii_only else "│"
    return {
        name: (f"\x1b[{COLOURS[n % len(COLOURS)]}m{_cut(name, width):<{width}}\x1b[0m"
               f"\x1b[2m {bar}\x1b[0m ").encode()
        for n, name in enumerate(names)
    }


def _cut(name: str, width: int) -> str:
    """A long name without its middle: what tells replicas apart is at the end."""
    if len(name) <= width:
        return name
    return f"{name[: width // 2 - 1]}..{name[len(name) - (width - width // 2 - 1):]}"


def _remark(text: str) -> Piece:
    return Piece(note=line((text, "dim")), live=True)
