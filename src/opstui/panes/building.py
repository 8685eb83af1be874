"""Building an image at a commit from any pane: which Dockerfile, which name, is it trusted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from opstui.domain.branch import Branch, Commit
from opstui.domain.build import BuildOrder, Recipe
from opstui.domain.errors import OpstuiError
from opstui.domain.image_name import check_name
from opstui.domain.image_reference import HUB, reference
from opstui.domain.words import short
from opstui.operations.acting import acting
from opstui.operations.building import build, builds_of
from opstui.operations.world import World
from opstui.panes.engine_jobs import build_log
from opstui.ui.action import action
from opstui.ui.desk import Choice, Desk, Prompt, Question
from opstui.ui.paint import Line, line, lines

if TYPE_CHECKING:
    from opstui.panes.branches import BranchesView
    from opstui.panes.commits import CommitsView


class HasWorld(Protocol):
    """Whatever acts on a world."""

    world: World


def why_not_build(part: HasWorld, _item: object) -> str:
    """Only where there is an engine and a repository."""
    return "" if part.world.builds is not None else "there is no engine for it"


class BranchBuild:
    """Builds at the head of a branch."""

    def __init__(self, view: BranchesView) -> None:
        self.world = view.world

    @action("B", "Build image", changes=("images",), when=why_not_build, footer=False)
    async def build(self, branch: Branch, desk: Desk) -> None:
        """Build an image from a Dockerfile at the branch's head, labelled with its commit."""
        await build_at(self.world, desk, branch.commit)


class CommitBuild:
    """Builds at a commit."""

    def __init__(self, view: CommitsView) -> None:
        self.world = view.world

    @action("B", "Build image", changes=("images",), when=why_not_build, footer=False)
    async def build(self, commit: Commit, desk: Desk) -> None:
        """Build an image from a Dockerfile at this commit, labelled with it."""
        await build_at(self.world, desk, commit.sha)


async def build_asked(world: World, desk: Desk) -> None:
    """Ask for a commit, then build at it."""
    names = tuple(one.name for one in world.board.branches)
    given = await desk.ask(Prompt(
        title="Build an image", label="branch, tag or commit", value="HEAD", options=names,
    ))
    if given is not None and given.strip():
        commit = await world.git.resolve(f"{given.strip()}^{{commit}}")
        await build_at(world, desk, commit)


async def build_at(world: World, desk: Desk, commit: str) -> None:
    """Build an image at a commit after asking; its log is shown, closing it leaves it going."""
    builds = builds_of(world)
    commit = await world.git.resolve(f"{commit}^{{commit}}")
    path = await _which(world, desk, commit)
    if path is None:
        return
    recipe, source = await builds.look(commit, path), await builds.origin()
    name = await _name(world, desk, commit, source)
    if name is None:
        return
    place = await world.engine.where()
    if not await desk.confirm(_question(world, commit, recipe, name, place)):
        return
    if not recipe.trusted:
        async with acting(
            world.journal, "build.trust", path, place, after="trusted",
            evidence=(("fingerprint", recipe.fingerprint), ("commit", commit)),
        ):
            await builds.trust(recipe)
    order = BuildOrder(commit, path, name, world.clock(), source)
    await _follow(world, desk, order, place)


async def _follow(world: World, desk: Desk, order: BuildOrder, place: str) -> None:
    job = world.jobs.begin("build", order.name, place, world.clock(),
                           lambda: desk.changed("jobs"))
    work = asyncio.create_task(build(world, job, order))
    try:
        await desk.read(f"build {order.name}", build_log(job))
        if job.facts.ended is None:
            desk.say(f"{order.name} goes on being built; J in Images shows it, D there stops it")
        told = await work
    finally:
        work.cancel()
        desk.changed("images", "jobs")
    desk.say(told)


async def _which(world: World, desk: Desk, commit: str) -> str | None:
    """The Dockerfile that is meant."""
    found = await builds_of(world).recipes(commit)
    if not found:
        raise OpstuiError(
            f"there is no Dockerfile at {short(commit)}",
            hint="commit one named Dockerfile, Dockerfile.NAME, NAME.Dockerfile or Containerfile",
        )
    if len(found) == 1:
        return found[0]
    return await desk.choose(f"Build at {short(commit)}", [Choice(one, one) for one in found])


async def _name(world: World, desk: Desk, commit: str, source: str) -> str | None:
    """`repository:tag`, at first the repository's own name with the commit."""
    here = world.board.repository
    folder = (source or (here.path if here is not None else "")).rstrip("/")
    own = folder.rpartition("/")[2].rpartition(":")[2].removesuffix(".git").lower()
    known = {tag.rpartition(":")[0] for one in world.board.images for tag in one.tags}
    options = tuple(f"{repository}:{short(commit)}" for repository in sorted(known))
    given = await desk.ask(Prompt(
        title=f"Build at {short(commit)}", label="name of the image, repository:tag",
        value=f"{own or 'image'}:{short(commit)}", options=options,
    ))
    if given is None or not (name := given.strip()):
        return None
    check_name(name)
    at = reference(name)
    return at.text if at.host == HUB else name


def _question(
    world: World, commit: str, recipe: Recipe, name: str, place: str
) -> Question:
    holder = next((one for one in world.board.images if name in one.tags), None)
    effect = f"{name} is built from {recipe.path} with the files of {short(commit)}, and is " \
             "labelled with the commit."
    if holder is not None:
        effect += f" The name moves from {holder.short_id}."
    if not recipe.trusted:
        effect += (
            "\nYou did not say yes to this Dockerfile before, or it changed. What it runs, runs "
            "on the engine, with its network. Yes trusts exactly what is shown below, until it "
            "changes."
        )
    body: tuple[Line, ...] = ()
    if not recipe.trusted:
        body = (line((recipe.path, "title")), *lines(recipe.text))
    return Question(
        title="Build image", object=f"{name}, from {recipe.path} at {short(commit)}", effect=effect,
        place=place, yes="Build", danger=not recipe.trusted or holder is not None, body=body,
    )
