"""GitHub workflow files, carried out by nektos/act without containers.

Its `--json` output is one object a line: `job`, `step`, `stepID`, `msg`, `raw_output`,
`stepResult`, `jobResult` (https://nektosact.com). A job of a matrix is called failed as soon as
a sibling failed, so a job is judged by its own steps.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from opstui.backends.ci.github import inputs as workflow_file
from opstui.backends.ci.local.engines.reading import Reading
from opstui.domain.ci import Input
from opstui.domain.status import Status

LABELS = (
    "ubuntu-latest", "ubuntu-24.04", "ubuntu-22.04", "ubuntu-20.04", "ubuntu-slim", "self-hosted",
)
"""Runners that stand for this machine."""
RESULTS = {"success": Status.PASSED, "failure": Status.FAILED, "skipped": Status.SKIPPED,
           "cancelled": Status.CANCELLED}
FRAME = ("--setup-job", "--complete-job")
"""Ids of act's own steps around those of the file."""


def argv(path: str, text: str, inputs: Mapping[str, str]) -> tuple[str, ...]:
    """The command for a workflow file: as if pushed, or started by hand where that is all."""
    try:
        triggers = workflow_file.triggers(text)
    except workflow_file.UnreadableWorkflowError as error:
        raise ValueError(f"{path} can't be read: {error}") from error
    event = "push" if "push" in triggers and not inputs else next(
        (one for one in (workflow_file.TRIGGER, "push", "pull_request") if one in triggers), "")
    if not event:
        raise ValueError(f"{path} is started neither by a push nor by hand")
    given = tuple(
        word for name, value in inputs.items() for word in ("--input", f"{name}={value}"))
    here = tuple(word for label in LABELS for word in ("-P", f"{label}=-self-hosted"))
    return ("act", event, "-W", path, *given, *here, "--json", "--no-cache-server", "--rm")


def inputs(text: str) -> tuple[Input, ...]:
    """What the file asks for, where it is not started by a push anyway."""
    try:
        if "push" in workflow_file.triggers(text):
            return ()
        return workflow_file.inputs(text) or ()
    except workflow_file.UnreadableWorkflowError:
        return ()


class ActReading(Reading):
    """Reads `act --json`."""

    def line(self, text: str) -> str:
        """One event; what is no event is shown as it is."""
        try:
            event = json.loads(text)
        except ValueError:
            return text
        if not isinstance(event, dict):
            return text
        said = str(event.get("msg", "")).rstrip("\n")
        name = event.get("job")
        if not isinstance(name, str) or not name:
            return said
        key = name
        self.job(key, _named(event, name))
        self._steps(key, event)
        if event.get("raw_output") is True or "stepResult" not in event:
            for part in said.split("\n"):
                self.write(key, part)
        if "jobResult" in event:
            self._judge(key)
        prefix = f"[{self.jobs[key].name}] "
        return "\n".join(prefix + part for part in said.split("\n"))

    def _steps(self, key: str, event: Mapping[str, Any]) -> None:
        id = _first(event.get("stepID") or event.get("stepid"))
        stage = str(event.get("stage", ""))
        if not id or id in FRAME:
            return
        id = f"{stage}-{id}"
        known = any(step.id == id for step in self.jobs[key].steps)
        if not known and stage in ("Pre", "Main", "Post"):
            before = "" if stage == "Main" else f"{stage} "
            self.begin_step(key, id, before + str(event.get("step", id)))
        result = RESULTS.get(str(event.get("stepResult", "")))
        if result is not None:
            self.end_step(key, id, result)

    def _judge(self, key: str) -> None:
        steps = self.jobs[key].steps
        failed = next((step.name for step in steps if step.status is Status.FAILED), "")
        if failed:
            self.end_job(key, Status.FAILED, f"step {failed} failed")
        elif any(step.status is Status.CANCELLED for step in steps):
            self.end_job(key, Status.CANCELLED)
        else:
            self.end_job(key, Status.PASSED)


def _named(event: Mapping[str, Any], name: str) -> str:
    """`unit (a)` for a job of a matrix, else the job's id."""
    matrix = event.get("matrix")
    base = str(event.get("jobID") or name)
    if not isinstance(matrix, dict) or not matrix:
        return base
    return f"{base} ({', '.join(str(value) for value in matrix.values())})"


def _first(value: object) -> str:
    return str(value[0]) if isinstance(value, list) and value else ""
