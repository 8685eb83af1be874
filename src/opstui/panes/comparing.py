"""Runs or versions side by side: what they are made of, and what takes time to read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from opstui.domain.comparison import Subject, compared
from opstui.domain.errors import OpstuiError
from opstui.domain.experiment import Pairs, Run
from opstui.domain.model import ModelVersion
from opstui.domain.words import duration, short
from opstui.operations.world import World
from opstui.panes import comparing_parts as parts
from opstui.panes.version_detail import BOOKKEEPING
from opstui.ui.desk import Choice, Desk
from opstui.ui.sheet import Cell, Choose, Sheet, SheetRow

MOST = 8
"""Things side by side at most."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A run, a version, or a version with the run that trained it."""

    run: Run | None = None
    version: ModelVersion | None = None
    more: dict[str, Pairs] = field(default_factory=dict)
    """What was read later, by section."""

    @property
    def key(self) -> str:
        """Identity."""
        if self.version is not None:
            return self.version.key
        return self.run.id if self.run is not None else ""

    @property
    def name(self) -> str:
        """What its column is called."""
        if self.version is not None:
            aliases = f" {','.join(self.version.aliases)}" if self.version.aliases else ""
            return f"{self.version.model} v{self.version.version}{aliases}"
        return (self.run.name or self.run.id) if self.run is not None else ""

    @property
    def commit(self) -> str:
        """The commit that it was trained from, or empty."""
        of_version = self.version.tag("mlflow.source.git.commit") if self.version else ""
        return (self.run.commit if self.run else "") or of_version


Others = Callable[[], Awaitable[Sequence[Compared]]]


class Comparison:
    """What a page of comparison shows. Implements `ui.sheet.Comparing`."""

    def __init__(
        self, world: World, held: Sequence[Compared], others: Others, *, base: str = "",
        model: str = "",
    ) -> None:
        self._world = world
        self.held = list(held[:MOST])
        self._others = others
        self._offered: dict[str, Compared] = {}
        self._base = base
        self._model = model
        self._notes: dict[str, tuple[str, ...]] = {}
        self.title = "Comparison"

    @property
    def base(self) -> int | None:
        """The place of the one that the others are measured by."""
        return next((n for n, one in enumerate(self.held) if one.key == self._base), None)

    def sheet(self) -> Sheet:
        """Everything that is known by now."""
        subjects = [subject(one) for one in self.held]
        rows = tuple(
            SheetRow(row.section, row.name, tuple(
                Cell(value.text, value.best, value.difference, value.verdict.role)
                for value in row.values
            ), row.differs)
            for row in compared(subjects, self._world.rules.directions, self.base)
        )
        told = (note for one in self.held for note in self._notes.get(one.key, ()))
        return Sheet(tuple(one.name for one in self.held), rows, self.base,
                     tuple(dict.fromkeys(told)))

    async def complete(self, draw: Callable[[], None]) -> None:
        """Read signatures and artifacts, then the commits between them."""
        for n, one in enumerate(list(self.held)):
            if parts.ARTIFACTS in one.more:
                continue
            found, notes = await parts.read(self._world, one.run, one.version)
            self._notes[one.key] = notes
            self._put(one.key, found)
            if n + 1 < len(self.held):
                draw()
        commits = [one.commit for one in self.held]
        measured = self.base or 0
        name = self.held[measured].name if self.held else ""
        columns, notes = await parts.commits(self._world, commits, measured, name)
        for one, pairs in zip(list(self.held), columns, strict=False):
            self._put(one.key, {parts.COMMITS: pairs})
        if self.held:
            kept = self._notes.get(self.held[0].key, ())
            self._notes[self.held[0].key] = (*(n for n in kept if n not in notes), *notes)
        draw()

    def _put(self, key: str, found: dict[str, Pairs]) -> None:
        self.held = [
            replace(one, more={**one.more, **found}) if one.key == key else one
            for one in self.held
        ]

    def drop(self, column: int) -> str:
        """Take one out; two stay."""
        if len(self.held) <= 2:
            return "two have to stay: there is nothing to compare else"
        del self.held[column]
        return ""

    def measure_by(self, column: int) -> None:
        """Measure the others by this one, or by none again."""
        key = self.held[column].key if column < len(self.held) else ""
        self._base = "" if key == self._base else key

    async def others(self) -> Sequence[Choice]:
        """What could be taken in."""
        if len(self.held) >= MOST:
            raise OpstuiError(f"{MOST} is the most that fits side by side", hint="drop one first")
        held = {one.key for one in self.held}
        self._offered = {one.key: one for one in await self._others() if one.key not in held}
        return [Choice(key, one.name, _began(one)) for key, one in self._offered.items()]

    async def add(self, id: str) -> None:
        """Take one in."""
        one = self._offered[id]
        if one.run is None and one.version is not None and one.version.run_id:
            one = replace(one, run=await self._world.tracking.run(one.version.run_id))
        self.held.append(one)

    async def champion(self, choose: Choose) -> str:
        """Take in what serves, first, and measure by it."""
        found = await serving(self._world, self._model, choose)
        if isinstance(found, str):
            return found
        held = next((one for one in self.held if one.key == found.key or (
            found.run is not None and one.run is not None and one.run.id == found.run.id
        )), None)
        if held is None:
            if len(self.held) >= MOST:
                return f"{MOST} is the most that fits side by side: drop one first"
            self.held.insert(0, found)
        self._base = (held or found).key
        return ""

    async def charts(self, desk: Desk) -> None:
        """Chart the metrics of their runs."""
        from opstui.panes.plotting import RunPlot

        runs = [one.run for one in self.held if one.run is not None]
        if not runs:
            raise OpstuiError("none of these has a run whose metrics could be drawn")
        await desk.plot(RunPlot(self._world, runs))


