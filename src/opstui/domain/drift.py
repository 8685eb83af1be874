"""Where the registry and reality differ: what an alias names, and what really runs.

Pure: the facts come from the engine, the registry, the journal, git and CI.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from opstui.domain.alias import named
from opstui.domain.alias_move import AliasMove
from opstui.domain.image import Container, Image
from opstui.domain.image_name import same_commit
from opstui.domain.model import RegisteredModel
from opstui.domain.served import Served
from opstui.domain.status import Status
from opstui.domain.words import short

ELSEWHERE = "elsewhere"
"""How a move is told that was made elsewhere: when is known only roughly."""


@dataclass(frozen=True, slots=True)
class Running:
    """Which version a container really serves."""

    version: str
    """Empty where that is not known."""
    proof: str
    """How it is known, or why it is not; a sentence."""
    other: bool = False
    """It is certain that it is not the version that the alias names, whichever it is."""


class DriftKind(Enum):
    """In which way reality differs from the registry."""

    VERSION = "version"
    """Another version runs than the alias names."""
    IMAGE = "image"
    """The image behind what serves has lost its name, or is gone."""
    GATE = "gate"
    """A gate of what serves is red by now."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference, for the rows that it concerns."""

    kind: DriftKind
    model: str
    alias: str
    """The alias that says how it should be."""
    named: str
    """The version that the alias names."""
    runs: str
    """The version that runs instead; empty where unknown, or where that is not the point."""
    text: str
    """The difference as a sentence."""
    container: str = ""
    """The id of the container that it is about."""
    target: str = ""
    """The key of the image, where it is about one."""

    @property
    def key(self) -> str:
        """Identity."""
        return f"{self.kind.value}/{self.model}/{self.alias}/{self.container or self.target}"


def running(
    served: Served, moves: Iterable[AliasMove], *, now_named: str = "",
    named_since: datetime | None = None,
) -> Running:
    """The version that a container serves.

    One that follows an alias loads it once, when it starts: it serves what the alias named then.
    moves: of the alias' model, in any order. now_named: the version that the alias names now.
    named_since: when that version was made; a container that started earlier can't serve it.
    """
    if served.version:
        return Running(served.version, f"it is pinned by {served.proof}")
    if not served.alias:
        return Running("", f"{served.uri} names no version")
    if served.started is None:
        return Running("", "when it was started is not known")
    timed = sorted(
        ((one.at, one) for one in moves if one.alias == served.alias and one.at is not None),
        key=lambda pair: pair[0],
    )
    before = [one for at, one in timed if at <= served.started]
    after = [one for at, one in timed if at > served.started]
    other = named_since is not None and named_since > served.started
    if after and after[0].how != ELSEWHERE:
        return Running(after[0].before, f"{served.alias} named it when the container started")
    if after or other:
        return Running("", f"{served.alias} moved elsewhere around or after its start", other)
    if before and (before[-1].after == now_named or not now_named):
        return Running(before[-1].after, f"{served.alias} named it when the container started")
    return Running("", f"no move of {served.alias} is known from before its start")


def version_drift(
    served: Served, run: Running, model: RegisteredModel, champion: str, previous: str
) -> Drift | None:
    """What the alias names against what runs; None where they agree or nobody knows.

    A pinned version is compared with the champion, unless another alias, but the one that keeps
    the way back, names it: then it is served on purpose.
    """
    alias = served.alias or champion
    should = model.version_of(alias)
    if not should or run.version == should or not (run.version or run.other):
        return None
    if not served.alias:
        on_purpose = [one for one in model.aliases_of(run.version) if one != previous]
        if on_purpose:
            return None
    runs = f"runs {named(run.version)}" if run.version else "was started before that"
    return Drift(
        DriftKind.VERSION, model.name, alias, should, run.version,
        f"{model.name}@{alias} names {named(should)}, {served.name} {runs}", served.container,
    )


def image_drift(
    served: Served, container: Container, images: Sequence[Image], model: str, alias: str,
    version: str,
) -> Drift | None:
    """The serving container's image, where a clean-up takes it or took it already."""
    if not images:
        return None
    image = next((one for one in images if one.id == container.image_id), None)
    if image is not None and image.tags:
        return None
    told = (
        "is gone from this engine: it can't be made anew" if image is None
        else "has no name any more: a prune takes it once the container stops"
    )
    return Drift(
        DriftKind.IMAGE, model, alias, version, "", f"the image of {served.name} {told}",
        served.container, image.id if image is not None else "",
    )


def lost_image(
    model: str, alias: str, version: str, commit: str, images: Iterable[Image]
) -> Drift | None:
    """The image built from the version's commit, where no name protects it from a prune."""
    built = [one for one in images if commit and same_commit(one.revision, commit)]
    if not built or any(one.tags or one.used_by for one in built):
        return None
    return Drift(
        DriftKind.IMAGE, model, alias, version, "",
        f"the image of {model} {named(version)} ({short(commit)}) has no name any more: "
        "the next prune takes it", target=built[0].id,
    )


def gate_drift(
    model: str, alias: str, version: str, commit: str, status: Status | None
) -> Drift | None:
    """CI of the version's commit, where it is red by now."""
    if status not in (Status.FAILED, Status.LOST):
        return None
    return Drift(
        DriftKind.GATE, model, alias, version, "",
        f"CI is red by now on {short(commit)}, which {model} {named(version)} ({alias}) comes from",
        target=commit,
    )


def by_model(drifts: Iterable[Drift]) -> Mapping[str, tuple[Drift, ...]]:
    """Drifts by the model that they concern."""
    found: dict[str, list[Drift]] = {}
    for one in drifts:
        found.setdefault(one.model, []).append(one)
    return {model: tuple(some) for model, some in found.items()}
