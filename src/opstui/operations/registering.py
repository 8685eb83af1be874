"""A run's model becomes a version of a registered model: journaled, and read back."""

from __future__ import annotations

from dataclasses import dataclass

from opstui.domain.errors import OpstuiError, WriteUnconfirmed
from opstui.domain.experiment import Run
from opstui.operations.acting import acting
from opstui.operations.world import World

MODEL_FILE = "MLmodel"
"""What makes a folder of artifacts a model."""
FOLDERS = 20
"""Folders that are looked into at most."""


@dataclass(frozen=True, slots=True)
class Source:
    """What can be registered."""

    name: str
    """What the run calls it."""
    uri: str
    """Where its files lie, as MLflow wants it for a version."""
    model_id: str = ""
    """The logged model that it is; empty for a folder of the run."""


async def sources(world: World, run: Run) -> tuple[Source, ...]:
    """The run's logged models, then the folders of its artifacts that hold a model."""
    if world.artifacts is None:
        raise OpstuiError("artifacts can't be read here")
    logged = [Source(one.name, f"models:/{one.id}", one.id)
              for one in await world.artifacts.models(run)]
    folders = [one for one in await world.artifacts.folder(run.id) if one.is_dir][:FOLDERS]
    found = list(logged)
    for folder in folders:
        inside = await world.artifacts.folder(run.id, folder.path)
        if any(one.name == MODEL_FILE for one in inside):
            found.append(Source(folder.path, f"{run.artifact_uri.rstrip('/')}/{folder.path}"))
    return tuple(found)


async def register(world: World, run: Run, source: Source, model: str) -> str:
    """Make the version and read it back; its number. OpstuiError says how far it came."""
    place = await world.registry.where()
    async with acting(
        world.journal, "model.register", model, place, after=source.uri,
        evidence=(("run", run.id), ("commit", run.commit), ("logged model", source.model_id)),
    ) as act:
        try:
            version = await world.registry.register_version(
                model, source.uri, run.id, source.model_id
            )
        except WriteUnconfirmed as error:
            act.result = "unsure: no answer came back"
            raise WriteUnconfirmed(
                error.what, where=place, hint=f"look at the versions of {model} before trying again"
            ) from error
        made = await world.registry.version(model, version)
        if made.run_id != run.id:
            raise OpstuiError(f"v{version} of {model} was made, but names another run", where=place)
        act.result = f"done: v{version}"
    return version
