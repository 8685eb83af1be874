"""Starting a workflow by hand, and finding the run that it became.

https://docs.github.com/en/rest/actions/workflows#create-a-workflow-dispatch-event answers with
the run where it is asked to and new enough. Older Enterprise servers answer 204, or refuse the
wish (422), so that the run has to be looked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from opstui.backends.ci.github import decode
from opstui.backends.ci.web.refusals import RefusalError
from opstui.domain.ci import CiRun, Workflow
from opstui.domain.errors import OpstuiError

if TYPE_CHECKING:
    from opstui.backends.ci.github.pen import Pause, Pen
    from opstui.backends.ci.web.answer import Answer
    from opstui.backends.ci.web.door import Door

MOST_INPUTS = 25
LOOKS = 15
"""How often the new run is looked for."""
BETWEEN = 1.0
"""Seconds between two looks."""
SLACK = timedelta(seconds=5)
"""A run's creation may be told so much earlier than the answer to its start."""
DETAILS = "return_run_details"


class Starter:
    """Starts workflows of one repository."""

    def __init__(
        self, door: Door, pen: Pen, repository: str, name: str, pause: Pause = asyncio.sleep,
    ) -> None:
        """name: of the server in the list."""
        self._door = door
        self._pen = pen
        self._root = f"/repos/{repository}/actions"
        self._name = name
        self._pause = pause
        self._tells = True
        """Whether the server is asked to tell the run; until it refuses."""

    async def start(
        self, branch: str, workflow: str, inputs: Mapping[str, str], newest: int
    ) -> CiRun:
        """Start it on the branch's head; newest: the largest id of a run that was there before."""
        if len(inputs) > MOST_INPUTS:
            raise OpstuiError(
                f"GitHub takes at most {MOST_INPUTS} inputs, and these are {len(inputs)}",
                where=workflow,
            )
        answer = await self._dispatched(branch, workflow, inputs)
        try:
            found = await self._appearing(branch, workflow, answer, newest)
        except OpstuiError as error:
            raise taken("it was started", error) from error
        if found is not None:
            return found
        raise OpstuiError(
            "GitHub took the start, but the run is not in its list yet", where=workflow,
            hint="refresh in a moment; do not start it again before",
        )

    async def _appearing(
        self, branch: str, workflow: str, answer: Answer, newest: int
    ) -> CiRun | None:
        """The run that came of a start, once GitHub knows it; None when it takes too long."""
        id_ = answer.json().text("workflow_run_id") if answer.status == 200 else ""
        earliest = _date(answer) - SLACK
        for look in range(LOOKS):
            if look:
                await self._pause(BETWEEN)
            found = await (self._by_id(id_) if id_ else
                           self._looked_for(branch, workflow, earliest, newest))
            if found is not None:
                return found
        return None

    async def _dispatched(
        self, branch: str, workflow: str, inputs: Mapping[str, str]
    ) -> Answer:
        path = f"{self._root}/workflows/{quote(workflow, safe='')}/dispatches"
        body: dict[str, object] = {"ref": branch}
        if inputs:
            body["inputs"] = dict(inputs)
        if self._tells:
            try:
                return await self._pen.post(path, {**body, DETAILS: True})
            except RefusalError as error:
                if error.status != 422 or not _unknown_key(error.words):
                    raise
                self._tells = False  # it was refused, so that nothing was started
        return await self._pen.post(path, body)

    async def _by_id(self, id_: str) -> CiRun | None:
        try:
            answer = await self._door.get(f"{self._root}/runs/{id_}")
        except RefusalError as error:
            if error.status == 404:
                return None  # it is told before every part of GitHub knows it
            raise
        return decode.run(answer.json(), self._name)

    async def _looked_for(
        self, branch: str, workflow: str, earliest: datetime, newest: int
    ) -> CiRun | None:
        """The oldest run that can be it: one that was not there before."""
        answer = await self._door.get(
            f"{self._root}/workflows/{quote(workflow, safe='')}/runs",
            {"event": "workflow_dispatch", "branch": branch, "per_page": 20},
        )
        runs = (decode.run(one, self._name) for one in answer.json().objects("workflow_runs"))
        new = [one for one in runs
               if one.created >= earliest and decode.number(one.id) > newest]
        return min(new, key=lambda one: decode.number(one.id), default=None)


def only(workflows: tuple[Workflow, ...], where: str) -> str:
    """The id of the only workflow there is to start."""
    if len(workflows) == 1:
        return workflows[0].id
    if not workflows:
        raise OpstuiError(
            "no workflow here can be started by hand", where=where,
            hint="one needs `workflow_dispatch` under `on:`, on the default branch",
        )
    names = ", ".join(one.id for one in workflows)
    raise OpstuiError("which workflow is to be started is not said", where=where,
                      hint=f"there are {names}")


def taken(what: str, error: OpstuiError) -> OpstuiError:
    """The error of a look at something that GitHub already took, so that it is not asked twice."""
    return OpstuiError(
        f"{what}, but how it goes can't be read: {error.what}", where=error.where,
        hint="refresh before trying again",
    )


def _unknown_key(words: str) -> bool:
    """Whether a refusal can mean that the server does not know the wish for details."""
    return DETAILS in words or words.startswith("Invalid request")


def _date(answer: Answer) -> datetime:
    """The server's own time of an answer, so that differing clocks do not matter."""
    try:
        found = parsedate_to_datetime(answer.headers.get("date", ""))
    except (ValueError, TypeError, IndexError):
        return datetime.now(UTC)
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
