"""The tags of a repository at its registry, and which images of the engine are the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from opstui.domain.image import REVISION_LABEL
from opstui.domain.image_name import same_commit
from opstui.domain.image_reference import Reference
from opstui.domain.page import Page
from opstui.domain.registry_tag import RegistryTag
from opstui.domain.words import age, plural, short, size
from opstui.operations.transferring import registry_at
from opstui.operations.world import World
from opstui.panes.diff import commit_detail
from opstui.panes.run_detail import pairs
from opstui.panes.transferring import name_after_asking, pull_after_asking
from opstui.ui.action import action
from opstui.ui.column import Column
from opstui.ui.desk import Desk, Detail
from opstui.ui.paint import Line, Span, line
from opstui.ui.view import View


def why_unknown(view: RegistryTagsView, tag: RegistryTag) -> str:
    """Acts are on what a tag was seen to name."""
    return "" if tag.digest else tag.problem or "what it names is not known"


def why_no_commit(view: RegistryTagsView, tag: RegistryTag) -> str:
    """Only a label tells of a commit."""
    return "" if tag.revision else "no label tells its commit"


class RegistryTagsView(View[RegistryTag]):
    """The tags in the registry's order."""

    kind: ClassVar[str] = "tags"
    title = "Registry"
    noun = "tag"
    follows = ("images",)

    def __init__(self, world: World, at: Reference) -> None:
        self._world = world
        self._at = at
        self._names: tuple[str, ...] = ()

    def columns(self) -> tuple[Column[RegistryTag], ...]:
        """The tag, then what it names."""
        now = self._world.clock()
        return (
            Column("tag", "Tag", _name, grow=1, least=16, sort=lambda tag: tag.tag.casefold()),
            Column("digest", "Digest", lambda tag: Span(_short(tag.digest), "dim"), width=12,
                   drop=4),
            Column("here", "Here", self._here, width=20, drop=3),
            Column("commit", "Commit", self._commit, width=7, drop=5),
            Column("size", "Size", lambda tag: size(tag.size), width=7, right=True, drop=2,
                   sort=lambda tag: tag.size, best_first=True),
            Column("age", "Age", lambda tag: age(tag.created, now), width=3, right=True, drop=1,
                   sort=lambda tag: tag.created, best_first=True),
        )

    def _here(self, tag: RegistryTag) -> Span:
        return Span(here(self._world, tag), "dim")

    def _commit(self, tag: RegistryTag) -> Span:
        known = any(same_commit(tag.revision, one.commit) for one in self._world.board.branches)
        return Span(short(tag.revision), "link" if known and tag.revision else "dim")

    async def load(self, token: str = "") -> Page[RegistryTag]:
        """A page of tags; each is looked at."""
        page = await (await registry_at(self._world, self._at)).tags(self._at, token)
        found = tuple(one.tag for one in page.items)
        self._names = (*self._names, *found) if token else found
        return page

    def empty(self) -> Sequence[Line]:
        """The repository may never have been pushed."""
        return (line((f"{self._at.host} has no tags of {self._at.repository}", "dim")),
                line(("in Images ", "dim"), ("P", "key"), (" pushes an image there", "dim")))

    def name(self, item: RegistryTag) -> str:
        """Its whole name."""
        return item.key

    def details(self, item: RegistryTag) -> Sequence[Detail]:
        """What the tag names, and its layers."""

        async def facts(width: int) -> Sequence[Line]:
            return fact_lines(self._world, item)

        return (Detail(f"registry/{item.key}/{item.digest}", "Tag", facts),)

    def copies(self, item: RegistryTag) -> Sequence[tuple[str, str]]:
        """The name by digest first: it stays what it is."""
        if not item.digest:
            return (("name", item.key),)
        return (("name by digest", f"{item.repository}@{item.digest}"), ("name", item.key),
                ("digest", item.digest),
                *((("commit", item.revision),) if item.revision else ()))

    @action("p", "Pull", changes=("images",), when=why_unknown)
    async def pull(self, tag: RegistryTag, desk: Desk) -> None:
        """Pull this tag; it is said where it moved since it was seen."""
        await pull_after_asking(self._world, desk, self._at.tagged(tag.tag), tag.digest)

    @action("t", "Tag digest", changes=("tags",), when=why_unknown)
    async def tag(self, tag: RegistryTag, desk: Desk) -> None:
        """Give what this tag names one more tag in the registry, without pulling it."""
        await name_after_asking(self._world, desk, self._at.at(tag.digest), self._names)

    @action("c", "Commit", when=why_no_commit, footer=False)
    async def commit(self, tag: RegistryTag, desk: Desk) -> None:
        """Go to the branch whose head it was built from, or show its commit."""
        heads = [one for one in self._world.board.branches
                 if same_commit(tag.revision, one.commit)]
        if heads:
            best = min(heads, key=lambda one: (not one.current, bool(one.remote)))
            desk.go("branches", best.key)
            return
        sha = await self._world.git.resolve(f"{tag.revision}^{{commit}}")
        await desk.read(f"commit {short(sha)}", commit_detail(self._world, sha))


def here(world: World, tag: RegistryTag) -> str:
    """The engine's images that are the same: a name of the first, and how many more."""
    found = [image for image in world.board.images if tag.is_same(image)]
    if not found:
        return ""
    names = [name for image in found for name in (image.tags or (image.short_id,))]
    own = next((name for name in names if name == tag.key), names[0])
    return own if own != tag.key else "same"


def fact_lines(world: World, tag: RegistryTag) -> list[Line]:
    """Everything that the registry told."""
    now = world.clock()
    images = [image for image in world.board.images if tag.is_same(image)]
    names = [name for image in images for name in (image.tags or (image.short_id,))]
    created = f"{tag.created:%Y-%m-%d %H:%M} UTC, {age(tag.created, now)}" if tag.created else ""
    shown = pairs((
        ("name", tag.key), ("digest", tag.digest), ("kind", tag.kind),
        ("platform" if len(tag.platforms) < 2 else "platforms", ", ".join(tag.platforms)),
        ("created", created or ("" if tag.problem else "the build hides it")),
        ("to transfer", size(tag.size)), ("commit", tag.revision or f"no {REVISION_LABEL}"),
        ("here", ", ".join(names) or "the engine has no such image"),
    ))
    if tag.problem:
        shown = [line((tag.problem, "warn")), (), *shown]
    if tag.layers:
        shown += [(), line((plural(len(tag.layers), "layer"), "title"), (", lowest first", "dim"))]
        shown += [line((f"{size(count):>7}  ", "dim"), digest) for digest, count in tag.layers]
    if tag.labels:
        shown += [(), line(("Labels", "title")), *pairs(tag.labels)]
    return shown


def _name(tag: RegistryTag) -> Line:
    return line(tag.tag, (f"  {tag.problem}", "warn") if tag.problem else "")


def _short(digest: str) -> str:
    return digest.rpartition(":")[2][:12]
