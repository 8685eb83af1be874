"""What needs a person, from bare facts: each kind, its severity, and what is no trouble at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.domain.attention import (
    Facts,
    Interrupted,
    Severity,
    Source,
    concerns,
    default_branch,
    median,
    unknown,
)
from opstui.domain.branch import Branch
from opstui.domain.ci import CiRun
from opstui.domain.disk import Disk
from opstui.domain.experiment import Run
from opstui.domain.image import Container
from opstui.domain.served import Served
from opstui.domain.status import Status

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SHA, OLD = "a" * 40, "b" * 40


def ago(**length: float) -> datetime:
    return NOW - timedelta(**length)


def run(status: Status, **facts: Any) -> CiRun:
    given: dict[str, Any] = {
        "server": "local", "id": "1", "number": 1, "workflow": "unit", "commit": SHA,
        "branch": "main", "created": ago(hours=1), "started": ago(hours=1), "status": status,
    }
    return CiRun(**{**given, **facts})


def container(state: str = "running", health: str = "healthy", key: str = "c1") -> Container:
    return Container(key, f"serve-{key}", "churn:1", "sha256:1", state, Status.UP, health)


def serves(key: str = "c1", **facts: Any) -> Served:
    given: dict[str, Any] = {"model": "churn", "alias": "champion", "started": ago(minutes=3)}
    return Served(key, f"serve-{key}", "models:/churn@champion", "label", **{**given, **facts})


def branch(name: str, commit: str = SHA, remote: str = "") -> Branch:
    return Branch(f"refs/{name}", name, commit, ago(days=1), remote=remote)


def told(**facts: Any) -> list[tuple[Severity, str, str, str]]:
    found = concerns(Facts(NOW, **facts))
    return [(one.severity, one.text, one.kind, one.target) for one in found]


@pytest.mark.parametrize("state, health, says", [
    ("running", "unhealthy", "is unhealthy"), ("exited", "", "has ended"),
    ("dead", "", "has ended"), ("restarting", "", "ends and is restarted again and again"),
    ("paused", "", "is paused"), ("running", "healthy", ""), ("running", "starting", ""),
    ("running", "", ""), ("created", "", ""),
])
def test_a_container_that_serves_a_model_and_does_not_do_it(
    state: str, health: str, says: str
) -> None:
    sick = container(state, health)
    expected = [(
        Severity.BROKEN, f"serve-c1, which serves churn@champion, {says}", "containers", "c1",
    )] if says else []
    assert told(containers=[sick], served=[serves()]) == expected
    assert told(containers=[sick]) == [], "one that serves no model is nobody's trouble"


def test_one_that_ended_after_another_took_over_is_no_trouble() -> None:
    ended, new = container("exited", "", "old"), container(key="new")
    facts = {"containers": [ended, new], "served": [serves("old"), serves("new")]}
    assert told(**facts) == []
    other = [serves("old"), serves("new", model="other")]
    assert [target for *_, target in told(containers=[ended, new], served=other)] == ["old"]


def test_ci_is_red_where_the_newest_run_of_a_workflow_at_the_default_branchs_head_is() -> None:
    heads = [branch("main"), branch("feature", OLD)]
    first = run(Status.FAILED, id="1", created=ago(hours=2))
    again = run(Status.PASSED, id="2", created=ago(hours=1))
    lint = run(Status.FAILED, id="3", workflow="lint", number=3)
    elsewhere = run(Status.FAILED, id="4", commit=OLD, branch="feature")
    assert told(branches=heads, ci_runs=[first, again, lint, elsewhere]) == [
        (Severity.BROKEN, "CI is red on main: lint #3 on aaaaaaa", "ci", "local/3"),
    ]
    assert told(branches=heads, ci_runs=[first, again]) == []


def test_red_stays_red_until_the_new_head_has_a_run() -> None:
    red = run(Status.FAILED, commit=OLD)
    assert len(told(branches=[branch("main")], ci_runs=[red])) == 1
    queued = run(Status.QUEUED, id="2", started=None)
    assert told(branches=[branch("main")], ci_runs=[red, queued]) == []


def test_what_was_pushed_counts_as_well() -> None:
    here, pushed = branch("main"), branch("origin/main", OLD, "origin")
    assert len(told(branches=[here, pushed], ci_runs=[run(Status.FAILED, commit=OLD)])) == 1


@pytest.mark.parametrize("names, expected", [
    (["feature", "master", "main"], "main"), (["master"], "master"), (["trunk", "x"], "trunk"),
    (["feature"], ""), ([], ""),
])
def test_the_default_branch(names: list[str], expected: str) -> None:
    assert default_branch(branch(name) for name in names) == expected
    assert default_branch(branch(f"origin/{name}", remote="origin") for name in names) == expected


def test_the_default_branch_is_what_the_remote_says_whatever_its_name() -> None:
    names = [branch("main"), branch("develop"), branch("origin/main", remote="origin"),
             branch("origin/develop", remote="origin")]
    fork = replace(branch("fork/v2", remote="fork"), default=True)
    told = replace(names[-1], default=True)
    assert default_branch([*names, fork]) == "v2"
    assert default_branch([fork, *names[:-1], told]) == "develop"


def timed(minutes: float, key: str) -> CiRun:
    return run(Status.PASSED, id=key, started=ago(days=1), commit=OLD,
               finished=ago(days=1) + timedelta(minutes=minutes))


@pytest.mark.parametrize("usual, minutes, stuck", [
    ((20, 20, 21), 59, False), ((20, 20, 21), 61, True), ((1, 1, 1), 29, False),
    ((1, 1, 1), 31, True), ((), 119, False), ((), 121, True),
])
def test_a_ci_run_is_stuck_that_takes_three_times_the_usual(
    usual: tuple[float, ...], minutes: float, stuck: bool
) -> None:
    before = [timed(length, f"p{n}") for n, length in enumerate(usual)]
    now = run(Status.RUNNING, id="9", number=9, started=ago(minutes=minutes))
    found = told(ci_runs=[*before, now])
    assert [target for *_, target in found] == (["local/9"] if stuck else [])
    if usual and stuck:
        assert "usually" in found[0][1]


def test_a_training_run_is_stuck_that_tells_nothing_for_a_day() -> None:
    training = Run("r1", "boost", "e1", Status.RUNNING, started=ago(hours=30))
    assert told(training=[(training, ago(hours=1))]) == []
    assert told(training=[(training, None)])[0][2:] == ("experiments", "e1")
    ended = replace(training, status=Status.PASSED)
    assert told(training=[(ended, None)]) == []


@pytest.mark.parametrize("free, severity", [
    (11, None), (10, Severity.WARNING), (4, Severity.WARNING), (3, Severity.BROKEN),
    (0, Severity.BROKEN),
])
def test_a_disk_that_is_nearly_full(free: int, severity: Severity | None) -> None:
    found = told(disks=[Disk("/", ("the repository", "images"), 100, free)])
    assert [one[0] for one in found] == ([severity] if severity else [])


def test_a_backend_that_stopped_answering_is_told_once_and_one_that_never_did_is_unknown() -> None:
    away = Source("docker", "images", True, "no answer", ago(minutes=2))
    also = Source("docker", "containers", True, "no answer", ago(minutes=2))
    never = Source("ci", "ci", False, "refused")
    unset = Source("mlflow", "models", False, "not set up", unset=True)
    facts = Facts(NOW, sources=[away, also, never, unset], unread=("disk",))
    (only,) = concerns(facts)
    assert (only.key, only.since, only.away) == ("away/docker", ago(minutes=2), True)
    assert unknown(facts) == ("ci",)
    assert unknown(replace(facts, sources=[away, unset])) == ("disk",)


def test_an_act_that_never_ended_leads_to_its_model() -> None:
    cut = Interrupted("x1", "model.promote", "churn@champion", ago(minutes=4))
    assert told(interrupted=[cut])[0][2:] == ("models", "churn")


def test_the_worst_comes_first_and_then_the_newest() -> None:
    old, new = (run(Status.RUNNING, id=key, number=n, started=ago(hours=hours), branch="x")
                for n, (key, hours) in enumerate((("old", 9), ("new", 5))))
    found = concerns(Facts(
        NOW, ci_runs=[old, new], containers=[container("exited", "")], served=[serves()],
    ))
    assert [one.key for one in found] == ["unhealthy/c1", "stuck/local/new", "stuck/local/old"]


@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_half_of_the_numbers_are_not_below_the_median_and_half_not_above(
    numbers: list[float]
) -> None:
    middle = median(numbers)
    assert sum(one <= middle for one in numbers) * 2 >= len(numbers)
    assert sum(one >= middle for one in numbers) * 2 >= len(numbers)


@given(st.permutations(range(6)))
def test_the_order_of_the_facts_does_not_matter(order: list[int]) -> None:
    runs = [run(Status.RUNNING, id=str(n), number=n, started=ago(hours=3 + n)) for n in range(6)]
    assert concerns(Facts(NOW, ci_runs=runs)) == concerns(
        Facts(NOW, ci_runs=[runs[n] for n in order])
    )
