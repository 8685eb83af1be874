"""What a fake Jenkins remembers: folders, branches, jobs, builds, and the queue."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tests.fakes.ci.jenkins_tree import Many

FOLDER = "com.cloudbees.hudson.plugins.folder.Folder"
MULTIBRANCH = "org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject"
PIPELINE = "org.jenkinsci.plugins.workflow.job.WorkflowJob"
FREESTYLE = "hudson.model.FreeStyleProject"
RUNS = {PIPELINE: "org.jenkinsci.plugins.workflow.job.WorkflowRun",
        FREESTYLE: "hudson.model.FreeStyleBuild"}
NOTE = re.compile(rb"\x1b\[8mha:.*?\x1b\[0m", re.DOTALL)
"""What Jenkins hides in a log for its own pages."""
MOST_BUILDS = 100
START = 1_780_000_000_000


@dataclass
class Stage:
    """A stage with its steps: name and log each."""

    name: str
    status: str = "SUCCESS"
    steps: list[tuple[str, bytes]] = field(default_factory=list)
    error: str = ""


@dataclass
class Build:
    job: Item
    number: int
    queue_id: int
    timestamp: int
    result: str | None = None
    """None while it runs."""
    duration: int = 61_000
    checkouts: list[tuple[str, str, str]] = field(default_factory=list)
    """Commit, branch as the git plugin writes it, and remote; one for each checkout."""
    log: bytes = b""
    stages: list[Stage] = field(default_factory=list)
    causes: list[dict[str, str]] = field(default_factory=list)
    parameters: dict[str, str] = field(default_factory=dict)
    asks: dict[str, list[str]] = field(default_factory=dict)
    """What waits for a person, by its message: the names of the values it wants."""
    deaf_to: set[str] = field(default_factory=set)
    """Ways to end it that it ignores: stop, term."""
    tests: list[tuple[str, str, str, str]] = field(default_factory=list)
    """Class, name, status and details of tests in its report."""

    @property
    def path(self) -> str:
        return f"{self.job.path}{self.number}/"

    def text(self, start: int) -> bytes:
        """The log without the hidden notes, from a byte of the file with them."""
        return NOTE.sub(b"", self.log[start:])


@dataclass
class Item:
    """A folder, project or job."""

    kind: str
    name: str
    parent: Item | None = None
    items: dict[str, Item] = field(default_factory=dict)
    builds: list[Build] = field(default_factory=list)
    """Newest first."""
    parameters: list[dict[str, Any]] = field(default_factory=list)

    @property
    def path(self) -> str:
        """As Jenkins writes it: the name's own percent signs are escaped once more."""
        above = self.parent.path if self.parent is not None else "/"
        return f"{above}job/{quote(self.name)}/" if self.name else above

    @property
    def full(self) -> str:
        above = self.parent.full if self.parent is not None else ""
        return f"{above}/{self.name}" if above else self.name

    def add(self, kind: str, name: str) -> Item:
        return self.items.setdefault(name, Item(kind, name, self))


@dataclass
class Waiting:
    """Something in the queue, or that left it."""

    id: int
    job: Item
    since: int
    parameters: dict[str, str] = field(default_factory=dict)
    cancelled: bool = False
    build: Build | None = None


def item_json(item: Item, root: str) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "_class": item.kind, "name": item.name, "fullName": item.full, "description": None,
        "displayName": item.name, "url": root + item.path,
    }
    if item.kind not in RUNS:
        inside = list(item.items.values())
        return {**shown, "jobs": Many(inside, lambda one: item_json(one, root))}
    made = Many(item.builds, lambda one: build_json(one, root))
    last = build_json(item.builds[0], root) if item.builds else None
    properties = [{"_class": "hudson.model.ParametersDefinitionProperty",
                   "parameterDefinitions": item.parameters}] if item.parameters else []
    return {
        **shown, "buildable": True, "inQueue": False, "property": properties,
        "builds": Many(made.items, made.made, MOST_BUILDS), "allBuilds": made, "lastBuild": last,
        "lastCompletedBuild": last, "nextBuildNumber": len(item.builds) + 1,
    }


def build_json(build: Build, root: str) -> dict[str, Any]:
    actions: list[dict[str, Any]] = [
        {"_class": "hudson.model.CauseAction", "causes": build.causes}, {},
    ]
    if build.parameters:
        actions.append({"_class": "hudson.model.ParametersAction", "parameters": [
            {"_class": "hudson.model.StringParameterValue", "name": name, "value": value}
            for name, value in build.parameters.items()
        ]})
    for commit, branch, remote in build.checkouts:
        actions.append({
            "_class": "hudson.plugins.git.util.BuildData", "buildsByBranchName": {branch: {}},
            "lastBuiltRevision": {"SHA1": commit, "branch": [{"SHA1": commit, "name": branch}]},
            "remoteUrls": [remote], "scmName": "",
        })
    return {
        "_class": RUNS[build.job.kind], "actions": actions, "building": build.result is None,
        "displayName": f"#{build.number}", "duration": build.duration if build.result else 0,
        "estimatedDuration": 60_000, "fullDisplayName": f"{build.job.full} #{build.number}",
        "id": str(build.number), "number": build.number, "queueId": build.queue_id,
        "result": build.result, "timestamp": build.timestamp, "url": root + build.path,
    }


def waiting_json(one: Waiting, root: str) -> dict[str, Any]:
    kind = "Queue$LeftItem" if one.build or one.cancelled else "Queue$BuildableItem"
    shown: dict[str, Any] = {
        "_class": f"hudson.model.{kind}", "actions": [], "blocked": False,
        "buildable": not one.build, "id": one.id, "inQueueSince": one.since, "params": "",
        "stuck": False, "why": None if one.build else "Waiting for next available executor",
        "task": {"_class": one.job.kind, "name": one.job.name, "url": root + one.job.path},
        "url": f"queue/item/{one.id}/",
    }
    if kind == "Queue$LeftItem":
        done = one.build and {"_class": RUNS[one.job.kind], "number": one.build.number,
                              "url": root + one.build.path}
        shown |= {"cancelled": one.cancelled, "executable": done}
    return shown
