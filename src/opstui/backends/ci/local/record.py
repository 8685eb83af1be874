"""What is written down about a run: `meta.json`, and `orders.json` for its supervisor."""

from __future__ import annotations

import json
import shlex
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from opstui.domain.ci import CiJob, CiRun, CiStep
from opstui.domain.status import Status

SERVER = "local"


@dataclass(frozen=True, slots=True)
class Record:
    """A run as the panes see it, and what is needed to run it again or to clean up after it."""

    run: CiRun
    argv: tuple[str, ...]
    source: str
    pid: int = 0
    """The supervisor."""
    session: int = 0
    """The session of the step under way."""
    session_start: int = 0
    boot: str = ""
    jobs: tuple[CiJob, ...] = ()
    """What an engine made of it; empty for a plain command."""


@dataclass(frozen=True, slots=True)
class Orders:
    """All that a supervisor must know."""

    repository: str
    """The common git directory to clone from."""
    origin: str
    """What the clone shall call its origin, without credentials; empty for none."""
    promise: str
    """The filter of a partial clone (`git clone --filter`), whose missing objects come from
    `origin`; empty where all objects are here."""
    tree: str
    """Where the clone goes; removed with its parent at the end."""
    cache: str
    argv: tuple[str, ...]
    slots: int
    timeout: float | None
    keep: tuple[str, ...]
    """Names of further environment variables to hand on."""
    log_limit: int
    engine: str = ""
    """Name of the engine whose output it is; empty for a plain command."""


def _when(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _iso(value: datetime | None) -> str:
    return value.isoformat() if value else ""


def _step(data: dict[str, Any]) -> CiStep:
    return CiStep(
        name=data["name"], status=Status[data["status"]], started=_when(data["started"]),
        finished=_when(data["finished"]), exit_code=data["exit_code"],
        log_start=int(data["log_start"]), id=data.get("id", ""),
    )


def _job(data: dict[str, Any]) -> CiJob:
    return CiJob(
        id=data["id"], name=data["name"], status=Status[data["status"]], stage=data["stage"],
        started=_when(data["started"]), finished=_when(data["finished"]),
        reason=data["reason"], steps=tuple(_step(step) for step in data["steps"]),
    )


def _times(thing: CiJob | CiStep) -> dict[str, str]:
    return {"status": thing.status.name, "started": _iso(thing.started),
            "finished": _iso(thing.finished)}


def dump(record: Record) -> str:
    """The record as JSON; undecodable bytes in names survive as escaped surrogates."""
    run = record.run
    jobs = [
        {"id": job.id, "name": job.name, "stage": job.stage, "reason": job.reason, **_times(job),
         "steps": [asdict(step) | _times(step) for step in job.steps]}
        for job in record.jobs
    ]
    data = {
        "id": run.id, "number": run.number, "workflow": run.workflow, "commit": run.commit,
        "branch": run.branch, "status": run.status.name, "created": _iso(run.created),
        "started": _iso(run.started), "finished": _iso(run.finished), "attempt": run.attempt,
        "who": run.who, "reason": run.reason,
        "steps": [asdict(step) | _times(step) for step in run.steps], "argv": list(record.argv),
        "source": record.source, "pid": record.pid, "session": record.session,
        "session_start": record.session_start, "boot": record.boot,
        "workflow_id": run.workflow_id, "jobs": jobs,
    }
    return json.dumps(data, indent=1)


def load(text: str, place: str = "") -> Record:
    """The record of a `meta.json` in the folder `place`; ValueError where it is not one."""
    try:
        data = json.loads(text)
        jobs = tuple(_job(job) for job in data.get("jobs", ()))
        run = CiRun(
            server=SERVER, id=data["id"], number=int(data["number"]), workflow=data["workflow"],
            commit=data["commit"], branch=data["branch"], status=Status[data["status"]],
            created=datetime.fromisoformat(data["created"]), started=_when(data["started"]),
            finished=_when(data["finished"]), attempt=int(data["attempt"]), who=data["who"],
            reason=data["reason"], steps=tuple(_step(step) for step in data["steps"]),
            command=shlex.join(data["argv"]), place=place,
            workflow_id=data.get("workflow_id", ""), jobs_total=len(jobs),
            jobs_done=sum(job.status.finished for job in jobs),
            jobs_failed=sum(job.status is Status.FAILED for job in jobs),
        )
        return Record(
            run=run, argv=tuple(data["argv"]), source=data["source"], pid=int(data["pid"]),
            session=int(data["session"]), session_start=int(data["session_start"]),
            boot=data["boot"], jobs=jobs,
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a run's record: {error!r}") from error


def dump_orders(orders: Orders) -> str:
    """The orders as JSON."""
    return json.dumps(asdict(orders), indent=1)


def load_orders(text: str) -> Orders:
    """The orders of an `orders.json`."""
    data = json.loads(text)
    return Orders(**{**data, "argv": tuple(data["argv"]), "keep": tuple(data["keep"])})


def changed(record: Record, **changes: Any) -> Record:
    """The record with its run's fields replaced."""
    return replace(record, run=replace(record.run, **changes))
