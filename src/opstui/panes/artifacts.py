"""What a run left behind: folders to go into, files to look at and to download."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from opstui.backends.artifact_protocols import Artifacts
from opstui.domain.errors import OpstuiError
from opstui.domain.experiment import Artifact, LoggedModel, Run
from opstui.domain.page import Page
from opstui.domain.words import plural, size
from opstui.operations.downloading import fetch, files_of, place_of
from opstui.operations.world import World
from opstui.ui.action import action
from opstui.ui.column import Column
from opstui.ui.desk import Desk, Detail, Prompt, Question
from opstui.ui.paint import Line, Span, line
from opstui.ui.view import View

TOLD = 0.5
"""Seconds between words about a download under way."""


@dataclass(slots=True)
class Loading:
    """A download under way."""

    task: asyncio.Task[None]
    whole: int
    """Bytes of all; 0 where that is not known."""
    got: int = 0

    @property
    def words(self) -> str:
        """How far it is."""
        if not self.whole:
            return size(self.got)
        return f"{size(self.got)} of {size(self.whole)}, {100 * self.got // self.whole} %"

    def add(self, count: int) -> None:
        """More came."""
        self.got += count


def why_not_stop(view: ArtifactsView, item: Artifact) -> str:
    """Only what is being downloaded can be given up."""
    return "" if item.key in view.loading else "it is not being downloaded"


def why_not_download(view: ArtifactsView, item: Artifact) -> str:
    """Once at a time."""
    return "it is being downloaded" if item.key in view.loading else ""


class ArtifactsView(View[Artifact]):
    """One folder of a run's artifacts; at the top also the models that it logged."""

    kind: ClassVar[str] = "artifacts"
    noun = "artifact"
    interval = 30.0

    def __init__(
        self, world: World, run: Run, loading: dict[str, Loading], folder: Artifact | None = None,
    ) -> None:
        """loading: the downloads under way, by key; they go on when the list is left."""
        self._world = world
        self._run = run
        self._folder = folder or Artifact("", True, owner=run.id)
        self._top = folder is None
        self._models: dict[str, LoggedModel] = {}
        self.title = "Artifacts"
        self.loading = loading

    @property
    def _artifacts(self) -> Artifacts:
        if self._world.artifacts is None:
            raise OpstuiError("artifacts can't be read here")
        return self._world.artifacts

    def columns(self) -> tuple[Column[Artifact], ...]:
        """Name and size."""
        return (
            Column("name", "Name", self._named, grow=1, sort=lambda one: self.name(one).casefold()),
            Column("got", "Got", self._got, width=24, drop=5),
            Column("size", "Size", lambda one: size(one.size), width=7, right=True, drop=1,
                   sort=lambda one: one.size, best_first=True),
        )

    def _named(self, item: Artifact) -> Line:
        if model := self._models.get(item.owner) if not item.path else None:
            return (Span(f"{model.name}/", "accent"), Span(f"  logged model {model.id}", "dim"))
        return (Span(f"{item.name}/" if item.is_dir else item.name,
                     "accent" if item.is_dir else "plain"),)

    def _got(self, item: Artifact) -> Span:
        under_way = self.loading.get(item.key)
        return Span(under_way.words if under_way else "", "busy")

    async def load(self, token: str = "") -> Page[Artifact]:
        """The folder, whole; models first."""
        models = await self._artifacts.models(self._run) if self._top else ()
        self._models = {one.id: one for one in models}
        files = await self._artifacts.folder(self._folder.owner, self._folder.path)
        return Page((*(Artifact("", True, owner=one.id) for one in models), *files))

    def empty(self) -> Sequence[Line]:
        """How a run gets artifacts."""
        return (line(("nothing was left here", "dim")),
                line("mlflow.log_artifact(", ("path", "dim"), ")"))

    def words(self, item: Artifact) -> str:
        """Its name."""
        return self.name(item)

    def name(self, item: Artifact) -> str:
        """The last part of its path, or the model's name."""
        if item.path:
            return item.name
        model = self._models.get(item.owner)
        return model.name if model else self._run.name or self._run.id

    def child(self, item: Artifact) -> View[Any] | None:
        """What is in a folder."""
        if not item.is_dir:
            return None
        return ArtifactsView(self._world, self._run, self.loading, item)

    def details(self, item: Artifact) -> Sequence[Detail]:
        """The beginning of a file, or what lies in a folder."""
        from opstui.panes.artifact_preview import preview

        async def shown(width: int) -> Sequence[Line]:
            plain = self._world.ascii_only
            return await preview(self._artifacts, item, width, ascii_only=plain)

        async def listed(width: int) -> Sequence[Line]:
            inside = await self._artifacts.folder(item.owner, item.path)
            return folder_lines(inside) or [line(("an empty folder", "dim"))]

        id = f"artifact/{item.key}/{item.size}"
        return (Detail(id, "Folder" if item.is_dir else "Preview",
                       listed if item.is_dir else shown),)

    def copies(self, item: Artifact) -> Sequence[tuple[str, str]]:
        """Its path, and its address for MLflow's own client."""
        if item.owner == self._run.id:
            uri = f"runs:/{item.owner}/{item.path}"
        else:
            uri = f"models:/{item.owner}{'/' if item.path else ''}{item.path}"
        return (("uri", uri), ("path", item.path))

    @action("d", "Download", when=why_not_download)
    async def download(self, item: Artifact, desk: Desk) -> None:
        """Download the file, or all of a folder, to this machine; asks where to."""
        typed = await desk.ask(Prompt(
            f"Download {self.name(item)}", "folder" if item.is_dir else "file", self.name(item),
        ))
        if not typed or not typed.strip():
            return
        target, exists = await asyncio.to_thread(_target, typed.strip(), self.name(item), item)
        if exists and not await desk.confirm(Question(
            title="Replace what is there", object=str(target),
            effect="Files of the same names are written over." if item.is_dir
            else "What it holds now is lost.",
            place=str(target.parent), yes="Replace", danger=True,
        )):
            return
        files = await files_of(self._artifacts, item)
        await self._carry(item, files, target, desk, replace=exists)

    async def _carry(
        self, item: Artifact, files: Sequence[Artifact], target: Path, desk: Desk, *,
        replace: bool,
    ) -> None:
        places = [(file, place_of(target, item, file)) for file in files]

        async def work() -> None:
            for file, path in places:
                await fetch(self._artifacts, file, path, replace=replace, got=under_way.add)

        under_way = Loading(asyncio.create_task(work()), sum(one.size or 0 for one in files))
        self.loading[item.key] = under_way
        try:
            with desk.busy(self.kind, item.key):
                while not (await asyncio.wait({under_way.task}, timeout=TOLD))[0]:
                    desk.say(f"{self.name(item)}: {under_way.words}; x gives it up")
        finally:
            del self.loading[item.key]
            under_way.task.cancel()
        if under_way.task.cancelled():
            desk.say(f"{self.name(item)} was given up; what was under way is not kept")
            return
        under_way.task.result()
        many = plural(len(files), "file") + ", " if item.is_dir else ""
        desk.say(f"{many}{size(under_way.got)} saved to {target}")

    @action("x", "Give up", when=why_not_stop, footer=False)
    async def stop(self, item: Artifact, desk: Desk) -> None:
        """Give up the download."""
        self.loading[item.key].task.cancel()


def _target(typed: str, name: str, item: Artifact) -> tuple[Path, bool]:
    """What was meant, and whether there is something already."""
    path = Path(typed).expanduser().absolute()
    if path.is_dir() and not item.is_dir:
        path /= name
    return path, any(path.iterdir()) if path.is_dir() else path.exists()


def folder_lines(files: Sequence[Artifact]) -> list[Line]:
    """A folder's files with their sizes."""
    return [
        (Span(f"{size(one.size):>7}  ", "dim"),
         Span(f"{one.name}/" if one.is_dir else one.name, "accent" if one.is_dir else "plain"))
        for one in files
    ]
