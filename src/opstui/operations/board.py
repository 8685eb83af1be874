"""What the panes know at the moment, so that one can show what another loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from opstui.domain.branch import Branch, Repository
from opstui.domain.ci import CiRun
from opstui.domain.ci_state import BROKEN, newest_by_workflow, seen, together
from opstui.domain.drift import Drift
from opstui.domain.experiment import Experiment
from opstui.domain.image import Container, Image
from opstui.domain.model import ModelVersion, RegisteredModel
from opstui.domain.served import Served, Within
from opstui.domain.status import Status
from opstui.operations.known_runs import KnownRuns


@dataclass(slots=True)
class Board:
    """The last good load of each kind. Written by the view that loads, read by any."""

    repository: Repository | None = None
    branches: tuple[Branch, ...] = ()
    ci_runs: tuple[CiRun, ...] = ()
    images: tuple[Image, ...] = ()
    containers: tuple[Container, ...] = ()
    served: tuple[Served, ...] = ()
    """What the running containers serve, as far as they say so."""
    within: Mapping[str, Within] = field(default_factory=dict)
    """By container id, what a look inside told."""
    runs: KnownRuns = field(default_factory=KnownRuns)
    """Of the experiment whose list was read last."""
    drifts: tuple[Drift, ...] = ()
    """Where what runs differs from what the registry says."""
    experiments: tuple[Experiment, ...] = ()
    models: tuple[RegisteredModel, ...] = ()
    versions: dict[str, tuple[ModelVersion, ...]] = field(default_factory=dict)
    """By model name, as far as loaded."""
    watched: set[str] = field(default_factory=set)
    """Keys of the CI runs whose end a person waits for."""
    _ci_from: tuple[CiRun, ...] = field(default=(), repr=False)
    _ci_known: dict[str, list[CiRun]] = field(default_factory=dict, repr=False)

    def ci_runs_of(self, commit: str) -> list[CiRun]:
        """The newest run of each workflow on each server for a commit; none where unknown."""
        if self._ci_from is not self.ci_runs:
            grouped: dict[str, list[CiRun]] = {}
            for run in self.ci_runs:
                grouped.setdefault(run.commit, []).append(run)
            self._ci_from = self.ci_runs
            self._ci_known = {sha: newest_by_workflow(runs) for sha, runs in grouped.items()}
        return self._ci_known.get(commit, [])

    def ci_of(self, commit: str) -> CiRun | None:
        """The run that tells most of a commit: a broken one first, then the newest."""
        return max(
            self.ci_runs_of(commit), key=lambda run: (seen(run) in BROKEN, run.created),
            default=None,
        )

    def ci_status(self, commit: str) -> Status | None:
        """The state of a commit on all servers together, or None where none is known."""
        runs = self.ci_runs_of(commit)
        return seen(runs[0]) if len(runs) == 1 else together(runs) if runs else None
