"""A stateful fake Buildbot for what the real one can't be brought to do: lie, and 10,000 builds.

`tests/backends/ci/buildbot/test_fake.py` holds its answers against the real one's.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.ci.base import Ask, FakeServer, Reply, route

API = r"/api/v2"
START = 1_780_000_000
USER = "ana"
COOKIE = "TWISTED_SESSION=0f0f0f0f"
BUILDER = 2
PASSED, CANCELLED, PENDING = 0, 6, -1
HEADER = "hsh unit.sh\nh environment:\nh  WORKER_TOKEN=hunter2\n"


@dataclass
class Request:
    """A build request with its only build; ids of request, buildset and build are the same."""

    id: int
    commit: str
    branch: str
    repository: str
    at: int
    results: int | None = None
    built: bool = True
    rebuilt: int | None = None
    log: str = ""
    reason: str = "The AnyBranchScheduler scheduler named 'commits' triggered this build"
    asked: dict[str, Any] = field(default_factory=dict)
    """What a force scheduler was given."""

    @property
    def complete(self) -> bool:
        return self.results is not None


class FakeBuildbot(FakeServer):
    """One builder, `churn`, with one step, `unit`. `password`: only the user `ana` may act."""

    def __init__(self, password: str = "") -> None:
        super().__init__()
        self.orders: list[Request] = []
        self._password = password

    def add(
        self, results: int | None, commit: str, branch: str, repository: str, *,
        built: bool = True, log: str = "",
    ) -> Request:
        number = len(self.orders) + 1
        self.orders.append(Request(
            number, commit, branch, repository, START + 10 * number, results, built, log=log,
        ))
        return self.orders[-1]

    # Who may come in

    def refusal(self, status: int) -> Reply:
        headers = {"Retry-After": str(self.retry_after)} if status == 429 else {}
        return Reply({"error": f"no ({status})"}, status, headers)

    def answer(self, ask: Ask) -> Reply:
        if "Authorization" in ask.headers and ask.path.startswith("/api/"):
            return self.refusal(403)
        if ask.method == "POST" and self._password and ask.headers.get("Cookie") != COOKIE:
            return Reply({"error": {"code": -32600, "message": "you need to have role"}}, 403)
        return super().answer(ask)

    @route("GET", r"/auth/login")
    def login(self, ask: Ask) -> Reply:
        given = ask.headers.get("Authorization", "").removeprefix("Basic ")
        if base64.b64decode(given).decode() != f"{USER}:{self._password}":
            return self.refusal(401)
        return Reply("", 302, {"Location": f"{self.address}/#/", "Set-Cookie": f"{COOKIE}; Path=/"})

    # Reading

    @route("GET", rf"{API}/builders")
    def builders(self, ask: Ask) -> Reply:
        return listed("builders", [{
            "builderid": BUILDER, "name": "churn", "masterids": [1], "description": None,
            "description_format": None, "description_html": None, "projectid": None, "tags": [],
        }])

    @route("GET", rf"{API}/buildrequests")
    def requests_listed(self, ask: Ask) -> Reply:
        before = ask.whole("buildrequestid__lt", len(self.orders) + 1)
        chosen = self.orders[: before - 1][::-1][: ask.whole("limit", 1 << 30)]
        return listed("buildrequests", [request_json(one) for one in chosen])

    @route("GET", rf"{API}/buildrequests/(?P<id>[0-9]+)")
    def request(self, ask: Ask) -> Reply:
        return self._one(ask, "buildrequests", request_json)

    @route("GET", rf"{API}/buildrequests/(?P<id>[0-9]+)/builds")
    def builds_of(self, ask: Ask) -> Reply:
        one = self._order(ask)
        return listed("builds", [build_json(one)] if one is not None and one.built else [])

    @route("GET", rf"{API}/buildsets")
    def buildsets(self, ask: Ask) -> Reply:
        return listed("buildsets", [buildset_json(one) for one in self._between(ask, "bsid")])

    @route("GET", rf"{API}/buildsets/(?P<id>[0-9]+)")
    def buildset(self, ask: Ask) -> Reply:
        return self._one(ask, "buildsets", buildset_json)

    @route("GET", rf"{API}/builds")
    def builds(self, ask: Ask) -> Reply:
        found = [one for one in self._between(ask, "buildrequestid") if one.built]
        return listed("builds", [build_json(one) for one in found])

    @route("GET", rf"{API}/builds/(?P<id>[0-9]+)")
    def build(self, ask: Ask) -> Reply:
        return self._one(ask, "builds", build_json)

    @route("GET", rf"{API}/builds/(?P<id>[0-9]+)/triggered_builds")
    def triggered(self, ask: Ask) -> Reply:
        return listed("builds", [])

    @route("GET", rf"{API}/builds/(?P<id>[0-9]+)/steps")
    def steps(self, ask: Ask) -> Reply:
        return self._one(ask, "steps", step_json)

    @route("GET", rf"{API}/steps/(?P<id>[0-9]+)")
    def step(self, ask: Ask) -> Reply:
        return self._one(ask, "steps", step_json)

    @route("GET", rf"{API}/steps/(?P<id>[0-9]+)/logs")
    def logs(self, ask: Ask) -> Reply:
        return self._one(ask, "logs", log_json)

    @route("GET", rf"{API}/logs/(?P<id>[0-9]+)/contents")
    def contents(self, ask: Ask) -> Reply:
        one = self._order(ask)
        if one is None:
            return self.refusal(404)
        first = ask.whole("offset", 0)
        chosen = lines(one)[first:][: ask.whole("limit", 1 << 30)]
        return listed("logchunks", [
            {"logid": one.id, "firstline": first, "content": "".join(chosen)}
        ])

    @route("GET", rf"{API}/forceschedulers(?:/by-hand)?")
    def schedulers(self, ask: Ask) -> Reply:
        return listed("forceschedulers", [{
            "name": "by-hand", "label": "by-hand", "button_name": "by-hand", "enabled": True,
            "builder_names": ["churn"], "all_fields": [
                {"name": "", "fullName": None, "type": "nested", "fields": [
                    text("branch"), text("project"), text("repository"), text("revision"),
                ]}, text("reason"),
            ],
        }])

    # Acts: JSON-RPC 2.0

    @route("POST", rf"{API}/builds/(?P<id>[0-9]+)")
    def act_on_build(self, ask: Ask) -> Reply:
        one = self._order(ask)
        if one is None:
            return self.refusal(404)
        if ask.json()["method"] == "stop":
            one.results = CANCELLED if one.results is None else one.results
            return result(None)
        again = self.add(None, one.commit, one.branch, one.repository)
        again.rebuilt, again.reason = one.id, "rebuild"
        return result([again.id, {str(BUILDER): again.id}])

    @route("POST", rf"{API}/buildrequests/(?P<id>[0-9]+)")
    def act_on_request(self, ask: Ask) -> Reply:
        one = self._order(ask)
        if one is None:
            return self.refusal(404)
        one.results = CANCELLED
        return result(None)

    @route("POST", rf"{API}/forceschedulers/by-hand")
    def force(self, ask: Ask) -> Reply:
        asked = ask.json()["params"]
        made = self.add(None, asked["revision"], asked["branch"], asked["repository"], built=False)
        made.asked = asked
        return result([made.id, {str(BUILDER): made.id}])

    def _order(self, ask: Ask) -> Request | None:
        number = int(ask["id"])
        return self.orders[number - 1] if 0 < number <= len(self.orders) else None

    def _one(self, ask: Ask, name: str, shape: Any) -> Reply:
        one = self._order(ask)
        return self.refusal(404) if one is None else listed(name, [shape(one)])

    def _between(self, ask: Ask, name: str) -> list[Request]:
        first = ask.whole(f"{name}__ge", 1)
        return self.orders[max(0, first - 1): ask.whole(f"{name}__le", len(self.orders))]


def listed(name: str, items: list[Any]) -> Reply:
    return Reply({name: items, "meta": {"total": len(items)}})


def result(value: Any) -> Reply:
    return Reply({"jsonrpc": "2.0", "id": 1, "result": value})


def text(name: str) -> dict[str, Any]:
    return {"name": name, "fullName": name, "label": name.capitalize(), "type": "text",
            "default": "", "required": False, "hide": False, "tooltip": ""}


def lines(one: Request) -> list[str]:
    """The log with a letter before each line, as the worker writes it."""
    body = "".join(f"o{line}\n" for line in one.log.split("\n")[:-1]) if one.log else ""
    end = f"hprogram finished with exit code {one.results}\n" if one.complete else ""
    return (HEADER + body + end).splitlines(keepends=True)


def request_json(one: Request) -> dict[str, Any]:
    return {
        "buildrequestid": one.id, "buildsetid": one.id, "builderid": BUILDER, "priority": 0,
        "claimed": one.built, "claimed_at": one.at + 1 if one.built else None,
        "claimed_by_masterid": 1 if one.built else None, "complete": one.complete,
        "results": PENDING if one.results is None else one.results, "submitted_at": one.at,
        "complete_at": one.at + 9 if one.complete else None, "waited_for": False,
        "properties": None,
    }


def buildset_json(one: Request) -> dict[str, Any]:
    return {
        "bsid": one.id, "external_idstring": None, "reason": one.reason, "submitted_at": one.at,
        "complete": one.complete, "complete_at": one.at + 9 if one.complete else None,
        "results": PENDING if one.results is None else one.results, "parent_buildid": None,
        "parent_relationship": None, "rebuilt_buildid": one.rebuilt,
        "sourcestamps": [{
            "ssid": one.id, "branch": one.branch, "revision": one.commit, "project": "",
            "repository": one.repository, "codebase": "", "patch": None, "created_at": one.at,
        }],
    }


def build_json(one: Request) -> dict[str, Any]:
    return {
        "buildid": one.id, "number": one.id, "builderid": BUILDER, "buildrequestid": one.id,
        "workerid": 1, "masterid": 1, "started_at": one.at + 1,
        "complete_at": one.at + 9 if one.complete else None, "locks_duration_s": 0,
        "complete": one.complete, "results": one.results,
        "state_string": "build successful" if one.results == PASSED else "unit (failure)",
        "properties": {
            "got_revision": [one.commit, "Git"], "scheduler": ["commits", "Scheduler"],
            "workername": ["local", "Worker"], "owners": [["Ana <ana@example.org>"], "Build"],
        },
    }


def step_json(one: Request) -> dict[str, Any]:
    return {
        "stepid": one.id, "buildid": one.id, "number": 0, "name": "unit", "hidden": False,
        "started_at": one.at + 2, "locks_acquired_at": one.at + 2,
        "complete_at": one.at + 8 if one.complete else None, "complete": one.complete,
        "results": one.results, "state_string": "'sh unit.sh'", "urls": [],
    }


def log_json(one: Request) -> dict[str, Any]:
    return {"logid": one.id, "name": "stdio", "slug": "stdio", "stepid": one.id, "type": "s",
            "complete": one.complete, "num_lines": len(lines(one))}
