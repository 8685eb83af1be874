"""The fake is driven by python-gitlab, so that it is not only our own word for GitLab."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes.ci.gitlab import PROJECT, TOKEN, FakeGitLab, suite

gitlab = pytest.importorskip("gitlab")


@pytest.fixture
def project(fake: FakeGitLab) -> Iterator[Any]:
    with gitlab.Gitlab(fake.address, oauth_token=TOKEN, retry_transient_errors=False) as client:
        yield client.projects.get(PROJECT)


def test_it_lists_pipelines_page_by_page(fake: FakeGitLab, project: Any) -> None:
    fake.fill(45)
    found = project.pipelines.list(iterator=True, per_page=20, order_by="id")
    assert found.total == 45
    assert [one.iid for one in found] == list(range(45, 0, -1))
    fake.add("failed", "x", "c" * 40)
    one, = project.pipelines.list(sha="c" * 40, get_all=False)
    assert (one.status, one.ref, one.source) == ("failed", "x", "push")
    assert project.pipelines.get(one.id).user["username"] == "ana"
    assert project.pipelines.latest(ref="x").id == one.id
    with pytest.raises(gitlab.GitlabError, match="403"):
        project.pipelines.latest(ref="nowhere")


def test_it_shows_jobs_their_traces_and_bridges(fake: FakeGitLab, project: Any) -> None:
    pipeline = fake.add("failed", jobs=("unit",))
    pipeline.jobs[0].trace = b"section_start:1:a\r\x1b[0Kboom\n"
    fake.add_job(pipeline, "images", "failed", starts=fake.add("failed"))
    seen = project.pipelines.get(pipeline.id)
    job, = seen.jobs.list(get_all=True)
    assert (job.name, job.stage, job.failure_reason) == ("unit", "build", "script_failure")
    assert project.jobs.get(job.id).trace() == pipeline.jobs[0].trace
    bridge, = seen.bridges.list(get_all=True)
    assert bridge.downstream_pipeline["status"] == "failed"


def test_it_retries_cancels_plays_and_creates(fake: FakeGitLab, project: Any) -> None:
    pipeline = fake.add("failed", jobs=("unit",))
    seen = project.pipelines.get(pipeline.id)
    seen.retry()
    assert len(seen.jobs.list(include_retried=True, get_all=True)) == 2
    assert len(seen.jobs.list(get_all=True)) == 1
    seen.cancel()
    assert project.pipelines.get(pipeline.id).status == "canceled"
    job = project.jobs.get(pipeline.jobs[-1].id)
    job.retry()
    project.jobs.get(pipeline.jobs[-1].id).cancel()
    assert pipeline.jobs[-1].status == "canceled"
    gate = fake.add_job(pipeline, "deploy", "manual")
    project.jobs.get(gate.id).play()
    assert gate.status == "pending"
    with pytest.raises(gitlab.GitlabJobPlayError):
        project.jobs.get(gate.id).play()
    with pytest.raises(gitlab.GitlabJobRetryError, match="403"):
        project.jobs.get(gate.id).retry()
    made = project.pipelines.create({
        "ref": "main", "variables": [{"key": "LEVEL", "value": "debug"}],
        "inputs": {"where": "live"},
    })
    assert (made.status, fake.pipelines[-1].variables) == ("created", {"LEVEL": "debug"})
    with pytest.raises(gitlab.GitlabCreateError, match="Reference not found"):
        project.pipelines.create({"ref": "gone"})


def test_it_reports_tests(fake: FakeGitLab, project: Any) -> None:
    pipeline = fake.add("failed", jobs=("unit",))
    pipeline.suites = [suite("unit", ("failed", "test_one", "E 1"), ("success", "test_two", ""))]
    seen = project.pipelines.get(pipeline.id)
    assert seen.test_report.get().failed_count == 1
    summary = seen.test_report_summary.get()
    assert summary.total["failed"] == 1
    assert summary.test_suites[0]["build_ids"] == [pipeline.jobs[0].id]


@pytest.mark.parametrize(("kind", "error"), [
    ("401", "GitlabAuthenticationError"), ("404", "GitlabGetError"), ("500", "GitlabGetError"),
])
def test_its_refusals_are_understood(
    fake: FakeGitLab, project: Any, kind: str, error: str
) -> None:
    fake.break_with(kind)
    with pytest.raises(getattr(gitlab, error)):
        project.pipelines.get(1)
