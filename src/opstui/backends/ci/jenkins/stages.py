"""Stages of a pipeline as jobs, from the Pipeline REST API plugin (`wfapi`).

Shapes: https://github.com/jenkinsci/pipeline-stage-view-plugin/tree/master/rest-api. Without the
plugin, or for what is no pipeline, a build is one job without steps.
"""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from opstui.backends.ci.jenkins.decode import rebased
from opstui.backends.ci.jenkins.tapes import Tapes
from opstui.backends.ci.web.door import Door
from opstui.backends.ci.web.refusals import RefusalError
from opstui.backends.json_object import Json
from opstui.domain.ci import CiJob, CiRun, CiStep
from opstui.domain.status import Status

STATES = {
    "SUCCESS": Status.PASSED, "UNSTABLE": Status.WARNED, "FAILED": Status.FAILED,
    "ABORTED": Status.CANCELLED, "NOT_EXECUTED": Status.SKIPPED,
    "IN_PROGRESS": Status.RUNNING, "PAUSED_PENDING_INPUT": Status.BLOCKED,
}
MOST_STAGES = 60
"""Stages whose steps are asked for, one request each."""
WHOLE = "build"
"""The id of the only job of a build without stages."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a pipeline's description says at a glance."""

    status: Status | None
    failed: int
    done: int
    total: int


class Stages:
    """Stages, steps and their logs."""

    def __init__(self, door: Door, tapes: Tapes) -> None:
        self._door = door
        self._tapes = tapes

    async def glance(self, run: CiRun) -> Told | None:
        """How far a build is; None where it is no pipeline."""
        found = await self._described(run)
        if found is None:
            return None
        states = [STATES.get(one.text("status"), Status.UNKNOWN) for one in found.objects("stages")]
        return Told(
            STATES.get(found.text("status")), sum(one is Status.FAILED for one in states),
            sum(one.finished for one in states), len(states),
        )

    async def jobs(self, run: CiRun) -> tuple[CiJob, ...]:
        """The stages with their steps; the build itself where there are none."""
        found = await self._described(run)
        stages = list(found.objects("stages")) if found is not None else []
        if not stages:
            return (CiJob(
                id=WHOLE, name=run.workflow, status=run.status, started=run.started,
                finished=run.finished, reason=run.reason, url=run.url,
            ),)
        shown = stages[:MOST_STAGES]
        nodes = await asyncio.gather(*(self._nodes(run, one) for one in shown))
        steps = {one.text("id"): told for one, told in zip(shown, nodes, strict=True)}
        return tuple(_job(one, steps.get(one.text("id"), ()), run.url) for one in stages)

    async def log(self, run: CiRun, job: CiJob, step: CiStep | None) -> tuple[bytes, bool]:
        """The text of a step, or of all steps of a stage, and whether that is all.

        A step that still runs ends what is shown, so that nothing is put in before it later.
        """
        if step is not None:
            return await self._text(run, step)
        data = b""
        for one in job.steps:
            piece, complete = await self._text(run, one)
            data += f"=== {one.name} ===\n".encode("utf-8", "replace") + piece
            if not complete:
                return data, False
        return data, job.status.finished

    async def now(self, run: CiRun, job: CiJob) -> CiJob:
        """The stage as it is now: one that runs has got more steps since it was listed."""
        if job.status.finished:
            return job
        found = await self._described(run)
        for stage in found.objects("stages") if found is not None else ():
            if stage.text("id") == job.id:
                return _job(stage, await self._nodes(run, stage), run.url)
        return job

    async def _described(self, run: CiRun) -> Json | None:
        return await self._maybe(f"{run.url}wfapi/describe")

    async def _nodes(self, run: CiRun, stage: Json) -> tuple[CiStep, ...]:
        found = await self._maybe(f"{run.url}execution/node/{stage.text('id')}/wfapi/describe")
        return tuple(map(_step, found.objects("stageFlowNodes"))) if found is not None else ()

    async def _text(self, run: CiRun, step: CiStep) -> tuple[bytes, bool]:
        node = f"{run.url}execution/node/{step.id}/"
        try:
            tape = await self._tapes.read(f"{node}log/logText/")
            return bytes(tape.data), tape.complete and step.status.finished
        except RefusalError as error:
            if error.status not in (404, 500):
                raise
        found = await self._maybe(f"{node}wfapi/log")  # the last 10 KB only
        if found is None:
            return b"", step.status.finished
        start = "... earlier lines are on Jenkins' own page ...\n" if found.truth("hasMore") else ""
        return (start + plain(found.text("text"))).encode("utf-8", "replace"), step.status.finished

    async def _maybe(self, url: str) -> Json | None:
        """None where there is no such thing: no pipeline, or no plugin."""
        try:
            return (await self._door.get(rebased(url, self._door.base))).json()
        except RefusalError as error:
            if error.status != 404:
                raise
            return None


def plain(text: str) -> str:
    """The text of `wfapi/log`, which is HTML."""
    return html.unescape(re.sub(r"<[^<>]*>", "", text))


def failing(found: Json) -> Iterator[tuple[str, str]]:
    """Names of stages that failed, and Jenkins' own words for it."""
    for stage in found.objects("stages"):
        if stage.text("status") == "FAILED":
            yield stage.text("name"), stage.inner("error").text("message")


def _job(stage: Json, steps: tuple[CiStep, ...], url: str) -> CiJob:
    status = STATES.get(stage.text("status"), Status.UNKNOWN)
    started, finished = _times(stage, status)
    return CiJob(
        id=stage.text("id"), name=stage.text("name"), status=status, started=started,
        finished=finished, steps=steps, reason=stage.inner("error").text("message"), url=url,
        log=bool(steps), runner=stage.text("execNode"),
    )


def _step(node: Json) -> CiStep:
    status = STATES.get(node.text("status"), Status.UNKNOWN)
    started, finished = _times(node, status)
    return CiStep(node.text("name"), status, started, finished, id=node.text("id"))


def _times(json: Json, status: Status) -> tuple[datetime | None, datetime | None]:
    started = json.when("startTimeMillis")
    if started is None or not status.finished:
        return started, None
    return started, started + timedelta(milliseconds=json.whole("durationMillis"))
