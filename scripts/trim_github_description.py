#!/usr/bin/env python3
"""Cut GitHub's OpenAPI description down to what the CI tests check against.

    npm pack @octokit/openapi && tar xzf octokit-openapi-*.tgz
    scripts/trim_github_description.py package

Writes the paths below with all they refer to, without their prose, to
tests/fakes/ci/github_api.json, and the package's MIT notice beside it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parent.parent / "tests" / "fakes" / "ci"
REPOSITORY = "/repos/{owner}/{repo}"
RUN, JOB = "/actions/runs/{run_id}", "/actions/jobs/{job_id}"
WORKFLOW = "/actions/workflows/{workflow_id}"
PATHS = (
    "", "/actions/runs", RUN, f"{RUN}/jobs", f"{RUN}/artifacts", f"{RUN}/logs",
    f"{RUN}/attempts/{{attempt_number}}", f"{RUN}/attempts/{{attempt_number}}/jobs",
    f"{RUN}/rerun", f"{RUN}/rerun-failed-jobs", f"{RUN}/cancel", f"{RUN}/force-cancel",
    f"{RUN}/approve", f"{RUN}/pending_deployments", JOB, f"{JOB}/logs", f"{JOB}/rerun",
    "/actions/workflows", WORKFLOW, f"{WORKFLOW}/dispatches", f"{WORKFLOW}/runs", "/branches",
    "/branches/{branch}", "/rules/branches/{branch}", "/contents/{path}",
    "/check-runs/{check_run_id}/annotations", "/commits/{ref}/check-runs", "/commits/{ref}/status",
)
METHODS = ("get", "post")
PROSE = {
    "description", "example", "examples", "summary", "externalDocs", "x-github", "tags",
    "operationId", "callbacks", "title", "deprecated", "x-multi-segment", "x-octokit",
}


def bare(value: Any, *, names: bool = False) -> Any:
    """Without prose; `names` where the keys are a schema's own field names."""
    if isinstance(value, list):
        return [bare(one) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {key: one for key, one in value.items() if names or key not in PROSE}
    return {
        key: bare(one, names=not names and key == "properties") if key not in ("enum", "default")
        else one
        for key, one in kept.items()
    }


def pointers(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*(pointers(one) for one in value))
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(pointers(one) for one in value.values()))
    return set()


def main(package: Path) -> None:
    whole = json.loads((package / "generated" / "api.github.com.json").read_text("utf-8"))
    paths = {
        REPOSITORY + path: {
            method: bare(whole["paths"][REPOSITORY + path][method])
            for method in METHODS if method in whole["paths"][REPOSITORY + path]
        }
        for path in PATHS
    }
    parts: dict[str, dict[str, Any]] = {}
    todo, done = pointers(paths), set[str]()
    while todo:
        pointer = todo.pop()
        done.add(pointer)
        _, _, kind, name = pointer.split("/")
        part = bare(whole["components"][kind][name])
        parts.setdefault(kind, {})[name] = part
        todo |= pointers(part) - done
    info = {"title": "GitHub v3 REST API, trimmed", "version": whole["info"]["version"]}
    trimmed = {"openapi": whole["openapi"], "info": info, "paths": paths, "components": parts}
    text = json.dumps(trimmed, indent=0, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    (TARGET / "github_api.json").write_text(text + "\n", "utf-8")
    notice = (package / "LICENSE").read_text("utf-8")
    origin = f"github_api.json is cut from @octokit/openapi {whole['info']['version']} (npm).\n\n"
    (TARGET / "github_api.LICENSE").write_text(origin + notice, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
