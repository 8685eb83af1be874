"""The table of panes: a pane is one file and one line here."""

from __future__ import annotations

from functools import partial
from typing import Any

from opstui.operations.world import World
from opstui.panes.artifacts import ArtifactsView
from opstui.panes.attention import AttentionView
from opstui.panes.branches import BranchesView
from opstui.panes.calls import CallsView
from opstui.panes.ci import CiView
from opstui.panes.ci_jobs import CiJobsView
from opstui.panes.ci_steps import CiStepsView
from opstui.panes.commits import CommitsView
from opstui.panes.containers import ContainersView
from opstui.panes.engine_choice import SOURCE
from opstui.panes.engine_jobs import JobsView
from opstui.panes.experiments import ExperimentsView
from opstui.panes.image_difference import DifferenceView
from opstui.panes.image_files import FilesView
from opstui.panes.image_layers import LayersView
from opstui.panes.image_waste import WasteView
from opstui.panes.images import ImagesView
from opstui.panes.journal import JournalView
from opstui.panes.models import ModelsView
from opstui.panes.registry_tags import RegistryTagsView
from opstui.panes.runs import RunsView
from opstui.panes.versions import VersionsView
from opstui.ui.pane_spec import PaneSpec
from opstui.ui.view import View

VIEWS: tuple[type[View[Any]], ...] = (
    AttentionView, BranchesView, CommitsView, CiView, CiJobsView, CiStepsView, ImagesView,
    LayersView, FilesView, WasteView, DifferenceView, JobsView, RegistryTagsView, ContainersView,
    ExperimentsView, RunsView, ArtifactsView, ModelsView, VersionsView, JournalView, CallsView,
)
"""Every list there is, also those inside an item."""


def panes(world: World) -> tuple[PaneSpec, ...]:
    """The panes that stand side by side, by number."""
    specs = (
        PaneSpec(1, "git", (BranchesView(world),)),
        PaneSpec(2, "ci", (CiView(world),)),
        PaneSpec(3, SOURCE, (ImagesView(world), ContainersView(world)), partial(_engine, world)),
        PaneSpec(4, "mlflow", (ExperimentsView(world),)),
        PaneSpec(5, "mlflow", (ModelsView(world),)),
    )
    sources = [(spec.source, view) for spec in specs for view in spec.tabs]
    return (PaneSpec(0, "", (AttentionView(world, sources),), strip=True), *specs)


def _engine(world: World) -> str:
    return world.engines.name if world.engines is not None else ""


def extra(world: World) -> tuple[PaneSpec, ...]:
    """The panes that are shown only while they have the focus."""
    return (PaneSpec(6, "opstui", (JournalView(world), CallsView(world))),)
