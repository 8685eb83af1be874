"""Two images beside each other: what this one has more, less and otherwise than the other."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from opstui.domain.image import Image
from opstui.domain.image_difference import (
    MANY,
    Difference,
    by_fact,
    by_file,
    by_layer,
    by_package,
    headline,
    shared_lines,
)
from opstui.domain.image_files import Mark
from opstui.domain.image_layers import LayerLine, told
from opstui.domain.page import Page
from opstui.domain.words import plural, size
from opstui.operations.image_inside import Inside, Looked
from opstui.operations.world import World
from opstui.panes.image_config import environment, labels, runs
from opstui.panes.run_detail import pairs
from opstui.ui.action import action
from opstui.ui.column import Column
from opstui.ui.desk import Desk, Detail
from opstui.ui.paint import Line, Span, line
from opstui.ui.view import View

Facts = Mapping[str, Any]


def why_not_read(view: DifferenceView, _item: object) -> str:
    """Once is enough."""
    if view.read_both:
        return "the files of both are read already"
    return "they are being read" if view.agreed else ""


class DifferenceView(View[Difference]):
    """Everything that differs, layers first; the first row says it in one sentence."""

    kind: ClassVar[str] = "difference"
    title = "Difference"
    noun = "difference"
    slow = True

    def __init__(self, world: World, this: Image, other: Image) -> None:
        self._world = world
        self.this = Inside(world.contents, this)
        self.other = Inside(world.contents, other)
        self._lines: tuple[tuple[LayerLine, ...], tuple[LayerLine, ...]] = ((), ())
        self._more = 0

    @property
    def agreed(self) -> bool:
        """Whether the person knows what reading both costs, or it is little."""
        return self.this.agreed and self.other.agreed and self._world.contents is not None

    @property
    def read_both(self) -> bool:
        """Whether the files of both are known."""
        return self.this.looked is not None and self.other.looked is not None

    def columns(self) -> tuple[Column[Difference], ...]:
        """What it is, its name, and how each of the two has it."""
        return (
            Column("mark", "", lambda one: Span(one.mark.value, one.mark.role), width=1),
            Column("section", "What", lambda one: Span(one.section, "dim"), width=11,
                   sort=lambda one: one.section),
            Column("name", "Name", self._name, grow=1, least=24, sort=lambda one: one.name),
            Column("this", "This", lambda one: Span(one.this), width=18, drop=1),
            Column("other", "Other", lambda one: Span(one.other, "dim"), width=18, drop=2),
            Column("grew", "Differs", _grew, width=9, right=True,
                   sort=lambda one: abs(one.grew), best_first=True),
        )

    def _name(self, item: Difference) -> Span:
        if item.section == "in short":
            return Span(item.name, "title")
        return Span(self._cost() if item.section == "files" else item.name,
                    "warn" if item.section == "files" else "plain")

    async def load(self, token: str = "") -> Page[Difference]:
        """Layers and configuration at once; files and packages once both images were read."""
        this, other = self.this.image, self.other.image
        engine = self._world.engine
        mine, theirs, facts, their_facts = await asyncio.gather(
            engine.layers(this), engine.layers(other),
            engine.inspect(this.id), engine.inspect(other.id),
        )
        self._lines = told(mine), told(theirs)
        rows = [Difference("in short", self.headline(), Mark.NONE)]
        rows += by_layer(*self._lines)
        looks = await self._looks()
        if looks is not None:
            rows += by_package(looks[0].packages, looks[1].packages)
        rows += of_config(json.loads(facts), json.loads(their_facts))
        if looks is None:
            rows.append(Difference("files", "not read", Mark.NONE))
            return Page(tuple(rows))
        files = await asyncio.to_thread(by_file, looks[0].stack, looks[1].stack)
        self._more = max(0, len(files) - MANY)
        return Page((*rows, *files[:MANY]))

    async def _looks(self) -> tuple[Looked, Looked] | None:
        """Both images looked into; None where that was not agreed to yet."""
        this, other = await self.this.recall(), await self.other.recall()
        if this is None or other is None:
            if not self.agreed:
                return None
            this, other = await self.this.look(), await self.other.look()
        return this, other

    def headline(self) -> str:
        """How much larger this image is, and why."""
        this, other = self.this.image, self.other.image
        return f"{this.name} is " + headline(other.name, (this.size, other.size), *self._lines)

    def _cost(self) -> str:
        """What reading costs, or how far it is."""
        if self._world.contents is None:
            return "files and packages can't be compared: images can't be read here"
        unread = [one for one in (self.this, self.other) if one.looked is None]
        if not self.agreed:
            whole = size(sum(one.image.size for one in unread))
            return f"f reads files and packages: {whole} have to come through the engine"
        return _progress(unread)

    def empty(self) -> Sequence[Line]:
        """How far the reading is."""
        unread = [one for one in (self.this, self.other) if one.looked is None]
        return (line(_progress(unread), ("; esc gives it up", "dim")),)

    def name(self, item: Difference) -> str:
        """Its name."""
        return item.name

    def words(self, item: Difference) -> str:
        """What it is, its name and both values."""
        return f"{item.section} {item.mark.word} {item.name} {item.this} {item.other}"

    def copies(self, item: Difference) -> Sequence[tuple[str, str]]:
        """Its name and both values."""
        return tuple(one for one in (
            ("name", item.name), ("this one's", item.this), ("the other's", item.other)
        ) if one[1])

    def details(self, item: Difference) -> Sequence[Detail]:
        """The row in full, then the two images."""

        async def load(width: int) -> Sequence[Line]:
            return self._facts(item)

        id = f"difference/{self.this.image.id}/{self.other.image.id}/{item.key}"
        return (Detail(f"{id}/{self.read_both}", "Difference", load),)

    def _facts(self, item: Difference) -> list[Line]:
        this, other = self.this.image, self.other.image
        shown = [] if item.mark is Mark.NONE else [
            *pairs((
                (item.section, item.name),
                ("here", (Span(_MEANING[item.mark], item.mark.role),)),
                ("this", item.this), ("other", item.other), ("differs by", _signed(item.grew)),
            )), line(),
        ]
        base = shared_lines(*self._lines)
        last = self._lines[0][base - 1] if base else None
        shown += [line((f"{self.headline()}.", "title")), line(), *pairs((
            ("this", f"{this.name}, {this.short_id}, {size(this.size)}"),
            ("other", f"{other.name}, {other.short_id}, {size(other.size)}"),
            ("in common", f"the first {plural(base, 'line')} of their histories, "
             f"{size(last.total)}" if last is not None else "no line of their histories"),
            ("they part after", f"layer {last.number}: {last.command}" if last is not None else ""),
        ))]
        if self.read_both and self._more:
            shown += [line((f"{plural(self._more, 'more file')} differ by fewer bytes", "dim"))]
        return shown

    @action("f", "Read files", item=False, when=why_not_read, footer=False)
    async def read(self, desk: Desk) -> None:
        """Read the files of both images through the engine, to compare files and packages too."""
        self.this.agreed = self.other.agreed = True
        desk.restart(self.kind)

    @action("S", "Summary", item=False)
    async def summary(self, desk: Desk) -> None:
        """Say how many layers, packages, files and settings differ."""
        level = self.level
        rows = level.snapshot.items if level is not None else ()
        counts = Counter(one.section for one in rows if one.mark is not Mark.NONE)
        desk.say(", ".join(plural(count, section) for section, count in counts.items())
                 or "nothing differs")


_MEANING = {Mark.ADDED: "only this one has it", Mark.REMOVED: "only the other one has it",
            Mark.CHANGED: "both have it, otherwise", Mark.NONE: ""}


def of_config(this: Facts, other: Facts) -> list[Difference]:
    """How each is run, its variables and its labels."""
    return [
        *by_fact("config", _told(runs(this)), _told(runs(other))),
        *by_fact("environment", dict(environment(this)), dict(environment(other))),
        *by_fact("label", dict(labels(this)), dict(labels(other))),
    ]


def _told(facts: Sequence[tuple[str, str]]) -> dict[str, str]:
    return {name: value for name, value in facts if value}


def _progress(unread: Sequence[Inside]) -> str:
    """Of the one that is being read."""
    for one in unread:
        if one.count:
            return f"reading {one.image.name}: {size(one.count)} of about {size(one.image.size)}"
    return f"the engine packs {unread[0].image.name}" if unread else "comparing"


def _signed(count: int) -> str:
    return f"{'+' if count > 0 else '-'}{size(abs(count))}" if count else ""


def _grew(item: Difference) -> Span:
    return Span(_signed(item.grew), "warn" if item.grew > 0 else "good")


def others(this: Image, images: Sequence[Image]) -> tuple[Image, ...]:
    """What an image may be compared with: of its own repository first, then by use and age."""
    own = {tag.rpartition(":")[0] for tag in this.tags}

    def place(one: Image) -> tuple[bool, bool]:
        return not own & {tag.rpartition(":")[0] for tag in one.tags}, not one.used_by

    return tuple(sorted((one for one in images if one.id != this.id), key=place))