async def serving(world: World, model: str, choose: Choose) -> Compared | str:
    """What the champion alias names, with its run; asks for the model where it must.

    A text is the reason why there is none.
    """
    alias = world.rules.champion
    if not model:
        models = [one for one in (await world.registry.models()).items if one.version_of(alias)]
        if not models:
            return f"no model has a {alias}"
        chosen: str | None = models[0].name
        if len(models) > 1:
            chosen = await choose(f"The {alias} of which model", [
                Choice(one.name, one.name, f"v{one.version_of(alias)}") for one in models
            ])
        if chosen is None:
            return "no model was chosen"
        model = chosen
    version = (await world.registry.model(model)).version_of(alias)
    if not version:
        return f"{model} has no {alias}"
    found = await world.registry.version(model, version)
    run = await world.tracking.run(found.run_id) if found.run_id else None
    return Compared(run, found)


def subject(one: Compared) -> Subject:
    """What is compared of it."""
    run, version = one.run, one.version
    facts: list[tuple[str, str]] = []
    tags: dict[str, str] = {}
    if version is not None:
        state = version.status.word if version.ready else f"not ready {version.status_note}"
        facts += [("version", f"v{version.version}"), ("aliases", ", ".join(version.aliases)),
                  ("state", state.strip()), ("registered", _moment(version.created)),
                  ("registered by", version.user), ("source", version.source)]
        tags |= {name: value for name, value in version.tags if name not in BOOKKEEPING}
    if run is not None:
        took: float | None = None
        if run.started and run.finished:
            took = (run.finished - run.started).total_seconds()
        facts += [("run", run.name), ("run id", run.id), ("run status", run.status.word),
                  ("started", _moment(run.started)), ("took", duration(took)),
                  ("user", run.user), ("commit", short(run.commit)), ("image", run.image),
                  ("ci job", run.ci_job)]
        tags |= dict(run.tags)
    groups: dict[str, Pairs] = {
        "Parameters": run.params if run is not None else (),
        "Datasets": run.datasets if run is not None else (),
        "Facts": tuple(pair for pair in facts if pair[1]),
        "Tags": tuple(sorted(
            pair for pair in tags.items() if not pair[0].startswith("mlflow.")
        )),
    }
    return Subject(one.key, one.name, run.metrics if run is not None else (),
                   {**groups, **one.more})


def _moment(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d %H:%M:%S}" if when is not None else ""


def _began(one: Compared) -> str:
    when = one.run.started if one.run else one.version.created if one.version else None
    return _moment(when)


async def fetched(world: World, versions: Sequence[ModelVersion]) -> tuple[Compared, ...]:
    """Versions with their runs; one whose run is gone stands alone."""
    async def with_run(version: ModelVersion) -> Compared:
        try:
            run = await world.tracking.run(version.run_id) if version.run_id else None
        except OpstuiError:
            return Compared(None, version)
        return Compared(run, version)

    return tuple(await asyncio.gather(*map(with_run, versions)))
