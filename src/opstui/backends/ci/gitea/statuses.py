"""Commit statuses, by which Gitea and Forgejo tell pull requests how each job fares.

One context for each job, `WORKFLOW / JOB (EVENT)`, whose target is the job's page (both projects'
services/actions/commit_status.go). Shapes: CombinedStatus and Branch in their API descriptions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

from opstui.backends.ci.web.refusals import RefusalError
from opstui.domain.ci import CiJob, CiRun
from opstui.domain.status import Status

if TYPE_CHECKING:
    from opstui.backends.ci.web.door import Door
    from opstui.backends.json_object import Json

CONTEXT = re.compile(r"(?P<workflow>.+?) / (?P<job>.+) \((?P<event>[a-z_]+)\)")
TARGET = re.compile(r"/actions/runs/(?P<run>\d+)/jobs/(?P<job>\d+)/?$")
STATES = {
    "success": Status.PASSED, "failure": Status.FAILED, "error": Status.FAILED,
    "warning": Status.WARNED, "pending": Status.QUEUED, "skipped": Status.SKIPPED,
}
WORDS = {
    "has been cancelled": Status.CANCELLED, "canceled after": Status.CANCELLED,
    "has been skipped": Status.SKIPPED, "skipped": Status.SKIPPED,
    "has started running": Status.RUNNING, "in progress": Status.RUNNING,
}
"""How descriptions begin that say more than the state does: `failure` is also cancelled."""
MOST = 200
PAGE = 50


async def jobs_of(door: Door, repository: str, run: CiRun) -> tuple[CiJob, ...]:
    """The jobs of a run as its commit's statuses tell them: their states only."""
    found = await door.pages(
        f"/repos/{repository}/commits/{quote(run.commit, safe='')}/status", {"limit": PAGE},
        limit=MOST, under="statuses",
    )
    return tuple(sorted(_jobs(found, run), key=lambda job: int(job.id)))


def _jobs(found: list[Json], run: CiRun) -> Iterator[CiJob]:
    for one in found:
        target = TARGET.search(one.text("target_url"))
        if target is None or target["run"] != str(run.number):
            continue
        words, name = one.text("description"), CONTEXT.fullmatch(one.text("context"))
        state = next(
            (state for begin, state in WORDS.items() if words.lower().startswith(begin)),
            STATES.get(one.text("status"), Status.UNKNOWN),
        )
        yield CiJob(
            target["job"], name["job"] if name else one.text("context"), state, log=False,
            reason=words, url=f"{run.url}/jobs/{target['job']}" if run.url else "",
        )


async def required(door: Door, repository: str, branch: str) -> frozenset[str]:
    """Workflows and jobs whose statuses the branch's protection asks for, and other contexts.

    Read from the branch itself, as the rules are shown to administrators only.
    """
    try:
        answer = await door.get(f"/repos/{repository}/branches/{quote(branch)}")
    except RefusalError as error:
        if error.status in (403, 404):
            return frozenset()
        raise
    json = answer.json()
    if not json.truth("enable_status_check"):
        return frozenset()
    names: set[str] = set()
    for context in json.texts("status_check_contexts"):
        known = CONTEXT.fullmatch(context)
        names |= {known["workflow"], known["job"]} if known else {context}
    return frozenset(names)
