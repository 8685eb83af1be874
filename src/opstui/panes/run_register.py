"""Registering what a run made as a version of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opstui.domain.experiment import Run
from opstui.domain.words import short
from opstui.operations.registering import Source, register, sources
from opstui.ui.action import action
from opstui.ui.desk import Choice, Desk, Prompt, Question
from opstui.ui.paint import Line, line

if TYPE_CHECKING:
    from opstui.panes.runs import RunsView


class RunRegister:
    """Makes versions of runs' models."""

    def __init__(self, view: RunsView) -> None:
        self.view = view

    @action("M", "Register", changes=("models", "versions"), footer=False)
    async def register(self, run: Run, desk: Desk) -> None:
        """Register the run's model as a new version of a registered model."""
        world, called = self.view.world, self.view.name(run)
        source = await self._chosen(run, desk)
        if source is None:
            return
        known = tuple(model.name for model in world.board.models)
        typed = await desk.ask(Prompt(
            f"Register {source.name} of {called}", "registered model, new or not",
            source.name if source.name in known else "", options=known,
        ))
        if typed is None or not (model := typed.strip()):
            return
        there = await world.registry.has_model(model)
        effect = (f"{model} gets a new version; no alias moves." if there
                  else f"The registered model {model} is made, with this as its first version.")
        if not await desk.confirm(Question(
            title="Register a version", object=model, effect=effect,
            place=await world.registry.where(), yes="Register", body=_facts(run, source),
        )):
            return
        with desk.busy(self.view.kind, run.key):
            version = await register(world, run, source, model)
        desk.say(f"{source.name} of {called} is v{version} of {model}")

    async def _chosen(self, run: Run, desk: Desk) -> Source | None:
        """What is meant; asked where the run has several."""
        found = await sources(self.view.world, run)
        if not found:
            desk.say("the run left no model: neither a logged one nor a folder with an MLmodel",
                     kind="warning")
        if len(found) < 2:
            return found[0] if found else None
        chosen = await desk.choose("Register", [
            Choice(str(n), one.name, one.model_id or "folder of the run")
            for n, one in enumerate(found)
        ])
        return None if chosen is None else found[int(chosen)]


def _facts(run: Run, source: Source) -> tuple[Line, ...]:
    commit = short(run.commit) if run.commit else "not recorded"
    facts = (("run", run.name or run.id), ("status", run.status.word), ("commit", commit),
             ("files", source.uri))
    return tuple(line((f"{name:<8}", "dim"), value) for name, value in facts)
