"""A GitLab project's pipelines and their jobs, asked for as seldom as they change."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence

from opstui.backends.ci.gitlab.decode import (
    JobsSeen,
    bridge_of,
    child_of,
    flaky_runs,
    jobs_of,
    run_of,
    with_jobs,
)
from opstui.backends.ci.web.door import Door
from opstui.backends.json_object import Json
from opstui.domain.ci import CiJob, CiRun
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status

PAGE = 100
"""Items of a page, the most that GitLab gives."""
LOOKED_AT = 12
"""Pipelines of a list whose jobs are asked for: the newest that are under way or went wrong."""
PATIENCE = 3.0
"""Seconds that the list waits for them; what takes longer comes with a later look."""
REMEMBERED = 200
MOST_JOBS = 2000
MERGED_BY = ("push", "merge_request_event")
"""The sources of pipelines that a merge waits for."""
CHILDREN = 8
"""Child pipelines of one pipeline whose jobs are shown too."""


class Pipelines:
    """Reads them; what ended is remembered until GitLab says that it changed."""

    def __init__(self, name: str, door: Door, project: str) -> None:
        """project: as it stands in addresses, quoted."""
        self._name = name
        self._door = door
        self._path = f"/projects/{project}"
        self._seen: OrderedDict[str, tuple[str, JobsSeen]] = OrderedDict()
        self.names: frozenset[str] = frozenset()
        """The names that files gave to the listed pipelines of pushes and merge requests."""

    async def newest(self, limit: int) -> tuple[CiRun, ...]:
        """All branches' newest; those under way and red ones with what their jobs tell."""
        items = await self._door.pages(
            f"{self._path}/pipelines", {"per_page": min(limit, PAGE), "order_by": "id"},
            limit=limit,
        )
        self.names = frozenset(
            item.text("name") for item in items
            if item.text("name") and item.text("source") in MERGED_BY
        )
        stamps = {item.text("id"): f"{item.text('status')} {item.text('updated_at')}"
                  for item in items}
        # One that is made between two pages moves another to both.
        read = {item.text("id"): run_of(item, self._name) for item in items}
        runs = flaky_runs(list(read.values()))
        worth = [run for run in runs if self._worth(run)][:LOOKED_AT]
        told = await self._told([(run, stamps[run.id]) for run in worth])
        return tuple(with_jobs(run, told[run.id]) if run.id in told else run for run in runs)

    async def _told(self, worth: Sequence[tuple[CiRun, str]]) -> dict[str, JobsSeen]:
        """What the jobs of these tell, as far as that comes quickly; by the pipeline's id.

        Without a login, which may ask little, only what is known already.
        """
        if not self._door.login.known:
            return {run.id: self._seen[run.id][1] for run, _ in worth if run.id in self._seen}
        looks = {run.id: asyncio.create_task(self._look(run, stamp)) for run, stamp in worth}
        if not looks:
            return {}
        try:
            done, _ = await asyncio.wait(looks.values(), timeout=PATIENCE)
        finally:
            for look in looks.values():
                look.cancel()
            await asyncio.gather(*looks.values(), return_exceptions=True)
        found = ((id, look.result()) for id, look in looks.items() if look in done)
        return {id: seen for id, seen in found if seen is not None}

    async def one(self, id: str) -> CiRun:
        """One pipeline as it is now, with its jobs' news."""
        json = await self.read(id)
        run = run_of(json, self._name)
        seen = await self._look(run, f"{json.text('status')} {json.text('updated_at')}")
        return with_jobs(run, seen) if seen is not None else run

    async def read(self, id: str) -> Json:
        """One pipeline's own words."""
        return (await self._door.get(f"{self._path}/pipelines/{id}")).json()

    async def jobs(self, run: CiRun) -> tuple[CiJob, ...]:
        """Its jobs, those that start other pipelines, and the jobs of its child pipelines."""
        items = await self._jobs(run.id)
        bridges = await self._door.pages(
            f"{self._path}/pipelines/{run.id}/bridges", {"per_page": PAGE}, limit=PAGE
        )
        seen = jobs_of(items)
        project = next(
            (item.inner("pipeline").whole("project_id") for item in (*items, *bridges)), 0
        )
        jobs = list(seen.jobs)
        children = await asyncio.gather(*(
            self._below(bridge, project) for bridge in bridges[:CHILDREN]
        ))
        for number, bridge in enumerate(bridges):
            jobs += (bridge_of(bridge), *(children[number] if number < CHILDREN else ()))
        return tuple(jobs)

    async def stopping(self, run: CiRun) -> tuple[str, ...]:
        """The ids of jobs that were told to stop and did not yet."""
        return tuple(
            item.text("id") for item in await self._jobs(run.id)
            if item.text("status") == "canceling"
        )

    async def _below(self, bridge: Json, project: int) -> tuple[CiJob, ...]:
        """The jobs of the child pipeline that a bridge started; none of other projects'."""
        child = child_of(bridge, project)
        if not child:
            return ()
        name = bridge.text("name")
        return jobs_of(await self._jobs(child), prefix=f"{name} » ").jobs

    async def _jobs(self, id: str) -> list[Json]:
        return await self._door.pages(
            f"{self._path}/pipelines/{id}/jobs",
            {"per_page": PAGE, "include_retried": "true"}, limit=MOST_JOBS,
        )

    def _worth(self, run: CiRun) -> bool:
        """Under way, gone wrong, or looked at when it was, as it may have passed since."""
        return run.status in (
            Status.RUNNING, Status.QUEUED, Status.BLOCKED, Status.FAILED
        ) or run.id in self._seen

    async def _look(self, run: CiRun, stamp: str) -> JobsSeen | None:
        """What the jobs tell; None where they can't be read, as the list is worth more."""
        known = self._seen.get(run.id)
        if known is not None and known[0] == stamp and run.status.finished:
            return known[1]
        try:
            seen = jobs_of(await self._jobs(run.id))
        except OpstuiError:
            return None
        self._seen[run.id] = (stamp, seen)
        self._seen.move_to_end(run.id)
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return seen

