"""Finds the thing that a command line names, so that its chain can be followed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from opstui.domain.errors import OpstuiError
from opstui.domain.lineage import (
    CI,
    COMMIT,
    MODEL,
    RUN,
    VERSION,
    Noun,
    Ref,
)
from opstui.domain.lineage_names import ref_of
from opstui.operations.lineage_index import shipped
from opstui.operations.serving import read_served
from opstui.operations.world import World

Found = tuple[Ref, tuple[Noun, ...]]
"""What is meant, and what was read of it on the way."""


async def find(world: World, kind: str, name: str) -> Found:
    """The thing of a kind by its name; OpstuiError where there is none, or several."""
    look = FINDERS.get(kind)
    if look is None:
        raise OpstuiError(f"{kind!r} is no kind of thing", hint=f"one of {', '.join(FINDERS)}")
    return await look(world, name)


async def _commit(world: World, name: str) -> Found:
    """Whatever git understands: a branch, a tag, first digits."""
    return Ref(COMMIT, await world.git.resolve(f"{name}^{{commit}}")), ()


async def _ci(world: World, name: str) -> Found:
    runs = await world.feeds.load()
    wanted = [run for run in runs if name in (run.key, run.id, f"#{run.number}", run.url)]
    return _only("CI run", name, {ref_of(run): run for run in wanted})


async def _image(world: World, name: str) -> Found:
    full = name if ":" in name else f"{name}:latest"
    images = [one for one in await world.engine.images()
              if full in one.tags or name in one.digests or _begins(one.id, name)]
    return _only("image", name, {ref_of(one): one for one in images})


async def _container(world: World, name: str) -> Found:
    boxes = await world.engine.containers()
    told = await read_served(world, boxes)
    wanted = [one for one in shipped(boxes, told, world.board.within)
              if one.container.name == name or _begins(one.container.id, name)]
    return _only("container", name, {ref_of(one): one for one in wanted})


async def _run(world: World, name: str) -> Found:
    """By its whole id: names of runs are not unique."""
    return Ref(RUN, name), (await world.tracking.run(name),)


async def _version(world: World, name: str) -> Found:
    """`churn/9`, or `churn@champion`."""
    model, at, alias = name.rpartition("@")
    if at:
        version = (await world.registry.model(model)).version_of(alias)
        if not version:
            raise OpstuiError(f"alias {alias} of {model} names no version")
    else:
        model, slash, version = name.rpartition("/")
        if not slash or not version.isdecimal():
            raise OpstuiError(f"{name!r} names no version", hint="write MODEL/9 or MODEL@ALIAS")
    return Ref(VERSION, f"{model}/{version}"), (await world.registry.version(model, version),)


async def _model(world: World, name: str) -> Found:
    return Ref(MODEL, name), (await world.registry.model(name),)


def _begins(id: str, digits: str) -> bool:
    """Whether an id begins like this; less than six digits would be chance."""
    return len(digits) >= 6 and (id.startswith(digits) or id.removeprefix("sha256:").startswith(
        digits))


def _only(noun: str, name: str, found: Mapping[Ref, Noun]) -> Found:
    if len(found) > 1:
        keys = ", ".join(sorted(ref.key for ref in found)[:4])
        raise OpstuiError(f"{len(found)} of them are called {name}", hint=f"name one: {keys}")
    for ref, one in found.items():
        return ref, (one,)
    raise OpstuiError(f"there is no {noun} {name!r} here")


FINDERS: Mapping[str, Callable[[World, str], Awaitable[Found]]] = {
    "commit": _commit, CI: _ci, "image": _image, "container": _container, "run": _run,
    "version": _version, "model": _model,
}
"""The kinds that may be named, with what finds each."""
