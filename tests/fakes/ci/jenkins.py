"""A stateful fake Jenkins: folders, multibranch projects, pipelines, plain jobs, and a queue.

Judged by api4jenkins in `tests/backends/ci/jenkins/test_judge.py`.
"""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import unquote

from tests.fakes.ci import jenkins_stages as pipeline
from tests.fakes.ci.base import Ask, FakeServer, Reply, route
from tests.fakes.ci.jenkins_state import (
    PIPELINE,
    START,
    Build,
    Item,
    Waiting,
    build_json,
    item_json,
    waiting_json,
)
from tests.fakes.ci.jenkins_tree import chosen, parse

JOB = r"(?P<job>(?:/job/[^/]+)+)"
BUILD = rf"{JOB}/(?P<number>[0-9]+)"
USER = "ana"


class FakeJenkins(FakeServer):
    """Starts empty: `add` items to `root`, `build` them, `step` lets the queue move on."""

    def __init__(self, token: str = "", password: str = "", root: str = "") -> None:
        """token: an API token of the user; password: the same user's, which needs crumbs.

        root: the address that this Jenkins thinks it has, where that is another one.
        """
        super().__init__()
        self.root = Item("hudson.model.Hudson", "")
        self.waiting: list[Waiting] = []
        self.plugin = True
        """Whether the Pipeline REST API plugin is there."""
        self.step_texts = True
        """Whether a step's log can be had by bytes."""
        self.sent: list[dict[str, str]] = []
        """Forms that builds were started with."""
        self._token = token
        self._password = password
        self._believed = root
        self._crumbs = 0
        self._queued = 0
        self._clock = START

    @property
    def believed(self) -> str:
        return self._believed or self.address

    def build(self, job: Item, **facts: Any) -> Build:
        """A build without a detour through the queue."""
        self._queued += 1
        self._clock += 1000
        facts.setdefault("causes", [{"_class": "hudson.model.Cause$UserIdCause", "userId": USER,
                                     "shortDescription": "Started by user Ana",
                                     "userName": "Ana"}])
        made = Build(job, len(job.builds) + 1, self._queued, self._clock, **facts)
        job.builds.insert(0, made)
        return made

    def step(self, **facts: Any) -> Build:
        """The oldest thing in the queue is begun."""
        one = next(one for one in self.waiting if not one.build and not one.cancelled)
        self._clock += 1000
        one.build = Build(one.job, len(one.job.builds) + 1, one.id, self._clock,
                          parameters=one.parameters, **facts)
        one.job.builds.insert(0, one.build)
        return one.build

    # What every request goes through

    def headers(self) -> dict[str, str]:
        return {"X-Jenkins": "2.528"}

    def refusal(self, status: int) -> Reply:
        headers = {"Content-Type": "text/html;charset=utf-8"}
        if status == 429:
            headers["Retry-After"] = str(self.retry_after)
        return Reply(f"<html><title>Error {status}</title></html>", status, headers)

    def answer(self, ask: Ask) -> Reply:
        known = self._known(ask)
        if known == "wrong" or (known == "anonymous" and (self._token or self._password)):
            return self.refusal(401)
        crumb = ask.headers.get("Jenkins-Crumb") or (
            ask.form().get("Jenkins-Crumb") if ask.method == "POST" else None)
        if ask.method == "POST" and known == "password" and crumb != f"crumb-{self._crumbs}":
            return self.refusal(403)
        return super().answer(ask)

    def _known(self, ask: Ask) -> str:
        text = ask.headers.get("Authorization", "")
        if not text:
            return "anonymous"
        user, _, secret = base64.b64decode(text.removeprefix("Basic ")).decode().partition(":")
        if user != USER or secret not in {self._token, self._password} - {""}:
            return "wrong"
        return "token" if secret == self._token else "password"

    def _item(self, ask: Ask) -> Item | None:
        item = self.root
        for part in (ask.found.get("job") or "").split("/job/")[1:]:
            found = item.items.get(unquote(part))
            if found is None:
                return None
            item = found
        return item

    def _found(self, ask: Ask) -> Build | None:
        item = self._item(ask)
        builds = item.builds if item is not None else []
        return next((one for one in builds if one.number == int(ask["number"])), None)

    def _told(self, ask: Ask, value: dict[str, Any]) -> Reply:
        tree = ask.first("tree")
        return Reply(chosen(value, parse(tree) if tree else None))

    # Items and builds

    @route("GET", rf"(?:{JOB})?/api/json")
    def item(self, ask: Ask) -> Reply:
        found = self._item(ask)
        if found is None:
            return self.refusal(404)
        return self._told(ask, item_json(found, self.believed))

    @route("HEAD", r"/")
    def head(self, ask: Ask) -> Reply:
        return Reply("")

    @route("GET", rf"{BUILD}/api/json")
    def one_build(self, ask: Ask) -> Reply:
        build = self._found(ask)
        if build is None:
            return self.refusal(404)
        return self._told(ask, build_json(build, self.believed))

    @route("GET", rf"{BUILD}/logText/progressiveText")
    def progressive(self, ask: Ask) -> Reply:
        build = self._found(ask)
        if build is None:
            return self.refusal(404)
        start = min(ask.whole("start", 0), len(build.log))
        headers = {"X-Text-Size": str(len(build.log)), "Content-Type": "text/plain;charset=utf-8"}
        if build.result is None:
            headers["X-More-Data"] = "true"
        return Reply(build.text(start), 200, headers)

    @route("GET", rf"{BUILD}/testReport/api/json")
    def tests(self, ask: Ask) -> Reply:
        build = self._found(ask)
        if build is None or not build.tests:
            return self.refusal(404)
        cases = [
            {"_class": "hudson.tasks.junit.CaseResult", "className": place, "name": name,
             "status": status, "errorDetails": details or None}
            for place, name, status, details in build.tests
        ]
        return self._told(ask, {
            "_class": "hudson.tasks.junit.TestResult", "failCount": 1, "passCount": 1,
            "suites": [{"name": "all", "cases": cases}],
        })

    # Acts

    @route("POST", rf"{BUILD}/(?P<way>stop|term|kill)")
    def end(self, ask: Ask) -> Reply:
        build = self._found(ask)
        if build is None or (ask["way"] != "stop" and build.job.kind != PIPELINE):
            return self.refusal(404)
        if ask["way"] not in build.deaf_to and build.result is None:
            build.result = "ABORTED"
        return Reply("", 302, {"Location": build.path}) if ask["way"] == "stop" else Reply("")

    @route("POST", rf"{JOB}/(?P<entry>build|buildWithParameters)")
    def start(self, ask: Ask) -> Reply:
        item = self._item(ask)
        if item is None:
            return self.refusal(404)
        form = {**{name: values[0] for name, values in ask.query.items()}, **ask.form()}
        form.pop("Jenkins-Crumb", None)
        self.sent.append(form)
        known = {one["name"]: one for one in item.parameters}
        if bool(known) != (ask["entry"] == "buildWithParameters"):
            return self.refusal(400 if known else 500)
        for name, value in form.items():
            if name in known and value not in known[name].get("choices", [value]):
                return self.refusal(500)
        values = {name: str((one.get("defaultParameterValue") or {}).get("value") or "")
                  for name, one in known.items()}
        self._queued += 1
        self.waiting.append(Waiting(self._queued, item, self._clock + 500, {
            **values, **{name: value for name, value in form.items() if name in known},
        }))
        return Reply("", 201, {"Location": f"{self.believed}/queue/item/{self._queued}/"})

    # The queue

    @route("GET", r"/queue/api/json")
    def queue(self, ask: Ask) -> Reply:
        items = [waiting_json(one, self.believed) for one in self.waiting
                 if not one.build and not one.cancelled]
        return self._told(ask, {"_class": "hudson.model.Queue", "items": items})

    @route("GET", r"/queue/item/(?P<id>[0-9]+)/api/json")
    def queue_item(self, ask: Ask) -> Reply:
        one = next((one for one in self.waiting if one.id == int(ask["id"])), None)
        if one is None:
            return self.refusal(404)
        return self._told(ask, waiting_json(one, self.believed))

    @route("POST", r"/queue/cancelItem")
    def cancel_item(self, ask: Ask) -> Reply:
        one = next((one for one in self.waiting if one.id == ask.whole("id", 0)), None)
        if one is None or one.build:
            return self.refusal(404)
        one.cancelled = True
        return Reply(None, 204)

    @route("GET", r"/crumbIssuer/api/json")
    def crumb(self, ask: Ask) -> Reply:
        self._crumbs += 1
        return Reply({"_class": "hudson.security.csrf.DefaultCrumbIssuer",
                      "crumb": f"crumb-{self._crumbs}", "crumbRequestField": "Jenkins-Crumb"})

    # The Pipeline REST API plugin

    def _pipeline(self, ask: Ask) -> Build | None:
        build = self._found(ask)
        if build is None or build.job.kind != PIPELINE or not self.plugin:
            return None
        return build

    @route("GET", rf"{BUILD}/wfapi/describe")
    def describe(self, ask: Ask) -> Reply:
        build = self._pipeline(ask)
        return self.refusal(404) if build is None else Reply(pipeline.describe(build))

    @route("GET", rf"{BUILD}/execution/node/(?P<node>[0-9]+)/wfapi/describe")
    def describe_stage(self, ask: Ask) -> Reply:
        build = self._pipeline(ask)
        for number in range(len(build.stages) if build is not None else 0):
            if build is not None and pipeline.node(number) == ask["node"]:
                return Reply(pipeline.describe_stage(build, number))
        return self.refusal(404)

    @route("GET", rf"{BUILD}/execution/node/(?P<node>[0-9]+)/wfapi/log")
    def short_log(self, ask: Ask) -> Reply:
        build = self._pipeline(ask)
        found = pipeline.step_log(build, ask["node"]) if build is not None else None
        if found is None:
            return self.refusal(404)
        return Reply(pipeline.short_log(ask["node"], found[0]))

    @route("GET", rf"{BUILD}/execution/node/(?P<node>[0-9]+)/log/logText/progressiveText")
    def step_text(self, ask: Ask) -> Reply:
        build = self._found(ask)
        found = pipeline.step_log(build, ask["node"]) if build is not None else None
        if found is None or not self.step_texts:
            return self.refusal(404)
        data, grows = found
        headers = {"X-Text-Size": str(len(data)), "Content-Type": "text/plain;charset=utf-8"}
        return Reply(data[ask.whole("start", 0):], 200,
                     {**headers, **({"X-More-Data": "true"} if grows else {})})

    @route("GET", rf"{BUILD}/wfapi/pendingInputActions")
    def pending(self, ask: Ask) -> Reply:
        build = self._pipeline(ask)
        return self.refusal(404) if build is None else Reply(pipeline.pending(build))

    @route("POST", rf"{BUILD}/input/Ask(?P<which>[0-9]+)/proceedEmpty")
    def proceed(self, ask: Ask) -> Reply:
        build = self._found(ask)
        if build is None or int(ask["which"]) >= len(build.asks):
            return self.refusal(404)
        del build.asks[list(build.asks)[int(ask["which"])]]
        return Reply("")
