"""Which images can go, and what the others are kept for. What is not known prunes nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from opstui.domain.image import Image
from opstui.domain.image_name import same_commit

_SHORTEST_ID = 12


class Why(Enum):
    """Why an image goes or stays, as a heading."""

    DANGLING = "no name leads to them"
    UNUSED = "no container uses them, nothing known needs them"
    CONTAINER = "a container was made from them"
    MODEL = "a model version needs them"
    BRANCH = "they were built from the head of a branch"
    PARENT = "an image that stays was built on them"
    UNKNOWN = "whether something needs them is not known"
    SPARED = "you took them out"


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that needs an image, and what it says of it."""

    what: str
    """What it is called in a sentence: `churn v7 @champion`."""
    commit: str = ""
    """The commit that its image was built from, or empty."""
    image: str = ""
    """The image's name, digest or id as it was recorded, or empty."""

    def means(self, image: Image) -> bool:
        """Whether this is its image: by what was recorded of it, or by the same commit."""
        if self.image and _named(image, self.image):
            return True
        return bool(self.commit and image.revision) and same_commit(self.commit, image.revision)


@dataclass(frozen=True, slots=True)
class Gap:
    """Evidence that could not be had."""

    text: str
    """What is missing and why, as a sentence."""
    labelled: bool = False
    """Only images that tell their commit could be meant by what is missing."""

    def may_mean(self, image: Image) -> bool:
        """Whether what is missing could need the image."""
        return bool(image.revision) or not self.labelled


@dataclass(frozen=True, slots=True)
class Share:
    """What the engine's disk usage tells of one image, in bytes."""

    size: int
    shared: int | None = None
    """What other images have too; None where the engine does not tell."""

    @property
    def own(self) -> int | None:
        """What becomes free with it alone."""
        return None if self.shared is None else max(0, self.size - self.shared)


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that is known about what needs images."""

    models: tuple[Claim, ...] = ()
    branches: tuple[Claim, ...] = ()
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    """What else the person should know before anything goes."""
    shares: Mapping[str, Share] = field(default_factory=dict)
    """By image id."""
    parents: Mapping[str, str] = field(default_factory=dict)
    """Image id to the id of the image that it was built on, intermediate ones included."""


@dataclass(frozen=True, slots=True)
class Keep:
    """An image that stays."""

    image: Image
    why: Why
    reason: str
    """What it is needed for, such as `churn v7 @champion`."""


@dataclass(frozen=True, slots=True)
class Go:
    """An image that can go."""

    image: Image
    why: Why
    bytes: int | None
    """What becomes free with it at least; None where the engine does not tell."""


class Ended(Enum):
    """How the removal of one image ended."""

    REMOVED = "removed"
    GONE = "was gone already"
    SKIPPED = "skipped"
    """It changed since it was looked at."""
    REFUSED = "refused"
    """The engine said no."""


@dataclass(frozen=True, slots=True)
class Removal:
    """What became of one image."""

    image: Image
    ended: Ended
    note: str = ""
    """Why it was skipped or refused."""


@dataclass(frozen=True, slots=True)
class Disk:
    """What the engine's disk usage tells."""

    layers: int
    """Bytes of all layers together, each counted once."""
    shares: Mapping[str, Share] = field(default_factory=dict)
    """By image id."""
    parents: Mapping[str, str] = field(default_factory=dict)
    """Image id to the id of the image that it was built on."""


@dataclass(frozen=True, slots=True)
class PrunePlan:
    """What would go, in the order in which it can, and what stays."""

    go: tuple[Go, ...]
    """Images before those that they were built on."""
    keep: tuple[Keep, ...]
    known: Known

    @property
    def bytes(self) -> int:
        """What becomes free at least: layers that only these images share come on top."""
        return sum(one.bytes or 0 for one in self.go)

    def totals(self) -> tuple[tuple[Why, int, int], ...]:
        """Each reason to go with how many images and how many bytes."""
        return tuple(
            (why, len(found), sum(one.bytes or 0 for one in found))
            for why in (Why.DANGLING, Why.UNUSED)
            if (found := [one for one in self.go if one.why is why])
        )

    def kept(self) -> tuple[tuple[Why, tuple[Keep, ...]], ...]:
        """Those that stay, by reason."""
        grouped = ((why, tuple(one for one in self.keep if one.why is why)) for why in Why)
        return tuple((why, found) for why, found in grouped if found)


def prune_plan(
    images: Sequence[Image], known: Known, spared: Collection[str] = ()
) -> PrunePlan:
    """Judge every image. spared: ids of images that the person takes out."""
    keep = {
        image.id: found for image in images
        if (found := _needed(image, known, spared)) is not None
    }
    by_id = {image.id: image for image in images}
    for kept in tuple(keep.values()):
        for parent in _line_of(kept.image.id, known.parents):
            if parent in by_id and parent not in keep:
                keep[parent] = Keep(by_id[parent], Why.PARENT, kept.image.name)
    going = [image for image in images if image.id not in keep]
    going.sort(key=lambda image: -len(_line_of(image.id, known.parents)))
    return PrunePlan(
        tuple(_gone(image, known) for image in going),
        tuple(keep[image.id] for image in images if image.id in keep), known,
    )


def _needed(image: Image, known: Known, spared: Collection[str]) -> Keep | None:
    if image.used_by:
        return Keep(image, Why.CONTAINER, ", ".join(image.used_by))
    for why, claims in ((Why.MODEL, known.models), (Why.BRANCH, known.branches)):
        if found := [claim.what for claim in claims if claim.means(image)]:
            return Keep(image, why, ", ".join(dict.fromkeys(found)))
    if image.id in spared:
        return Keep(image, Why.SPARED, "")
    if found := [gap.text for gap in known.gaps if gap.may_mean(image)]:
        return Keep(image, Why.UNKNOWN, "; ".join(found))
    return None


def _gone(image: Image, known: Known) -> Go:
    share = known.shares.get(image.id)
    why = Why.UNUSED if image.tags or image.digests else Why.DANGLING
    return Go(image, why, share.own if share is not None else None)


def _line_of(id: str, parents: Mapping[str, str]) -> tuple[str, ...]:
    """The images that one was built on, nearest first."""
    found: list[str] = []
    while (id := parents.get(id, "")) and id not in found:
        found.append(id)
    return tuple(found)


def _named(image: Image, name: str) -> bool:
    """Whether a recorded name, digest or id is this image's."""
    name = name.strip()
    if name in image.tags or name in image.digests:
        return True
    if "@" in name:
        return any(name.partition("@")[2] == one.partition("@")[2] for one in image.digests)
    digits = name.removeprefix("sha256:")
    if len(digits) >= _SHORTEST_ID and image.id.removeprefix("sha256:").startswith(digits):
        return True
    return ":" not in name.rpartition("/")[2] and f"{name}:latest" in image.tags
