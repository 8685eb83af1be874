"""Histories of many runs at once, as a real server samples them, and page by page without that."""

from __future__ import annotations

import asyncio
import json
import math
import uuid
from urllib.parse import parse_qs, urlsplit

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.mlflow import course_parts, courses
from opstui.domain.errors import OpstuiError
from tests.backends.mlflow.talking import answer, connected, serving
from tests.servers.mlflow_server import Judge, MlflowServer


def trained(judge: Judge, count: int, steps: int) -> list[str]:
    """Runs whose loss falls; the first one's has odd values at its steps 3 to 5."""
    return list(judge(
        """
from mlflow.entities import Metric
experiment = client.create_experiment(name)
answer = []
for number in range(count):
    run = client.create_run(experiment)
    odd = {3: float("nan"), 4: float("inf"), 5: float("-inf")} if number == 0 else {}
    points = [Metric("val/loss: x", odd.get(step, number + 1 / (step + 1)), 1000 + step * 500, step)
              for step in range(steps)]
    for start in range(0, steps, 1000):
        client.log_batch(run.info.run_id, points[start:start + 1000])
    answer.append(run.info.run_id)
""",
        name=f"courses-{uuid.uuid4().hex[:8]}", count=count, steps=steps,
    ))


@pytest.mark.mlflow
@pytest.mark.mlflow2
async def test_several_runs_come_in_one_request_in_the_order_they_were_asked_for(
    mlflow_server: MlflowServer, judge: Judge
) -> None:
    runs = trained(judge, 3, 10)
    calls = RecentCalls()
    async with connected(mlflow_server.url, calls=calls) as mlflow:
        found = await mlflow.tracking.courses(list(reversed(runs)), "val/loss: x")
        nothing = await mlflow.tracking.courses(runs, "never logged")
    assert [one.run for one in found] == list(reversed(runs))
    assert [list(one.steps) for one in found] == [list(range(10))] * 3
    first = found[-1]
    assert math.isnan(first.values[3])
    assert list(first.values[4:6]) == [math.inf, -math.inf]
    assert first.times[2] - first.times[0] == 1.0
    assert not first.sampled
    assert [len(one) for one in nothing] == [0, 0, 0]
    assert len(calls.calls()) == 2
    assert all(run in calls.calls()[0].command for run in runs), "the command names every run"


@pytest.mark.mlflow
@pytest.mark.mlflow2
async def test_a_long_course_is_sampled_and_an_interval_of_it_is_whole(
    mlflow_server: MlflowServer, judge: Judge
) -> None:
    [run] = trained(judge, 1, 3000)
    async with connected(mlflow_server.url) as mlflow:
        [some] = await mlflow.tracking.courses([run], "val/loss: x", points=200)
        [part] = await mlflow.tracking.courses(
            [run], "val/loss: x", interval=(100, 149), points=200)
        every = await mlflow.tracking.whole_course(run, "val/loss: x")
    assert some.sampled
    assert 100 <= len(some) <= 400
    assert (some.steps[0], some.steps[-1]) == (0, 2999)
    assert list(part.steps) == list(range(100, 150))
    assert not part.sampled
    assert list(every.steps) == list(range(3000))


async def test_a_server_without_sampling_is_read_page_by_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(courses, "PAGE", 2)
    asked: list[str] = []

    async def handle(first: str, _headers: dict[str, str], _body: bytes) -> bytes:
        asked.append(first.split(" ")[1])
        if "bulk-interval" in first:
            return answer("<html>no</html>", "404 Not Found", "text/html")
        page = 2 if "page_token=more" in first else 1
        points = [{"key": "loss", "value": n / 2, "timestamp": n, "step": n}
                  for n in (range(2) if page == 1 else range(2, 4))]
        more = {"next_page_token": "more"} if page == 1 else {}
        return answer(json.dumps({"metrics": points, **more}))

    async with serving(handle) as url, connected(url) as mlflow:
        [one, two] = await mlflow.tracking.courses(["a", "b"], "loss")
        [part, _] = await mlflow.tracking.courses(["a", "b"], "loss", interval=(1, 2))
    assert (one.run, list(one.steps), list(one.values)) == ("a", [0, 1, 2, 3], [0, 0.5, 1, 1.5])
    assert list(two.steps) == [0, 1, 2, 3]
    assert list(part.steps) == [1, 2]
    assert "run_ids=a&run_ids=b" in asked[0]


