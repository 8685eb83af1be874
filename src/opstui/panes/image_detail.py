"""What the detail area tells of one image: its facts, its layers, the engine's JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from opstui.domain.branch import Branch
from opstui.domain.image import REVISION_LABEL, Image
from opstui.domain.image_layers import readable
from opstui.domain.image_name import same_commit
from opstui.domain.secrets import mask_json, mask_value
from opstui.domain.words import age, plural, short, size
from opstui.operations.world import World
from opstui.panes.image_config import config_lines
from opstui.panes.run_detail import pairs
from opstui.ui.desk import Detail
from opstui.ui.paint import Line, Span, glyph, line

_KEY = re.compile(r'( *)("(?:[^"\\]|\\.)*")(: .*)')


def details(world: World, image: Image) -> Sequence[Detail]:
    """The tabs."""

    async def facts(width: int) -> Sequence[Line]:
        return _facts(world, image)

    async def layers(width: int) -> Sequence[Line]:
        return await _layers(world, image)

    async def config(width: int) -> Sequence[Line]:
        return config_lines(json.loads(await world.engine.inspect(image.id)))

    async def inspected(width: int) -> Sequence[Line]:
        return json_lines(await world.engine.inspect(image.id))

    return (
        Detail(f"image/{image.id}", "Image", facts),
        Detail(f"image/{image.id}/config", "Config", config),
        Detail(f"image/{image.id}/layers", "Layers", layers),
        Detail(f"image/{image.id}/inspect", "Inspect", inspected),
    )


def head_of(world: World, image: Image) -> Branch | None:
    """The branch whose head the image was built from, the current one first."""
    if not image.revision:
        return None
    heads = [one for one in world.board.branches if same_commit(image.revision, one.commit)]
    return min(heads, key=lambda one: (not one.current, bool(one.remote)), default=None)


def _facts(world: World, image: Image) -> list[Line]:
    now = world.clock()
    created = f"{image.created:%Y-%m-%d %H:%M} UTC, {_ago(age(image.created, now))}" \
        if image.created else "the build hides it"
    shown = pairs((
        ("names" if len(image.tags) > 1 else "name", image.tags[0] if image.tags else "none"),
        *(("", tag) for tag in image.tags[1:]),
        ("id", image.id),
        *(("digest", one) for one in image.digests),
        ("digest", "" if image.digests else "none before a push or a pull"),
        ("created", created),
        ("size", size(image.size)),
        ("used by", ", ".join(image.used_by) or "no container"),
        ("commit", _commit(world, image)),
    ))
    if image.labels:
        shown += [line(), line(("Labels", "title")), *pairs(
            (name, mask_value(name, value)) for name, value in image.labels)]
    return shown


def _commit(world: World, image: Image) -> Line:
    """Where the commit stands, or how to make the next image say it."""
    if not image.revision:
        return line((f"not told: build with --label {REVISION_LABEL}=$(git rev-parse HEAD)", "dim"))
    head = head_of(world, image)
    if head is None:
        return line((short(image.revision), "accent"), ("  not the head of a branch", "dim"))
    told: list[Span] = [Span(short(image.revision), "link"), Span(f"  head of {head.name}", "dim")]
    if state := world.board.ci_status(head.commit):
        told += [Span("  ci "), glyph(state, ascii_only=world.ascii_only), Span(f" {state.word}")]
    return tuple(told)


async def _layers(world: World, image: Image) -> list[Line]:
    found = await world.engine.layers(image)
    total = sum(layer.size for layer in found)
    head = f"{plural(len(found), 'layer')}, {size(total)}, newest first"
    shown: list[Line] = [line((head, "dim")), line()]
    for layer in found:
        role = "plain" if layer.size else "dim"
        command = readable(layer.command) or "no command recorded"
        shown.append(line((f"{size(layer.size):>7}  ", "dim"), (command, role)))
    return shown


def json_lines(text: str) -> list[Line]:
    """Indented JSON with its names set off from its values, and its secrets masked."""
    shown: list[Line] = []
    text = json.dumps(mask_json(json.loads(text)), indent=2, ensure_ascii=False)
    for one in text.splitlines():
        if found := _KEY.fullmatch(one):
            shown.append(line(found[1], (found[2], "accent"), found[3]))
        else:
            shown.append(line(one))
    return shown


def _ago(old: str) -> str:
    return "just now" if old == "now" else f"{old} ago"
