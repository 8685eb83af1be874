"""Forgejo Actions as a CI server, as of Forgejo 15.

Endpoints: https://codeberg.org/api/swagger (repository, actions), states from Forgejo's
models/actions/status.go. Its API knows runs and how to start one. How single jobs fare is taken
from the commit's statuses, which exist for pushes, pull requests and releases only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar
from urllib.parse import quote

from opstui.backends.ci.base import BaseServer
from opstui.backends.ci.gitea import statuses
from opstui.backends.ci.gitea.decode import EVENTS, WAITS
from opstui.backends.ci.gitea.files import HEAD, files_in, only, workflow
from opstui.backends.ci.web.door import Door
from opstui.backends.json_object import Json
from opstui.domain.ci import Capability, CiJob, CiRun, Workflow
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status

STATUS = {
    "waiting": Status.QUEUED, "blocked": Status.BLOCKED, "running": Status.RUNNING,
    "success": Status.PASSED, "failure": Status.FAILED, "cancelled": Status.CANCELLED,
    "skipped": Status.SKIPPED,
}
PAGE = 50
"""Items of a page, the most that Forgejo gives unless it is set up otherwise."""
FOLDERS = (".forgejo/workflows", ".gitea/workflows", ".github/workflows")
"""Where workflow files are looked for; the first that exists counts."""
LOOKS_FOR = 20
"""Newest runs among which one that was started is looked for."""
IN_BROWSER = "open it in the browser"
EPOCH = datetime.fromtimestamp(0, UTC)


class Forgejo(BaseServer):
    """The runs of one repository."""

    kind: ClassVar[str] = "forgejo"
    can: ClassVar[frozenset[Capability]] = frozenset({Capability.START, Capability.JOBS})
    reasons: ClassVar[Mapping[Capability, str]] = {
        Capability.RERUN: f"Forgejo's API has no way to run something again; {IN_BROWSER}",
        Capability.RERUN_FAILED: f"Forgejo's API has no way to run something again; {IN_BROWSER}",
        Capability.RERUN_JOB: f"Forgejo's API has no way to run something again; {IN_BROWSER}",
        Capability.CANCEL: f"Forgejo's API has no way to cancel a run; {IN_BROWSER}",
        Capability.FORCE: f"Forgejo's API has no way to cancel a run; {IN_BROWSER}",
        Capability.APPROVE: f"Forgejo's API has no way to approve a run; {IN_BROWSER}",
        Capability.LOG: f"Forgejo's API gives no logs; {IN_BROWSER}",
        Capability.FOLLOW: f"Forgejo's API gives no logs; {IN_BROWSER}",
    }

    def __init__(self, name: str, door: Door, repository: str) -> None:
        """repository: `owner/name`."""
        super().__init__(name, f"{door.base.removesuffix('/api/v1')}/{repository}")
        self._door = door
        self._repository = quote(repository)
        self._path = f"/repos/{self._repository}/actions"

    def rest(self) -> float:
        """From the door's limits."""
        return self._door.rest()

    def note(self) -> str:
        """From the door's limits."""
        return self._door.note()

    async def runs(self, limit: int) -> tuple[CiRun, ...]:
        """Of all branches."""
        found = await self._door.pages(
            f"{self._path}/runs", {"limit": min(limit, PAGE)}, limit=limit, under="workflow_runs"
        )
        # One that starts between two pages moves another to both.
        return tuple({one.text("id"): run_of(one, self.name) for one in found}.values())

    async def jobs(self, run: CiRun) -> tuple[CiJob, ...]:
        """From the commit's statuses; none for runs that were started by hand or by schedule."""
        return await statuses.jobs_of(self._door, self._repository, run)

    async def workflows(self) -> tuple[Workflow, ...]:
        """Those of the default branch that can be started by hand, with their inputs."""
        for folder in FOLDERS:
            if paths := await files_in(self._door, self._repository, folder):
                found = [await workflow(self._door, self._repository, path) for path in paths]
                return tuple(one for one in found if one is not None)
        return ()

    async def start(
        self, commit: str, branch: str, workflow: str = "", inputs: Mapping[str, str] = {},
    ) -> CiRun:
        """Start a workflow on a branch's head."""
        workflow = workflow or only(await self.workflows(), self.where)
        answer = await self._door.send(
            "POST", f"{self._path}/workflows/{quote(workflow, safe='')}/dispatches",
            {"ref": branch, "inputs": dict(inputs), "return_run_info": True},
        )
        if id := answer.json().text("id"):
            json = (await self._door.get(f"{self._path}/runs/{id}")).json()
            return run_of(json, self.name)
        for run in await self.runs(LOOKS_FOR):
            if run.event == EVENTS["workflow_dispatch"] and (
                (run.branch, run.workflow) == (branch, workflow)
            ):
                return run
        raise OpstuiError(
            f"Forgejo took {workflow}, but its run is not in the list yet", where=self.where,
            hint="refresh in a moment; " + HEAD,
        )

    async def required(self, branch: str) -> frozenset[str]:
        """From the branch's protection."""
        return await statuses.required(self._door, self._repository, branch)

    async def close(self) -> None:
        """Close the connections."""
        await self._door.close()


def run_of(json: Json, server: str) -> CiRun:
    """An entry of actions/runs, or of actions/runs/ID."""
    state = STATUS.get(json.text("status"), Status.UNKNOWN)
    waits = json.truth("need_approval") and not json.whole("approved_by") and not state.finished
    if waits:
        state = Status.BLOCKED
    event = json.text("trigger_event") or json.text("event")
    started = json.iso("started")
    return CiRun(
        server, json.needed("id"), json.whole("index_in_repo"),
        json.text("workflow_id") or "workflow", json.text("commit_sha"), json.text("prettyref"),
        state, json.iso("created") or started or EPOCH, started,
        json.iso("stopped") if state.finished else None,
        who=json.inner("trigger_user").text("login"), url=json.text("html_url"),
        reason=WAITS if waits else "", title=json.text("title"), event=EVENTS.get(event, event),
    )
