"""Which link of a chain a row stands for, and where a link is found."""

from __future__ import annotations

from typing import Any

from opstui.domain.attention import Concern
from opstui.domain.branch import Branch, Commit
from opstui.domain.ci import CiJob, CiRun, CiStep
from opstui.domain.experiment import Artifact, Experiment, Run
from opstui.domain.image import Container, Image
from opstui.domain.lineage import BRANCH, MODEL, RUN, STEPS, VERSION, Noun, Ref
from opstui.domain.lineage_names import ref_of
from opstui.domain.model import ModelVersion, RegisteredModel
from opstui.domain.words import short
from opstui.operations.lineage_index import shipped
from opstui.operations.world import World
from opstui.panes.commits import CommitsView
from opstui.panes.diff import commit_detail
from opstui.panes.runs import RunsView
from opstui.panes.versions import VersionsView
from opstui.ui.trail import Way
from opstui.ui.view import View

COMMITS = "commits"


def start_of(world: World, view: View[Any], item: Any) -> tuple[Ref, tuple[Noun, ...]] | None:
    """The link that a row stands for, with the thing itself as far as the row has it.

    A row that only leads to another, such as a concern, stands for that; None for no link.
    """
    if isinstance(item, Concern):
        known = item.kind in (*STEPS, BRANCH, MODEL) and item.target
        return (Ref(item.kind, item.target), ()) if known else None
    noun = noun_of(world, view, item)
    return (ref_of(noun), (noun,)) if noun is not None else None


def noun_of(world: World, view: View[Any], item: Any) -> Noun | None:
    """The thing that a row stands for: itself, or what it is a part of; None for no link."""
    if isinstance(item, Branch | Commit | CiRun | Image | Run | ModelVersion | RegisteredModel):
        return item
    if isinstance(item, Container):
        board = world.board
        return next(iter(shipped((item,), board.served, board.within)))
    if isinstance(item, CiJob | CiStep):
        found = getattr(view, "run", None)
        return found if isinstance(found, CiRun) else None
    if isinstance(item, Artifact):
        found = getattr(view, "run", None)
        return found if isinstance(found, Run) else None
    return None


def why_none(item: Any) -> str:
    """Why there is no chain through a row."""
    if isinstance(item, Experiment):
        return "an experiment is a folder: enter opens its runs, and L there their lineage"
    return "this is no part of a chain from a commit to a container"


def at_hand(view: View[Any], kind: str, key: str) -> bool:
    """Whether an open list has this, or will."""
    if view.kind != kind:
        return False
    if isinstance(view, VersionsView):
        return view.model == key.rpartition("/")[0]
    return False


async def way_to(world: World, kind: str, key: str) -> Way | None:
    """Where a run, a version or a commit is: inside of its experiment, model or branch."""
    if kind == VERSION:
        model = key.rpartition("/")[0]
        return Way("models", model, VersionsView(world, model), model)
    if kind == RUN:
        experiment = await _experiment_of(world, key)
        query = f"attributes.run_id = '{key}'"
        return Way("experiments", experiment.id, RunsView(world, experiment), experiment.name,
                   query)
    if kind == COMMITS:
        branches = world.board.branches or await world.git.branches()
        heads = [one for one in branches if one.commit == key] or [
            one for one in branches if one.current]
        if heads:
            return Way("branches", heads[0].key, CommitsView(world, heads[0]), heads[0].name,
                       instead=(f"commit {short(key)}", commit_detail(world, key)))
    return None


async def _experiment_of(world: World, run_id: str) -> Experiment:
    noun = world.lineage.graph.noun(Ref(RUN, run_id))
    run = noun if isinstance(noun, Run) else await world.tracking.run(run_id)
    known = {one.id: one for one in world.board.experiments}
    token = ""
    while run.experiment_id not in known:
        page = await world.tracking.experiments(token)
        known |= {one.id: one for one in page.items}
        token = page.token
        if not token:
            break
    return known.get(run.experiment_id) or Experiment(run.experiment_id, run.experiment_id)
