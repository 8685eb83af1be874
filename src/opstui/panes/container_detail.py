"""What the detail area tells of one container: its log, its facts, the engine's JSON."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from opstui.domain.errors import OpstuiError
from opstui.domain.image import Container
from opstui.domain.words import age
from opstui.operations.world import World
from opstui.panes.image_detail import json_lines
from opstui.panes.run_detail import pairs
from opstui.ui.desk import Detail, no_lines
from opstui.ui.log_feed import Log, Piece
from opstui.ui.paint import Line, Span, glyph, line

TAIL = 500
"""Lines of the log's past."""
LOOKS = 0.5
"""Seconds between looks at the list, which is in memory, for a container that came back."""
LAST_WORDS = timedelta(milliseconds=50)


def details(world: World, container: Container) -> Sequence[Detail]:
    """The tabs."""

    async def facts(width: int) -> Sequence[Line]:
        return _facts(world, container)

    async def inspected(width: int) -> Sequence[Line]:
        return json_lines(await world.engine.inspect(container.id))

    return (
        log(world, container),
        Detail(f"container/{container.id}", "Container", facts),
        Detail(f"container/{container.id}/inspect", "Inspect", inspected),
    )


def log(world: World, container: Container) -> Detail:
    """The log's last lines and what follows, from one stream: nothing is missed or said twice."""

    return Detail(
        f"container/{container.id}/log", "Logs", no_lines,
        log=Log(lambda: _follow(world, container), container.name),
    )


async def _follow(world: World, container: Container) -> AsyncIterator[Piece]:
    """The log over the container's restarts, until it is gone."""
    yield _note(f"the last {TAIL} lines, then what comes")
    output = world.engine.logs(container, TAIL)
    while True:
        async for data in output:
            yield Piece(data, live=True)
        facts = await _state(world, container)
        if facts is None:
            yield _note("the container is gone")
            return
        if not facts.get("Running"):
            yield _note(_ending(facts))
        while facts is not None and not facts.get("Running"):
            await _listed_as_running(world, container)
            facts = await _state(world, container)
        if facts is None:
            return
        yield _note("started again")
        output = world.engine.logs(container, TAIL, _new_output(facts))


def _note(text: str) -> Piece:
    return Piece(note=line((text, "dim")), live=True)


async def _state(world: World, container: Container) -> dict[str, Any] | None:
    """`State` of the engine's JSON; None when the container is gone."""
    try:
        return dict(json.loads(await world.engine.inspect(container.id)).get("State") or {})
    except OpstuiError:
        return None


async def _listed_as_running(world: World, container: Container) -> None:
    """Wait for the list, which the event stream keeps fresh, to show it running or gone."""
    while True:
        await asyncio.sleep(LOOKS)
        listed = next((one for one in world.board.containers if one.id == container.id), None)
        if listed is None or listed.state == "running":
            return


def _new_output(facts: dict[str, Any]) -> str:
    """From when on output is a new start's.

    A container writes before the engine notes its start, so the end before it counts, and a
    little more for the last words that were still in the pipe then.
    """
    try:
        ended = datetime.fromisoformat(str(facts.get("FinishedAt", "")))
    except ValueError:
        return ""
    if ended.year == 1:  # it never ended: the engine itself was away
        return str(facts.get("StartedAt", ""))
    return (ended + LAST_WORDS).isoformat()


def _ending(facts: dict[str, Any]) -> str:
    if facts.get("Status") == "created":
        return "it was not started yet"
    killed = ", killed: out of memory" if facts.get("OOMKilled") else ""
    return f"it ended with exit {facts.get('ExitCode', '?')}{killed}"


def _facts(world: World, container: Container) -> list[Line]:
    now = world.clock()
    old = age(container.created, now)
    state = glyph(container.status, ascii_only=world.ascii_only)
    shown = pairs((
        ("name", container.name),
        ("state", (state, Span(f" {container.note or container.state}"))),
        ("health", container.health or "no health check"),
        ("image", container.image),
        ("image id", container.image_id),
        ("id", container.id),
        *((f"port{'s' if len(container.ports) > 1 and not n else ''}" if not n else "", port)
          for n, port in enumerate(container.ports)),
        ("created", f"{container.created:%Y-%m-%d %H:%M} UTC, "
                    f"{'just now' if old == 'now' else f'{old} ago'}" if container.created else ""),
    ))
    if container.labels:
        shown += [line(), line(("Labels", "title")), *pairs(container.labels)]
    return shown
