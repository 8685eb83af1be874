"""A fake of the Pipeline REST API plugin, as its README shows the answers."""

from __future__ import annotations

import html
from typing import Any

from tests.fakes.ci.jenkins_state import Build

CHARACTERS = 10 * 1024
"""The plugin gives the last so many of a log."""


def node(stage: int, step: int = 0) -> str:
    """Ids of flow nodes: numbers, in no order a client could guess."""
    return str(10 * (stage + 1) + step)


def describe(build: Build) -> dict[str, Any]:
    links: dict[str, Any] = {"self": {"href": f"{build.path}wfapi/describe"}}
    if build.asks:
        links["pendingInputActions"] = {"href": f"{build.path}wfapi/pendingInputActions"}
    return {
        "_links": links, "id": str(build.number), "name": f"#{build.number}",
        "status": status(build), "startTimeMillis": build.timestamp, "durationMillis": 1000,
        "stages": [
            {"id": node(number), "name": stage.name, "execNode": "", "status": stage.status,
             "startTimeMillis": build.timestamp + 1000 * number, "durationMillis": 900,
             **({"error": {"message": stage.error, "type": "hudson.AbortException"}}
                if stage.error else {})}
            for number, stage in enumerate(build.stages)
        ],
    }


def status(build: Build) -> str:
    if build.result is None:
        return "PAUSED_PENDING_INPUT" if build.asks else "IN_PROGRESS"
    return {"FAILURE": "FAILED", "NOT_BUILT": "NOT_EXECUTED"}.get(build.result, build.result)


def describe_stage(build: Build, number: int) -> dict[str, Any]:
    stage = build.stages[number]
    return {
        "id": node(number), "name": stage.name, "status": stage.status,
        "startTimeMillis": build.timestamp, "durationMillis": 900,
        "stageFlowNodes": [
            {"id": node(number, step + 1), "name": name, "execNode": "",
             "status": stage.status if step == len(stage.steps) - 1 else "SUCCESS",
             "startTimeMillis": build.timestamp, "durationMillis": 400,
             "parentNodes": [node(number, step)]}
            for step, (name, _) in enumerate(stage.steps)
        ],
    }


def step_log(build: Build, found: str) -> tuple[bytes, bool] | None:
    """The log of a flow node and whether it still grows; None where there is none."""
    for number, stage in enumerate(build.stages):
        for step, (_, data) in enumerate(stage.steps):
            if node(number, step + 1) == found:
                last = step == len(stage.steps) - 1
                return data, last and stage.status == "IN_PROGRESS"
    return None


def short_log(found: str, data: bytes) -> dict[str, Any]:
    """`wfapi/log`: HTML, and only the end of it."""
    text = html.escape(data.decode("utf-8", "replace"), quote=False)
    return {"nodeId": found, "nodeStatus": "SUCCESS", "length": len(data),
            "hasMore": len(text) > CHARACTERS, "text": f"<span>{text[-CHARACTERS:]}</span>",
            "consoleUrl": f"/execution/node/{found}/log"}


def pending(build: Build) -> list[dict[str, Any]]:
    return [
        {"id": f"Ask{number}", "proceedText": "Proceed", "message": message,
         "inputs": [{"type": "StringParameterDefinition", "name": name} for name in wants],
         "proceedUrl": f"{build.path}wfapi/inputSubmit?inputId=Ask{number}",
         "abortUrl": f"{build.path}input/Ask{number}/abort",
         "redirectApprovalUrl": f"{build.path}input/"}
        for number, (message, wants) in enumerate(build.asks.items())
    ]
