"""What is asked before images are pulled, pushed and tagged at a registry, and told afterwards."""

from __future__ import annotations

from collections.abc import Sequence

from opstui.domain.errors import OpstuiError
from opstui.domain.image import Image
from opstui.domain.image_reference import HUB, Reference, reference
from opstui.domain.words import short, size
from opstui.operations.acting import acting
from opstui.operations.transferring import Seen, holder, name_digest, pull, push, seen
from opstui.operations.world import World
from opstui.panes.engine_jobs import JobsView
from opstui.ui.desk import Choice, Desk, Prompt, Question
from opstui.ui.paint import Line, line


async def ask_pull(world: World, desk: Desk, name: str) -> None:
    """Ask for a name, then pull it."""
    options = tuple(dict.fromkeys(tag for one in world.board.images for tag in one.tags))
    given = await desk.ask(Prompt(
        title="Pull an image", label="repository:tag or repository@sha256:…", value=name,
        placeholder="registry.example:5000/team/churn-api:1.4.0", options=options,
    ))
    if given is not None and given.strip():
        await pull_after_asking(world, desk, reference(given))


async def pull_after_asking(
    world: World, desk: Desk, at: Reference, expected: str = ""
) -> None:
    """Pull an image after asking. expected: the digest that the person saw under the tag."""
    place, before = await world.engine.where(), await holder(world, at)
    effect = f"The engine gets {at.text} from {_registry(at)}."
    if before is not None:
        effect += f" Now it has {before.short_id} under this name, which loses it where the " \
                  "registry has another one."
    if not await desk.confirm(Question(
        title="Pull image", object=at.text, effect=effect, place=place, yes="Pull",
        body=(line(("digest ", "dim"), expected),) if expected else (),
    )):
        return
    job = world.jobs.begin("pull", at.text, place, world.clock(), lambda: desk.changed("jobs"))
    desk.open(JobsView(world), "jobs")
    try:
        told = await pull(world, job, at, expected)
    finally:
        desk.changed("images", "jobs")
    desk.say(told)


async def push_after_asking(world: World, desk: Desk, image: Image) -> None:
    """Ask under which name, say what the registry has there now, then push."""
    name = await _name_to_push(world, desk, image)
    if name is None:
        return
    at = reference(name)
    if not at.tag:
        raise OpstuiError("a push goes to a tag", hint="write repository:tag")
    before = await seen(world, at)
    if not await desk.confirm(Question(
        title="Push image", object=at.text, place=_registry(at), yes="Push",
        effect=_push_effect(image, at, before), danger=bool(before.digest),
        body=_push_body(image, before),
    )):
        return
    fresh = image
    if at.text not in image.tags:
        fresh = await _tagged(world, image, at)
    job = world.jobs.begin("push", at.text, at.address, world.clock(),
                           lambda: desk.changed("jobs"))
    desk.open(JobsView(world), "jobs")
    try:
        with desk.busy("images", image.key):
            told = await push(world, job, fresh, at, before)
    finally:
        desk.changed("images", "jobs", "tags")
    desk.say(told)


async def _name_to_push(world: World, desk: Desk, image: Image) -> str | None:
    """One of the image's names, or another one that it gets."""
    if image.tags:
        choices = [Choice(tag, tag, reference(tag).host) for tag in image.tags]
        chosen = await desk.choose(f"Push {image.short_id} as", [
            *choices, Choice("", "another name", "it is tagged with it first")
        ])
        if chosen != "":
            return chosen
    given = await desk.ask(Prompt(
        title=f"Push {image.name}", label="repository:tag; it names the registry",
        value=image.tags[0] if image.tags else "", placeholder="registry.example:5000/team/app:1",
    ))
    return given.strip() or None if given is not None else None


async def _tagged(world: World, image: Image, at: Reference) -> Image:
    """The image with the name that it is pushed under."""
    taken = await holder(world, at)
    if taken is not None and taken.id != image.id:
        raise OpstuiError(f"{at.text} is the name of {taken.short_id} already", hint="tag it: t")
    async with acting(
        world.journal, "image.tag", at.text, await world.engine.where(), after=image.id
    ):
        await world.engine.tag(image, at.text)
    return next(one for one in await world.engine.images() if one.id == image.id)


def _push_effect(image: Image, at: Reference, before: Seen) -> str:
    told = f"{at.tag} of {at.name} is {image.short_id} for everybody afterwards"
    if before.problem:
        return f"{told}; what it is now is not known: {before.problem}"
    if before.digest:
        return f"{told}; now it names {before.digest[:19]}."
    return f"{told}; now there is no such tag."


def _push_body(image: Image, before: Seen) -> tuple[Line, ...]:
    shown = [line(("size    ", "dim"), size(image.size))]
    if image.revision:
        shown.append(line(("commit  ", "dim"), short(image.revision)))
    same = before.digest and any(one.endswith(before.digest) for one in image.digests)
    if same:
        shown.append(line(("the registry has exactly this image there already", "dim")))
    return tuple(shown)


async def name_after_asking(
    world: World, desk: Desk, at: Reference, others: Sequence[str]
) -> None:
    """Ask for a tag, and give it to a digest of the registry without pulling anything."""
    given = await desk.ask(Prompt(
        title=f"Tag {at.digest[:19]} of {at.name}", label="tag in the registry",
        placeholder="prod", options=tuple(others),
    ))
    if given is None or not (tag := given.strip()):
        return
    target = at.tagged(tag)
    before = await seen(world, target)
    if before.problem:
        raise OpstuiError(f"what {target.text} names now can't be read: {before.problem}")
    if before.digest == at.digest:
        desk.say(f"{target.text} names it already")
        return
    effect = f"{tag} of {at.name} names {at.digest[:19]} for everybody afterwards; " + (
        f"now it names {before.digest[:19]}." if before.digest else "now there is no such tag.")
    if not await desk.confirm(Question(
        title="Tag in the registry", object=f"{at.name}@{at.digest}", place=_registry(at),
        effect=effect, yes="Tag", danger=bool(before.digest),
    )):
        return
    told = await name_digest(world, at, tag, before.digest)
    desk.changed("tags")
    desk.say(told)


def _registry(at: Reference) -> str:
    return f"Docker Hub, {at.address}" if at.host == HUB else f"registry {at.address}"
