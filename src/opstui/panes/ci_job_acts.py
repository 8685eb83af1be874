"""What can be done to one job of a run: run it again, let it go on."""

from __future__ import annotations

from typing import Protocol

from opstui.domain.ci import Capability, CiJob, CiRun
from opstui.domain.status import Status
from opstui.operations.world import World
from opstui.panes import ci_acts
from opstui.panes.ci_servers import server_of, why_not
from opstui.panes.start_ci import rerun_ci
from opstui.ui.action import action
from opstui.ui.desk import Desk


class OfRun(Protocol):
    """A list of a run's jobs."""

    world: World
    run: CiRun


def why_not_again(part: JobActs, job: CiJob) -> str:
    """It must have ended, on a server that can run one job."""
    return why_not(part.view.world.ci, part.view.run, Capability.RERUN_JOB) or (
        "" if job.status.finished else f"it is still {job.status.word}"
    )


def why_not_approve(part: JobActs, job: CiJob) -> str:
    """It must wait for a person, on a server that lets one say yes."""
    return why_not(part.view.world.ci, part.view.run, Capability.APPROVE) or (
        "" if job.status is Status.BLOCKED else "it does not wait for anybody"
    )


class JobActs:
    """Acts on the selected job."""

    def __init__(self, view: OfRun) -> None:
        self.view = view

    @action("e", "Run again", changes=("ci", "ci_jobs"), when=why_not_again)
    async def rerun(self, job: CiJob, desk: Desk) -> None:
        """Run this job once more."""
        view = self.view
        server = server_of(view.world.ci, view.run)
        if server is not None:
            await rerun_ci(view.world, desk, server, view.run, job=job)

    @action("v", "Approve", changes=("ci", "ci_jobs"), when=why_not_approve)
    async def approve(self, job: CiJob, desk: Desk) -> None:
        """Let a job go on that waits for a person."""
        view = self.view
        server = server_of(view.world.ci, view.run)
        if server is not None:
            await ci_acts.approve(view.world, desk, server, view.run, job)
