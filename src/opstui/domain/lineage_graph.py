"""The index of what mentions what: built once for each list, then asked by dictionary only."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from opstui.domain.experiment import CI_TAGS
from opstui.domain.lineage import ALIAS, COMMIT, MODEL, STEPS, VERSION, Noun, Ref
from opstui.domain.lineage_names import Mention, mentions, names, ref_of
from opstui.domain.model import RegisteredModel

FULL = 40
"""Digits of a whole commit id; SHA-256 ones have 64."""
MOST = 20
"""Things that one name leads to, at most: the first ones, and lists have the newest first."""


@dataclass(slots=True)
class Layer:
    """The index of some things; never changed once it is built."""

    nouns: dict[Ref, Noun] = field(default_factory=dict)
    bearers: dict[Ref, list[Ref]] = field(default_factory=dict)
    """By a name that is no key: who is called so."""
    mentioned: dict[tuple[str, Ref], list[tuple[Ref, Mention]]] = field(default_factory=dict)
    """By list, and name or key: who of it mentions that, and where."""
    commits: list[str] = field(default_factory=list)
    """Whole ids that occur, sorted."""
    lengths: tuple[int, ...] = ()
    """Lengths of the shorter ids that occur."""


def layer(nouns: Iterable[Noun], ci_tags: Sequence[str] = CI_TAGS) -> Layer:
    """The index of these things; takes time with their number, so not where keys wait."""
    built = Layer()
    shas: set[str] = set()
    proofs: dict[Mention, Mention] = {}
    for noun in nouns:
        ref = ref_of(noun)
        built.nouns[ref] = noun
        if ref.kind == COMMIT:
            shas.add(ref.key)
        for name in names(noun):
            built.bearers.setdefault(name, []).append(ref)
        if isinstance(noun, RegisteredModel):
            for alias, version in noun.aliases:
                bearer = Ref(VERSION, f"{noun.name}/{version}")
                built.bearers[Ref(ALIAS, f"{noun.name}@{alias}")] = [bearer]
        for mention in mentions(noun, ci_tags):
            mention = proofs.setdefault(mention, mention)
            built.mentioned.setdefault((ref.kind, mention.of), []).append((ref, mention))
            if mention.of.kind == COMMIT:
                shas.add(mention.of.key)
    built.commits = sorted(sha for sha in shas if len(sha) >= FULL)
    built.lengths = tuple(sorted({len(sha) for sha in shas if len(sha) < FULL}))
    return built


class Graph:
    """Several layers as one. The same question never touches more than a bounded number of
    things, however many there are."""

    def __init__(self, *layers: Layer, ci_tags: Sequence[str] = CI_TAGS) -> None:
        self._layers = layers
        self._ci_tags = ci_tags
        self.touched = 0
        """Things that were handed out, for whoever wants to know the cost."""

    def noun(self, ref: Ref) -> Noun | None:
        """The thing itself; the first layer that has it knows best."""
        for one in self._layers:
            if (found := one.nouns.get(ref)) is not None:
                return found
        return None

    def full(self, sha: str) -> str:
        """The only whole id that begins like this, else the text itself."""
        meant = self.meant(sha)
        return meant[0] if len(meant) == 1 else sha

    def meant(self, sha: str) -> tuple[str, ...]:
        """The whole ids that begin like this, two at most."""
        if len(sha) >= FULL:
            return (sha,)
        found: dict[str, None] = {}
        for one in self._layers:
            start = bisect_left(one.commits, sha)
            found |= dict.fromkeys(
                full for full in one.commits[start : start + 2] if full.startswith(sha)
            )
        return tuple(found)[:2]

    def parents(self, ref: Ref) -> Iterator[tuple[Ref, Mention]]:
        """What a thing says that it comes from. Where a name leads nowhere, the name itself."""
        noun = self.noun(ref)
        if noun is None:
            return
        for mention in mentions(noun, self._ci_tags):
            for found in self.called(mention.of):
                self.touched += 1
                yield found, mention

    def called(self, name: Ref) -> Sequence[Ref]:
        """Who is called so, else the name itself."""
        if name.kind == COMMIT:
            return (Ref(COMMIT, self.full(name.key)),)
        if name.kind in STEPS:
            return (name,)
        found: dict[Ref, None] = {}
        for one in self._layers:
            for bearer in one.bearers.get(name, ())[:MOST]:
                found[bearer] = None
            if found and name.kind == ALIAS:
                break
        return tuple(found) or (name,)

    def children(self, ref: Ref, kind: str) -> tuple[list[tuple[Ref, Mention]], int]:
        """What of a list says that it comes from this, and how many more do."""
        found: dict[Ref, Mention] = {}
        more = 0
        for name in self._names(ref):
            for one in self._layers:
                known = one.mentioned.get((kind, name), ())
                room = MOST - len(found)
                for child, mention in known[: max(0, room)]:
                    self.touched += 1
                    found.setdefault(child, mention)
                more += max(0, len(known) - max(0, room))
        return list(found.items()), more

    def _names(self, ref: Ref) -> Iterator[Ref]:
        """Everything by which a thing may be mentioned."""
        yield ref
        if ref.kind == COMMIT:
            for length in sorted({n for one in self._layers for n in one.lengths}):
                if length < len(ref.key) and self.full(ref.key[:length]) == ref.key:
                    yield Ref(COMMIT, ref.key[:length])
            return
        noun = self.noun(ref)
        if noun is not None:
            yield from names(noun)
        if ref.kind == VERSION:
            model, _, version = ref.key.rpartition("/")
            registered = self.noun(Ref(MODEL, model))
            if isinstance(registered, RegisteredModel):
                for alias in registered.aliases_of(version):
                    yield Ref(ALIAS, f"{model}@{alias}")