async def test_a_course_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courses, "MOST", 3)
    pages = iter(range(100))

    async def handle(_first: str, _headers: dict[str, str], _body: bytes) -> bytes:
        number = next(pages)
        return answer(json.dumps({
            "metrics": [{"value": 1, "step": number, "timestamp": 0}],
            "next_page_token": f"t{number}",
        }))

    async with serving(handle) as url, connected(url) as mlflow:
        course = await mlflow.tracking.whole_course("a", "loss")
    assert list(course.steps) == [0, 1, 2]
    assert course.sampled
    assert all(math.isnan(time) for time in course.times)


class Slow:
    """A server that never answers what is too much at once; `loss` is the step."""

    def __init__(self, last: int, most: int) -> None:
        self.last, self.most = last, most
        self.intervals: list[tuple[str, int, int]] = []

    async def handle(self, first: str, _headers: dict[str, str], _body: bytes) -> bytes:
        asked = parse_qs(urlsplit(first.split(" ")[1]).query)
        if "runs/get?" in first:
            metrics = [{"key": "loss", "value": 1, "step": self.last, "timestamp": 1}]
            return answer(json.dumps({"run": {"data": {"metrics": metrics}}}))
        low = int(asked.get("start_step", ["0"])[0])
        high = int(asked.get("end_step", [str(self.last)])[0])
        inside = range(max(0, low), min(self.last, high) + 1)
        if len(inside) > self.most or len(asked["run_ids"]) > 1:
            await asyncio.Event().wait()
        [run] = asked["run_ids"]
        self.intervals.append((run, inside[0], inside[-1]))
        by = max(1, len(inside) // int(asked["max_results"][0]))
        return answer(json.dumps({"metrics": [
            {"run_id": run, "value": n, "step": n, "timestamp": n} for n in inside[::by]
        ]}))


async def test_what_is_too_much_at_once_comes_run_by_run_and_part_by_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(courses, "PATIENCE", 0.2)
    monkeypatch.setattr(course_parts, "PART", 250)
    slow, known = Slow(999, 260), []
    async with serving(slow.handle) as url, connected(url) as mlflow:
        one, two = await mlflow.tracking.courses(
            ["a", "b"], "loss", points=400,
            grown=lambda found: known.append([len(each) for each in found]),
        )
        near, _ = await mlflow.tracking.courses(["a", "b"], "loss", interval=(300, 310))
        points = await mlflow.tracking.history("a", "loss")
    for each in (one, two):
        assert (each.steps[0], each.steps[-1], each.sampled) == (0, 999, True)
        assert list(each.values) == [float(step) for step in each.steps]
    assert sorted(slow.intervals[:8]) == [
        (run, low, high) for run in "ab"
        for low, high in ((0, 248), (249, 498), (499, 748), (749, 999))
    ]
    assert len(known) == 8 and all(sum(known[n]) < sum(known[n + 1]) for n in range(7))
    assert list(near.steps) == list(range(300, 311))
    assert points[0].step == 0 and points[-1].step >= 990


async def test_a_part_that_is_too_slow_is_halved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courses, "PATIENCE", 0.2)
    monkeypatch.setattr(course_parts, "PART", 500)
    slow = Slow(999, 300)
    async with serving(slow.handle) as url, connected(
        url, {"MLFLOW_HTTP_REQUEST_TIMEOUT": "1"}
    ) as mlflow:
        [one] = await mlflow.tracking.courses(["a"], "loss")
    assert list(one.steps) == list(range(1000))
    assert all(high - low < 300 for _, low, high in slow.intervals)


async def test_a_server_that_is_too_slow_for_any_part_is_one_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(courses, "PATIENCE", 0.1)
    monkeypatch.setattr(course_parts, "HALVINGS", 0)
    slow = Slow(999, 1)
    async with serving(slow.handle) as url, connected(
        url, {"MLFLOW_HTTP_REQUEST_TIMEOUT": "1"}
    ) as mlflow:
        with pytest.raises(OpstuiError, match="did not answer"):
            await mlflow.tracking.courses(["a"], "loss")
