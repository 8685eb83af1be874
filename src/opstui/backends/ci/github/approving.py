"""What waits for a person: deployments to protected environments, and forks' pull requests.

https://docs.github.com/en/rest/actions/workflow-runs: pending_deployments, and approve.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from opstui.backends.ci.github.decode import REASON
from opstui.backends.ci.github.protection import hidden
from opstui.backends.ci.web.refusals import RefusalError
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status

if TYPE_CHECKING:
    from opstui.backends.ci.github.pen import Pen
    from opstui.backends.ci.web.door import Door
    from opstui.domain.ci import CiRun

COMMENT = "Approved from opstui."
DEPLOYMENT = REASON["waiting"]
MOST_WAITING = 5
"""Runs that are asked what they wait for, of the newest ones."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The environments that a run waits for."""

    mine: tuple[tuple[int, str], ...] = ()
    """Id and name of those that this login may approve."""
    others: tuple[str, ...] = ()
    """Names of those that somebody else has to approve."""

    @property
    def reason(self) -> str:
        """For the row of a waiting job; the API does not say which job waits for which."""
        names = [*(name for _, name in self.mine), *self.others]
        return f"waits for approval: {', '.join(names)}" if names else ""


async def waiting(door: Door, repository: str, run: CiRun) -> Waiting:
    """What a run waits for, as far as this login may see it."""
    try:
        answer = await door.get(_path(repository, run))
    except RefusalError as error:
        if not hidden(error):
            raise
        return Waiting()
    mine: list[tuple[int, str]] = []
    others: list[str] = []
    for one in answer.items():
        environment = one.inner("environment")
        name = environment.text("name")
        if one.truth("current_user_can_approve"):
            mine.append((environment.whole("id"), name))
        else:
            others.append(name)
    return Waiting(tuple(mine), tuple(others))


class Gates:
    """What the waiting runs of a list wait for, asked for once each."""

    def __init__(self, door: Door, repository: str, no_more: Callable[[], bool]) -> None:
        """no_more: stop asking."""
        self._door = door
        self._repository = repository
        self._no_more = no_more
        self._reasons: dict[tuple[str, int], str] = {}

    async def named(self, runs: Sequence[CiRun]) -> tuple[CiRun, ...]:
        """The runs, with the environments that the waiting ones wait for."""
        waits = [run for run in runs if run.status is Status.BLOCKED and run.reason == DEPLOYMENT]
        # Those that wait no more are forgotten, so that this never grows.
        self._reasons = {key: reason for key, reason in self._reasons.items()
                         if key in {(run.id, run.attempt) for run in waits}}
        for run in waits[:MOST_WAITING]:
            if (run.id, run.attempt) not in self._reasons and not self._no_more():
                try:
                    found = await waiting(self._door, self._repository, run)
                except OpstuiError:
                    break  # the list is good without it
                self._reasons[(run.id, run.attempt)] = found.reason
        return tuple(
            replace(run, reason=self._reasons.get((run.id, run.attempt)) or run.reason)
            for run in runs
        )


async def approve(door: Door, pen: Pen, repository: str, run: CiRun) -> None:
    """Approve all that this login may approve of a run."""
    found = await waiting(door, repository, run)
    if found.mine:
        await pen.post(_path(repository, run), {
            "environment_ids": [id_ for id_, _ in found.mine], "state": "approved",
            "comment": COMMENT,
        })
    elif found.others:
        raise OpstuiError(
            f"this login may not approve {', '.join(found.others)}", where=run.url,
            hint="its required reviewers may",
        )
    else:
        # The only other thing that waits is the run of a fork's pull request.
        await pen.post(f"/repos/{repository}/actions/runs/{run.id}/approve")


def _path(repository: str, run: CiRun) -> str:
    return f"/repos/{repository}/actions/runs/{run.id}/pending_deployments"
