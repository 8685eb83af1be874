"""Putting builds into Jenkins' queue, with what their jobs ask for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from opstui.backends.ci.jenkins.decode import Job, branch_name, rebased
from opstui.backends.ci.jenkins.finding import MOST_JOBS, MULTIBRANCH, Finding
from opstui.backends.ci.jenkins.forms import (
    DEFINITIONS,
    HEAD,
    SET_UP,
    definitions,
    inputs_of,
    secrets_of,
)
from opstui.backends.ci.jenkins.posting import Posting
from opstui.backends.ci.web.door import Door
from opstui.backends.json_object import Json, not_json
from opstui.domain.ci import CiRun, Workflow
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status

MAIN = ("main", "master", "trunk", "develop")
"""The branch whose parameters stand for all of a project, the first of these that is there."""
ABOUT = f"_class,name,fullName,url,buildable,{DEFINITIONS}"


class Starting:
    """Starts the jobs that were found to build this repository."""

    def __init__(self, name: str, door: Door, finding: Finding, post: Posting) -> None:
        self._name = name
        self._door = door
        self._finding = finding
        self._post = post

    async def workflows(self) -> tuple[Workflow, ...]:
        """Jobs and multibranch projects; of folders, all that is in them."""
        found: list[Workflow] = []
        for root in await self._finding.roots():
            found += self._offered(await self._about(root))
        return tuple(found)

    async def start(self, branch: str, workflow: str, inputs: Mapping[str, str]) -> CiRun:
        """Build a job, or a project's branch."""
        known = await self.workflows()
        if not workflow and len(known) == 1:
            workflow = known[0].id
        if workflow not in {one.id for one in known}:
            raise OpstuiError(
                "which job is to be started is not clear" if not workflow
                else "Jenkins does not show this job any more", where=workflow or self._door.base,
                hint=f"known: {', '.join(one.name for one in known) or 'none'}",
            )
        about = await self._about(workflow)
        job, described = self._chosen(about, branch)
        return await self._build(job, described, inputs)

    async def again(self, run: CiRun) -> CiRun:
        """Build the job of a run with the parameters that it had.

        Values of password parameters are never told: those get their defaults.
        """
        job = Job(re.sub(r"[^/]+/$", "", run.url), run.workflow, run.branch)
        answer = await self._door.get(
            f"{run.url}api/json", {"tree": "actions[parameters[name,value]]"}
        )
        had = {
            one.text("name"): _text(one.value.get("value"))
            for action in answer.json().objects("actions") for one in action.objects("parameters")
            if isinstance(one.value.get("value"), str | bool | int | float)
        }
        return await self._build(job, await self._about(job.url), had)

    async def _build(self, job: Job, described: Json, inputs: Mapping[str, str]) -> CiRun:
        names = {one.text("name") for one in definitions(described)}
        form = {name: value for name, value in inputs.items() if name in names}
        entry = "buildWithParameters" if names else "build"
        answer = await self._post(f"{job.url}{entry}", form, hide=secrets_of(described))
        item = re.search(r"/queue/item/(\d+)", answer.location)
        if item is None:
            raise not_json("Jenkins", "no queue item was named", self._door.base)
        return CiRun(
            server=self._name, id=item.group(1), number=0, workflow=job.name, commit="",
            branch=job.branch, status=Status.QUEUED, created=datetime.now(UTC), url=job.url,
        )

    def _offered(self, item: Json) -> list[Workflow]:
        name, url = _full(item), rebased(item.needed("url"), self._door.base)
        if not item.has("jobs"):
            return [Workflow(url, name, inputs_of(item), SET_UP)] if _buildable(item) else []
        inside = list(item.objects("jobs"))
        if MULTIBRANCH not in item.text("_class"):
            return [one for job in inside for one in self._offered(job)]
        inside = [one for one in inside if _buildable(one)]
        by_name = {branch_name(one.text("name")): one for one in inside}
        example = next((by_name[one] for one in MAIN if one in by_name), None) or next(
            iter(inside), None)
        return [Workflow(url, name, inputs_of(example), HEAD)] if example is not None else []

    def _chosen(self, about: Json, branch: str) -> tuple[Job, Json]:
        """What is to be built: the job itself, or a project's branch."""
        if not about.has("jobs"):
            url = rebased(about.needed("url"), self._door.base)
            return Job(url, _full(about)), about
        for one in about.objects("jobs"):
            if branch_name(one.text("name")) == branch:
                url = rebased(one.needed("url"), self._door.base)
                return Job(url, _full(about), branch), one
        raise OpstuiError(
            f"Jenkins has no branch {branch} in {_full(about)}", where=self._door.base,
            hint="push it, and let Jenkins look for new branches",
        )

    async def _about(self, url: str) -> Json:
        inner = ABOUT
        for _ in range(3):
            inner = f"{ABOUT},jobs[{inner}]{{0,{MOST_JOBS}}}"
        return (await self._door.get(f"{url}api/json", {"tree": inner})).json()


def _buildable(item: Json) -> bool:
    return item.truth("buildable") if item.has("buildable") else True


def _full(item: Json) -> str:
    return branch_name(item.text("fullName") or item.text("name"))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
