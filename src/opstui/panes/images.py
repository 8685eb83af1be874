"""Images: every image of the engine with all its names, and what may be done with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, ClassVar

from opstui.domain.errors import OpstuiError
from opstui.domain.image import REVISION_LABEL, Image
from opstui.domain.image_name import check_name
from opstui.domain.page import Page
from opstui.domain.scan import Scan
from opstui.domain.words import age, plural, short, size
from opstui.operations.acting import acting
from opstui.operations.world import World
from opstui.panes import image_detail, image_scan
from opstui.panes.diff import commit_detail
from opstui.panes.engine_choice import EngineChoice
from opstui.panes.image_inside import ImageInside
from opstui.panes.image_layers import LayersView
from opstui.panes.image_scan import ImageScan
from opstui.panes.image_work import ImageWork
from opstui.ui.action import action
from opstui.ui.column import Column
from opstui.ui.desk import Desk, Detail, Prompt, Question
from opstui.ui.paint import Line, Span, line
from opstui.ui.view import View

NAMES = 3
"""Names shown in a row; the others are counted there and listed in the details."""


def why_not_remove(view: ImagesView, image: Image) -> str:
    """Containers hold their image."""
    return f"used by {', '.join(image.used_by)}" if image.used_by else ""


def why_no_commit(view: ImagesView, image: Image) -> str:
    """Only a label tells of a commit."""
    return "" if image.revision else "no label tells its commit"


class ImagesView(View[Image]):
    """The images, newest first."""

    kind: ClassVar[str] = "images"
    title = "Images"
    noun = "image"
    interval = 30.0
    """Events tell of changes; this shows a hung engine."""
    follows = ("branches",)
    early = True
    parts = (ImageInside, ImageScan, ImageWork, EngineChoice)

    def __init__(self, world: World) -> None:
        self._world = world
        self.scans: Mapping[str, Scan] = {}
        """What scanners said, by image id."""

    @property
    def world(self) -> World:
        """What its parts act on."""
        return self._world

    def columns(self) -> tuple[Column[Image], ...]:
        """Names first; what is only sometimes there goes first when it gets narrow."""
        now = self._world.clock()
        return (
            Column("name", "Name", names, grow=1, least=28,
                   sort=lambda image: image.name.casefold()),
            Column("id", "Id", lambda image: Span(image.short_id, "dim"), width=12, drop=5),
            Column("digest", "Digest", lambda image: Span(digest(image), "dim"), width=12, drop=8),
            Column("commit", "Commit", self._commit, width=7, drop=3,
                   sort=lambda image: image.revision or None),
            *image_scan.columns(self.scans, self._world.board.images),
            Column("used", "In use", _users, width=16, drop=6,
                   sort=lambda image: len(image.used_by), best_first=True),
            Column("size", "Size", lambda image: size(image.size), width=7, right=True, drop=2,
                   sort=lambda image: image.size, best_first=True),
            Column("age", "Age", lambda image: age(image.created, now), width=3, right=True,
                   drop=1, sort=lambda image: image.created, best_first=True),
        )

    def _commit(self, image: Image) -> Span:
        known = image_detail.head_of(self._world, image) is not None
        return Span(short(image.revision), "link" if known else "dim")

    async def load(self, token: str = "") -> Page[Image]:
        """All of them: two requests, however many there are."""
        images = await self._world.engine.images()
        self._world.board.images = images
        if self._world.scanners is not None:
            self.scans = await self._world.scanners.scans()
        return Page(images)

    def changes(self) -> AsyncIterator[None]:
        """The engine's event stream."""
        return self._world.engine.changes()

    def empty(self) -> Sequence[Line]:
        """How to get a first image that leads back to its commit."""
        return (
            line(("no images on this engine", "dim")),
            line("docker build -t name:tag ."),
            line(("with ", "dim"), f'--label {REVISION_LABEL}="$(git rev-parse HEAD)"'),
            line(("a row leads back to its commit", "dim")),
        )

    def way_out(self) -> Sequence[Line]:
        """The engine's error says what to do; this says that it is looked for again."""
        return (line(("it appears here as soon as an engine answers", "dim")),)

    def words(self, item: Image) -> str:
        """Every name and id, its commit, its containers."""
        return " ".join((
            *(item.tags or ("<none>",)), *item.digests, item.id, item.revision, *item.used_by
        ))

    def name(self, item: Image) -> str:
        """Its first tag, else its short id."""
        return item.name

    def child(self, item: Image) -> View[Any] | None:
        """Its layers."""
        return LayersView(self._world, item)

    def details(self, item: Image) -> Sequence[Detail]:
        """Facts, layers, the engine's JSON."""
        scanned = image_scan.detail(self._world, item, self.scans.get(item.id))
        return (*image_detail.details(self._world, item), *scanned)

    def copies(self, item: Image) -> Sequence[tuple[str, str]]:
        """Name, id, digests, commit."""
        return (
            *(("name", tag) for tag in item.tags), ("id", item.id),
            *(("digest", one) for one in item.digests),
            *((("commit", item.revision),) if item.revision else ()),
        )

    @action("D", "Remove", changes=("images",), when=why_not_remove)
    async def remove(self, image: Image, desk: Desk) -> None:
        """Remove the image with all its tags."""
        place = await self._world.engine.where()
        if not await desk.confirm(Question(
            title="Remove image", object=image.name, effect=_effect(image), place=place,
            yes="Remove", danger=True, body=tuple(line(tag) for tag in image.tags),
        )):
            return
        with desk.busy(self.kind, image.key):
            async with acting(
                self._world.journal, "image.remove", image.name, place, before=image.id,
                evidence=(("tags", " ".join(image.tags)), ("digests", " ".join(image.digests))),
            ):
                await self._world.engine.remove_image(image)
        desk.say(f"removed {image.name}")
        desk.changed(self.kind)

    @action("t", "Tag", changes=("images",))
    async def tag(self, image: Image, desk: Desk) -> None:
        """Give the image one more name."""
        given = await desk.ask(Prompt(
            title=f"Tag {image.name}", label=_tag_label(image), value=_repository(image),
            placeholder="churn-api:1.4.0", options=self._repositories(),
        ))
        if given is None or not (name := given.strip()):
            return
        if ":" not in name and "/" not in name:
            name = f"{_repository(image)}{name}"
        check_name(name)
        if name in image.tags:
            raise OpstuiError(f"{image.name} is called {name} already")
        place = await self._world.engine.where()
        holder = next((one for one in self._world.board.images if name in one.tags), None)
        effect = f"{image.short_id} is also called {name}."
        if holder is not None:
            effect = f"{name} moves from {holder.short_id} to {image.short_id}."
        if not await desk.confirm(Question(
            title="Tag image", object=image.name, effect=effect, place=place, yes="Tag",
            danger=holder is not None,
        )):
            return
        with desk.busy(self.kind, image.key):
            async with acting(
                self._world.journal, "image.tag", name, place,
                before=holder.id if holder else "", after=image.id,
            ):
                await self._world.engine.tag(image, name)
        desk.changed(self.kind)

    @action("c", "Commit", when=why_no_commit, footer=False)
    async def commit(self, image: Image, desk: Desk) -> None:
        """Go to the branch whose head it was built from, or show its commit."""
        head = image_detail.head_of(self._world, image)
        if head is not None:
            desk.go("branches", head.key)
            return
        sha = await self._world.git.resolve(f"{image.revision}^{{commit}}")
        await desk.read(f"commit {short(sha)}", commit_detail(self._world, sha))

    def _repositories(self) -> tuple[str, ...]:
        """What the other images are called, without their tags."""
        found = (tag.rpartition(":")[0] for one in self._world.board.images for tag in one.tags)
        return tuple(f"{repository}:" for repository in dict.fromkeys(found))


