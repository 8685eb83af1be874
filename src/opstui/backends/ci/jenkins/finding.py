"""Which jobs of a Jenkins build this repository, and their newest builds.

Containers (folders, organisations, multibranch projects) answer for all that is in them at once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

from opstui.backends.ci.jenkins.decode import BUILD, Job, branch_name, queued, rebased, run_of
from opstui.backends.ci.same import same_place
from opstui.backends.ci.web.door import Door
from opstui.backends.json_object import Json
from opstui.domain.ci import CiRun

DEPTH = 3
"""Folders in folders that are looked into."""
MOST_JOBS = 200
"""Jobs or branches of one container."""
EACH = 5
"""Builds of each branch that come with the list of branches."""
MOST_MORE = 6
"""Jobs that are asked for more of their builds."""
DEFAULT_BUILDS = 100
"""Jenkins gives no more of `builds`; `allBuilds` has all of them."""
FRESH = 600.0
"""Seconds for which the jobs that were found are taken as known."""
MULTIBRANCH = "MultiBranchProject"
ITEM = "_class,name,fullName,url"
QUEUE = (
    "items[id,url,why,inQueueSince,task[url],actions[causes[shortDescription,userName]]]"
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A job with what was told of its builds."""

    job: Job
    builds: tuple[Json, ...]


class Finding:
    """The jobs and runs of one Jenkins, as far as they are this repository's."""

    def __init__(
        self, name: str, door: Door, remotes: tuple[str, ...], named: tuple[str, ...]
    ) -> None:
        self._name = name
        self._door = door
        self._remotes = remotes
        self._named = named
        self._roots: tuple[str, ...] = ()
        self._searched = -FRESH
        self.jobs: dict[str, Job] = {}
        """What was seen to be built here, by its key."""
        self.note = ""
        """Why the list is empty."""

    async def runs(self, limit: int) -> tuple[CiRun, ...]:
        """The newest builds of all jobs, and what waits in the queue."""
        roots = await self.roots()
        shown = [one for told in await asyncio.gather(*map(self._shown, roots)) for one in told]
        shown = await self._with_more(shown, limit)
        self.jobs = {one.job.key: one.job for one in shown}
        runs = {run.id: run for run in await self._queue()}
        for one in shown:
            for build in one.builds:
                run = run_of(build, one.job, self._name, self._door.base, self._remotes)
                if run is not None:
                    runs[run.id] = run
        self.note = "" if roots else (
            "no job was found whose last build cloned this repository; name its `jobs` in the "
            "settings"
        )
        newest = sorted(runs.values(), key=lambda run: (run.created, run.number), reverse=True)
        return tuple(newest[:limit])

    async def roots(self) -> tuple[str, ...]:
        """Addresses of the jobs and containers of the settings, else of those that are found."""
        if self._named:
            return tuple(_address(self._door.base, one) for one in self._named)
        if time.monotonic() - self._searched > FRESH:
            self._roots = tuple(await self._search())
            self._searched = time.monotonic()
        return self._roots

    async def _search(self) -> list[str]:
        """Jobs whose last build cloned this repository; multibranch projects as a whole."""
        told = "lastBuild[actions[lastBuiltRevision[SHA1],remoteUrls]]"
        tree = f"jobs[{ITEM},{told}]{{0,{MOST_JOBS}}}"
        for _ in range(DEPTH):
            tree = f"jobs[{ITEM},{told},{tree}]{{0,{MOST_JOBS}}}"
        answer = await self._door.get("/api/json", {"tree": tree})
        return list(dict.fromkeys(self._matching(answer.json())))

    def _matching(self, container: Json) -> Iterator[str]:
        for item in container.objects("jobs"):
            if not item.has("jobs"):
                if self._cloned(item.inner("lastBuild")):
                    yield rebased(item.needed("url"), self._door.base)
            elif MULTIBRANCH in item.text("_class"):
                if any(self._cloned(one.inner("lastBuild")) for one in item.objects("jobs")):
                    yield rebased(item.needed("url"), self._door.base)
            else:
                yield from self._matching(item)

    def _cloned(self, build: Json) -> bool:
        return any(
            same_place(one, other) for action in build.objects("actions")
            for one in action.texts("remoteUrls") for other in self._remotes
        )

    async def _shown(self, root: str) -> list[Shown]:
        """A job, or all that is in a container, with the newest builds of each."""
        builds = f"builds[{BUILD}]{{0,{EACH}}}"
        tree = f"{ITEM},{builds}"
        inner = tree
        for _ in range(DEPTH):
            inner = f"{tree},jobs[{inner}]{{0,{MOST_JOBS}}}"
        answer = await self._door.get(f"{root}api/json", {"tree": inner})
        return list(self._leaves(answer.json(), None))

    def _leaves(self, item: Json, parent: Json | None) -> Iterator[Shown]:
        if item.has("jobs"):
            for one in item.objects("jobs"):
                yield from self._leaves(one, item)
            return
        job = Job(rebased(item.needed("url"), self._door.base), _full(item), "", bool(self._named))
        if parent is not None and MULTIBRANCH in parent.text("_class"):
            job = replace(job, name=_full(parent), branch=branch_name(item.text("name")))
        yield Shown(job, tuple(item.objects("builds")))

    async def _with_more(self, shown: list[Shown], limit: int) -> list[Shown]:
        """The same, with more builds of jobs that have more, if there are not enough yet."""
        if sum(len(one.builds) for one in shown) >= limit or limit <= EACH:
            return shown
        more = sorted((one for one in shown if len(one.builds) >= EACH), reverse=True,
                      key=lambda one: one.builds[0].whole("timestamp"))[:MOST_MORE]
        which = "allBuilds" if limit > DEFAULT_BUILDS else "builds"
        answers = await asyncio.gather(*(
            self._door.get(f"{one.job.url}api/json", {"tree": f"{which}[{BUILD}]{{0,{limit}}}"})
            for one in more
        ))
        told = {one.job.key: tuple(answer.json().objects(which))
                for one, answer in zip(more, answers, strict=True)}
        return [replace(one, builds=told.get(one.job.key, one.builds)) for one in shown]

    async def _queue(self) -> list[CiRun]:
        if not self.jobs:
            return []
        answer = await self._door.get("/queue/api/json", {"tree": QUEUE})
        found = []
        for item in answer.json().objects("items"):
            url = rebased(item.inner("task").text("url"), self._door.base)
            job = self.jobs.get(Job(url, "").key)
            if job is not None:
                found.append(queued(item, job, self._name, self._door.base))
        return found


def _full(item: Json) -> str:
    return unquote(item.text("fullName") or item.text("name"))


def _address(base: str, name: str) -> str:
    """The address of a job by its full name, such as `ml/churn`, or its address as it is."""
    if "://" in name:
        return rebased(name.rstrip("/") + "/", base)
    parts = [part for part in name.strip("/").split("/") if part]
    return base + "".join(f"/job/{quote(part, safe='')}" for part in parts) + "/"
