"""What other CI systems report to GitHub of the newest commits, as runs of their own.

Both are needed: apps write check runs, Jenkins and many others write commit statuses only.
https://docs.github.com/en/rest/checks/runs#list-check-runs-for-a-git-reference and
https://docs.github.com/en/rest/commits/statuses#get-the-combined-status-for-a-specific-reference.
The combined `state` says `pending` also where nobody ever reported, so it is not read.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from opstui.backends.ci.github import decode
from opstui.domain.ci import CiRun
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status

if TYPE_CHECKING:
    from opstui.backends.ci.web.door import Door
    from opstui.backends.json_object import Json

MOST_HEADS = 5
"""Branches that are asked for: those that ran last, or the first where nothing ran."""
OWN = "github-actions"
"""The app whose check runs are the jobs of workflows."""
MAIN = ("main", "master", "trunk")
MARK = "outside-"
"""The ids of these runs begin so; no workflow's run does."""
BUSY, QUIET = 30.0, 120.0
"""Seconds between two looks at one commit: while something goes on there, and otherwise."""
STATES = {"success": Status.PASSED, "failure": Status.FAILED, "error": Status.FAILED,
          "pending": Status.RUNNING}


@dataclass(frozen=True, slots=True)
class Head:
    """A commit to look at."""

    branch: str
    commit: str
    created: datetime
    """When it was last heard of, for reports without a time."""
    title: str = ""


@dataclass(slots=True)
class _Heard:
    """What was reported on a commit."""

    runs: tuple[CiRun, ...] = ()
    due: float = 0.0


class Outside:
    """The reports on the newest commits of one repository."""

    def __init__(
        self, door: Door, repository: str, name: str, no_more: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """name: of the server in the list; no_more: stop asking; clock: tells seconds."""
        self._door = door
        self._root = f"/repos/{repository}"
        self._name = name
        self._no_more = no_more
        self._clock = clock
        self._heard: dict[tuple[str, str], _Heard] = {}
        self._firsts: list[Head] = []
        self._firsts_due = 0.0

    async def runs(self, known: Sequence[CiRun]) -> tuple[CiRun, ...]:
        """The reports on the commits that the known runs were last made of."""
        heads = list(newest(known)) or await self._first()
        keys = [(head.branch, head.commit) for head in heads]
        self._heard = {key: self._heard.get(key, _Heard()) for key in keys}
        for head, key in zip(heads, keys, strict=True):
            heard = self._heard[key]
            if heard.due > self._clock() or self._no_more():
                continue
            try:
                heard.runs = (*await self._checks(head), *await self._statuses(head))
            except OpstuiError:
                break  # GitHub's own list is good, and these are asked for again
            going_on = any(not run.status.finished for run in heard.runs)
            heard.due = self._clock() + (BUSY if going_on else QUIET)
        return tuple(run for heard in self._heard.values() for run in heard.runs)

    async def _first(self) -> list[Head]:
        """Some branches where no workflow ever ran; the usual main ones before all others."""
        if self._firsts_due <= self._clock():
            try:
                answer = await self._door.get(f"{self._root}/branches", {"per_page": 100})
            except OpstuiError:
                return []  # an empty list is true as well: no workflow ever ran
            now = datetime.now(UTC)
            found = [Head(one.needed("name"), one.inner("commit").needed("sha"), now)
                     for one in answer.items()]
            found.sort(key=lambda head: (head.branch not in MAIN, head.branch))
            self._firsts, self._firsts_due = found[:MOST_HEADS], self._clock() + QUIET
        return self._firsts

    async def _checks(self, head: Head) -> list[CiRun]:
        found = await self._door.pages(
            f"{self._root}/commits/{quote(head.commit)}/check-runs",
            {"filter": "latest", "per_page": 100}, limit=100, under="check_runs",
        )
        return [self._check(one, head) for one in found
                if one.inner("app").text("slug") != OWN]

    def _check(self, data: Json, head: Head) -> CiRun:
        state = decode.status(data)
        started = data.iso("started_at")
        return self._run(
            f"check-{data.needed('id')}", head, data.text("name"), state, started or head.created,
            started=started if state is not Status.QUEUED else None,
            finished=data.iso("completed_at"), who=data.inner("app").text("name"),
            url=data.text("details_url") or data.text("html_url"),
            reason=data.inner("output").text("title") if state is Status.FAILED else "",
        )

    async def _statuses(self, head: Head) -> list[CiRun]:
        answer = await self._door.get(
            f"{self._root}/commits/{quote(head.commit)}/status", {"per_page": 100}
        )
        return [self._status(one, head) for one in answer.json().objects("statuses")]

    def _status(self, data: Json, head: Head) -> CiRun:
        state = STATES.get(data.text("state"), Status.UNKNOWN)
        created = data.iso("created_at") or head.created
        return self._run(
            # Each report has an id of its own; the context is what goes on.
            f"{head.commit[:12]}-{data.needed('context')}", head, data.text("context"), state,
            created, started=None,
            finished=data.iso("updated_at") if state.finished else None, who="",
            url=data.text("target_url"),
            reason=data.text("description") if state is Status.FAILED else "",
        )

    def _run(
        self, id_: str, head: Head, workflow: str, status: Status, created: datetime, *,
        started: datetime | None, finished: datetime | None, who: str, url: str, reason: str,
    ) -> CiRun:
        return CiRun(
            self._name, f"{MARK}{id_}", 0, workflow, head.commit, head.branch,
            status, created, started, finished, who=who, reason=reason, title=head.title,
            url=url if url.startswith(("https://", "http://")) else "", event="a report",
        )


def newest(runs: Sequence[CiRun]) -> Iterator[Head]:
    """The commits that the newest runs of the newest branches were made of."""
    seen: set[str] = set()
    for run in runs:
        if len(seen) == MOST_HEADS:
            return
        if run.branch and run.commit and run.branch not in seen:
            seen.add(run.branch)
            yield Head(run.branch, run.commit, run.created, run.title)


def elsewhere(run: CiRun) -> OpstuiError:
    """The refusal of anything that GitHub could do only with runs of its own."""
    return OpstuiError(
        f"{run.workflow} ran elsewhere and was only reported to GitHub", where=run.url,
        hint="see there" if run.url else "",
    )