def names(image: Image) -> Line:
    """Every name, the repository said once: `churn-api:1.4.0 :latest +2`."""
    if not image.tags:
        repository = image.digests[0].partition("@")[0] if image.digests else ""
        return line((f"{repository}:<none>" if repository else "<none>", "dim"))
    spans: list[Span] = []
    last = ""
    for tag in image.tags[:NAMES]:
        repository, colon, word = tag.rpartition(":")
        spans += [Span(" ")] if spans else []
        if repository != last:
            spans.append(Span(repository))
        spans.append(Span(f"{colon}{word}", "plain" if repository != last else "dim"))
        last = repository
    if left := len(image.tags) - NAMES:
        spans += [Span(f" +{left}", "dim")] if left > 0 else []
    return tuple(spans)


def digest(image: Image) -> str:
    """Twelve digits of its first digest, empty where it was never pushed or pulled."""
    return image.digests[0].rpartition("sha256:")[2][:12] if image.digests else ""


def _users(image: Image) -> Span:
    if len(image.used_by) < 2:
        return Span("".join(image.used_by), "dim")
    return Span(plural(len(image.used_by), "container"), "dim")


def _effect(image: Image) -> str:
    if not image.tags:
        return f"The image and the layers only it has go; at most {size(image.size)} become free."
    told = f"its tag {image.tags[0]}" if len(image.tags) == 1 else f"its {len(image.tags)} tags"
    more = "" if len(image.tags) < 2 else f" ({', '.join(image.tags)})"
    return (f"The image goes with {told}{more}, and with the layers only it has; "
            f"at most {size(image.size)} become free.")


def _repository(image: Image) -> str:
    """What a new name probably starts with, such as `churn-api:`."""
    return f"{image.tags[0].rpartition(':')[0]}:" if image.tags else ""


def _tag_label(image: Image) -> str:
    repository = _repository(image).rstrip(":")
    return f"repository:tag, or a tag in {repository}" if repository else "repository:tag"
