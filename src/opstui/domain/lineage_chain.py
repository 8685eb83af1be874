"""From one thing to all that hangs together with it: up to its commit, down to what serves it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from opstui.domain.branch import Branch
from opstui.domain.lineage import (
    BRANCH,
    CI,
    COMMIT,
    CONTAINER,
    IMAGE,
    MODEL,
    RUN,
    STEP_OF,
    STEPS,
    VERSION,
    Asked,
    Chain,
    Link,
    Ref,
    Shipped,
    State,
)
from opstui.domain.lineage_breaks import ENDED, break_of, flaws_of, state_of
from opstui.domain.lineage_graph import Graph
from opstui.domain.lineage_names import Mention
from opstui.domain.lineage_words import when_of
from opstui.domain.model import RegisteredModel
from opstui.domain.words import short

WIDEST = 150
"""Things in a chain, at most."""


@dataclass(slots=True)
class Way:
    """How a thing was reached."""

    proof: str = ""
    loose: bool = False
    below: bool = False
    by: Ref | None = None


@dataclass(slots=True)
class Web:
    """What was reached so far."""

    graph: Graph
    ways: dict[Ref, Way] = field(default_factory=dict)
    more: dict[str, int] = field(default_factory=dict)

    def up(self, start: Ref) -> None:
        """Everything that it says it comes from, and what that comes from."""
        todo = deque([start])
        while todo and len(self.ways) < WIDEST:
            ref = todo.popleft()
            loose = self.ways[ref].loose
            for parent, mention in self.graph.parents(ref):
                if parent not in self.ways:
                    self.ways[parent] = Way(mention.proof, loose or mention.loose, False, ref)
                    todo.append(parent)

    def down(self, start: Ref) -> None:
        """Everything that was made from it."""
        todo = deque([start])
        while todo and len(self.ways) < WIDEST:
            ref = todo.popleft()
            for kind in _below(ref):
                todo.extend(self._take(ref, kind, loose=self.ways[ref].loose))

    def beside(self, step: str) -> None:
        """What has only the commit in common; a container that says what it serves has more."""
        for commit in [ref for ref in self.ways if ref.kind == COMMIT]:
            proof = f"same commit {short(commit.key)}"
            for ref in self._take(commit, step, loose=True, proof=proof):
                self.down(ref)

    def _take(self, ref: Ref, kind: str, *, loose: bool, proof: str = "") -> list[Ref]:
        children, more = self.graph.children(ref, kind)
        taken = []
        for child, mention in children:
            if child in self.ways or (loose and self._elsewhere(child, mention)):
                continue
            self.ways[child] = Way(proof or mention.proof, loose or mention.loose, True, ref)
            taken.append(child)
        if more:
            self.more[kind] = max(self.more.get(kind, 0), more)
        return taken

    def _elsewhere(self, ref: Ref, mention: Mention) -> bool:
        """Whether a container has no more than its image or commit in common, and says itself
        what it serves, or ended."""
        noun = self.graph.noun(ref)
        return (
            isinstance(noun, Shipped) and mention.of.kind in (IMAGE, COMMIT)
            and (noun.served is not None or noun.container.state in ENDED)
        )

    def has(self, step: str) -> bool:
        """Whether anything of a step was reached; a CI run that is only named is not enough."""
        return any(
            STEP_OF.get(ref.kind) == step and (step != CI or self.graph.noun(ref) is not None)
            for ref in self.ways
        )


def _below(ref: Ref) -> tuple[str, ...]:
    """Which lists may hold what was made from a thing."""
    return {
        COMMIT: (CI, IMAGE, RUN, VERSION, CONTAINER), CI: (IMAGE, RUN), IMAGE: (RUN, CONTAINER),
        RUN: (VERSION, CONTAINER), VERSION: (VERSION, CONTAINER),
    }.get(ref.kind, ())


def origin(graph: Graph, of: Ref, champion: str = "champion") -> Ref:
    """The link that a thing stands for: a branch for its head, a model for what serves, else for
    its newest version."""
    noun = graph.noun(of)
    if of.kind == BRANCH and isinstance(noun, Branch):
        return Ref(COMMIT, noun.commit)
    if of.kind == MODEL and isinstance(noun, RegisteredModel):
        version = noun.version_of(champion) or noun.latest
        return Ref(VERSION, f"{noun.name}/{version}") if version else of
    return Ref(COMMIT, graph.full(of.key)) if of.kind == COMMIT else of


def web(graph: Graph, start: Ref, *, used_by: bool = False) -> Web:
    """What hangs together with a thing; with `used_by` only what was made from it."""
    found = Web(graph, {start: Way()})
    if start.kind not in STEPS:
        return found
    if not used_by:
        found.up(start)
    found.down(start)
    for step in (CI, IMAGE, RUN, CONTAINER):
        if not found.has(step) and not (used_by and STEPS.index(step) < STEPS.index(start.kind)):
            found.beside(step)
    return found


def chain(
    graph: Graph, of: Ref, asked: Asked | None = None, *, champion: str = "champion",
    used_by: bool = False,
) -> Chain:
    """The whole chain through a thing, with what is missing and why.

    used_by: only what was made from it.
    """
    asked = asked or Asked()
    start = origin(graph, of, champion)
    found = web(graph, start, used_by=used_by)
    links = [_link(graph, ref, way, start, asked) for ref, way in found.ways.items()]
    links = [link for link in links if link.step]
    known = tuple(links)
    for step in STEPS:
        before = start.kind in STEPS and STEPS.index(step) <= STEPS.index(start.kind)
        if not any(link.step == step for link in known) and not (used_by and before):
            links.append(break_of(step, known, asked))
    links.sort(key=_order)
    return Chain(start, tuple(links), found.more)


def _link(graph: Graph, ref: Ref, way: Way, start: Ref, asked: Asked) -> Link:
    noun = graph.noun(ref)
    if noun is None and ref.kind == COMMIT:
        noun = next((graph.noun(one) for one, _ in graph.children(ref, BRANCH)[0]), None)
    state, reason = state_of(ref, noun, asked, loose=way.loose)
    flaws = flaws_of(graph, ref, noun, asked)
    if reason is not None:
        flaws = (reason, *flaws)
    return Link(
        STEP_OF.get(ref.kind, ""), ref, state, noun, way.proof, flaws, ref == start, way.below,
        way.by,
    )


def _order(link: Link) -> tuple[int, bool, bool, float]:
    when: datetime | None = when_of(link.noun)
    return (
        STEPS.index(link.step), not link.here, link.state is State.INFERRED,
        -when.timestamp() if when else 0.0,
    )


def related(graph: Graph, of: Ref, champion: str = "champion") -> frozenset[Ref]:
    """The keys of everything in a chain, for lists that light up: branches and models too."""
    return frozenset(_related(graph, web(graph, origin(graph, of, champion))))


def _related(graph: Graph, found: Web) -> Iterator[Ref]:
    for ref in found.ways:
        yield ref
        if ref.kind == COMMIT:
            for branch, _ in graph.children(ref, BRANCH)[0]:
                yield branch
        elif ref.kind == VERSION:
            yield Ref(MODEL, ref.key.rpartition("/")[0])
        elif ref.kind == RUN and (noun := graph.noun(ref)) is not None:
            yield Ref("experiments", getattr(noun, "experiment_id", ""))
