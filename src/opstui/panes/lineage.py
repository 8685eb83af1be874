"""The chain through a row, as a page that can be walked; and what lights up beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from opstui.domain.lineage import COMMIT, STEPS, Link, Noun, Ref, State
from opstui.domain.lineage_chain import related
from opstui.domain.lineage_export import as_json, as_mermaid
from opstui.domain.lineage_words import TITLES, name_of, said, when_of
from opstui.domain.words import age
from opstui.operations.lineage import Tracing
from opstui.operations.world import World
from opstui.panes.lineage_refs import at_hand, start_of, way_to, why_none
from opstui.ui.paint import Line, Span, glyph, line
from opstui.ui.saving import file_name
from opstui.ui.trail import Trail, TrailRow, Way
from opstui.ui.view import View

WIDE = max(len(title) for title in TITLES.values())


class LineageTrail:
    """One chain as rows."""

    def __init__(
        self, world: World, of: Ref, nouns: tuple[Noun, ...], *, used_by: bool = False
    ) -> None:
        self._world = world
        self._of = of
        self._nouns = nouns
        self._used_by = used_by
        self._tracing = Tracing(world, of, nouns, used_by=used_by)

    @property
    def title(self) -> str:
        """Whose chain it is."""
        what = "Used by" if self._used_by else "Lineage"
        return f"{what}: {self._name()}"

    @property
    def file_name(self) -> str:
        """Such as `lineage-churn-v9`."""
        return file_name("lineage", self._name())

    @property
    def waiting(self) -> bool:
        """Whether an answer is awaited."""
        return self._tracing.waiting

    def _name(self) -> str:
        here = next((link for link in self._tracing.chain.links if link.here), None)
        return said(here).name if here is not None else name_of(self._of)

    @property
    def begins_at(self) -> str:
        """What was selected."""
        return next((_key(link) for link in self._tracing.chain.links if link.here), "")

    def rows(self, *, ascii_only: bool) -> Sequence[TrailRow]:
        """A row for each link; steps that have more links than are shown say so."""
        found = self._tracing.chain
        last = {step: max((n for n, one in enumerate(found.links) if one.step == step), default=-1)
                for step in found.more}
        return [
            self._row(link, found.more.get(link.step, 0) if last.get(link.step) == n else 0,
                      ascii_only=ascii_only)
            for n, link in enumerate(found.links)
        ]

    async def complete(self, draw: Callable[[], None]) -> None:
        """Ask every system, all at once."""
        self._tracing = Tracing(self._world, self._of, self._nouns, used_by=self._used_by)
        await self._tracing.follow(draw)

    def turned(self) -> Trail:
        """Downward only, or whole again."""
        return LineageTrail(self._world, self._of, self._nouns, used_by=not self._used_by)

    def told(self, form: str) -> str:
        """The chain as JSON or Mermaid."""
        found = self._tracing.chain
        return as_json(found) if form == "json" else as_mermaid(found)

    def _row(self, link: Link, more: int, *, ascii_only: bool) -> TrailRow:
        told, state = said(link), link.state
        mark = Span(state.letter if ascii_only else state.glyph, state.role)
        head: list[Span] = [mark, Span(" "), Span(f"{TITLES[link.step]:<{WIDE}}  ", "dim")]
        if told.status is not None:
            head += [glyph(told.status, ascii_only=ascii_only), Span(" ")]
        if link.ref is not None:
            head += [Span(told.name, "title" if link.here else "plain")]
            head += [Span(f"  {told.note}", "dim")] if told.note else []
        else:
            head.append(Span(link.flaws[0].reason if link.flaws else state.word, state.role))
        old = age(when_of(link.noun), self._world.clock())
        target, why_not = self._target(link)
        return TrailRow(
            _key(link), tuple(head), (Span(f"{old} ", "dim"),) if old else (),
            tuple(_under(link, more)), target, why_not,
            tuple(_copies(link)),
        )

    def _target(self, link: Link) -> tuple[tuple[str, str] | None, str]:
        """Where `enter` leads, or why nowhere."""
        reason = link.flaws[0].reason if link.flaws else "it is not known yet"
        if link.ref is None or link.ref.kind not in STEPS:
            return None, reason
        if link.noun is None and link.ref.kind != COMMIT:
            return None, reason
        if link.ref.kind == COMMIT:
            if link.flaws:  # not in this clone, or no whole id
                return None, reason
            head = next(
                (one for one in self._world.board.branches if one.commit == link.ref.key), None)
            if head is not None:
                return ("branches", head.key), ""
        return (link.ref.kind, link.ref.key), ""


def _key(link: Link) -> str:
    return f"{link.step}:{link.ref.key}" if link.ref is not None else link.step


def _under(link: Link, more: int) -> list[Line]:
    """What proves it, what is wrong, what would mend that, and how many more there are."""
    lines: list[Line] = []
    if link.here:
        lines.append(line(("this is what was selected", "dim")))
    elif link.proof:
        unsure = "" if link.state is not State.INFERRED else "not sure: "
        lines.append(line((f"{unsure}{link.proof}", "dim")))
    for flaw in link.flaws:
        if link.ref is not None:
            lines.append(line((f"! {flaw.reason}", "warn")))
        if flaw.mend:
            lines.append(line(("> ", "dim"), (flaw.mend, "accent")))
    if more:
        lines.append(line((f"and {more:,} more", "dim")))
    return lines


def _copies(link: Link) -> list[tuple[str, str]]:
    own = [(TITLES[link.step], link.ref.key)] if link.ref is not None else []
    return own + [("what mends it", flaw.mend) for flaw in link.flaws if flaw.mend]


class WorldBelonging:
    """Implements `ui.trail.Belonging` over a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._last: tuple[Any, Ref, Mapping[str, frozenset[str]]] | None = None

    def trail(self, view: View[Any], item: Any, *, used_by: bool) -> Trail | str:
        """The chain through a row, or why there is none."""
        start = start_of(self._world, view, item)
        return why_none(item) if start is None else LineageTrail(
            self._world, *start, used_by=used_by
        )

    async def lit(self, view: View[Any], item: Any) -> Mapping[str, frozenset[str]]:
        """What belongs to a row, from the index; that is brought up to date in a thread."""
        index = self._world.lineage
        start = start_of(self._world, view, item)
        index.selected = start[0] if start is not None else None
        if start is None:
            return {}
        ref = start[0]
        await index.refresh()
        if self._last is not None and self._last[:2] == (index.graph, ref):
            return self._last[2]
        found: dict[str, set[str]] = {}
        for kind, key in related(index.graph, ref, self._world.rules.champion):
            found.setdefault(kind, set()).add(key)
        lit = {kind: frozenset(keys) for kind, keys in found.items()}
        self._last = (index.graph, ref, lit)
        return lit

    def at_hand(self, view: View[Any], kind: str, key: str) -> bool:
        """Whether an open list has this, or will."""
        return at_hand(view, kind, key)

    async def way(self, kind: str, key: str) -> Way | None:
        """Where a run, a version or a commit is."""
        return await way_to(self._world, kind, key)

