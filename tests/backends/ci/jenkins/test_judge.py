"""The fake is judged by api4jenkins, a client that others wrote, and opstui beside it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from api4jenkins import Jenkins as Client
from api4jenkins.build import WorkflowRun
from api4jenkins.job import Folder, WorkflowJob, WorkflowMultiBranchProject

from tests.backends.ci.jenkins.test_runs import CLONED, SHA
from tests.fakes.ci.jenkins import FakeJenkins
from tests.fakes.ci.jenkins_state import FOLDER, MULTIBRANCH, PIPELINE, Build, Item

LOG = b"first\n" + b"line\n" * 200 + "größe\n".encode()


@pytest.fixture
def fake() -> Iterator[FakeJenkins]:
    with FakeJenkins(token="11aa") as fake:
        yield fake


@pytest.fixture
def branch(fake: FakeJenkins) -> Item:
    project = fake.root.add(FOLDER, "ml").add(MULTIBRANCH, "churn")
    project.add(PIPELINE, "main")
    return project.add(PIPELINE, "feature%2Fx")


@pytest.fixture
def client(fake: FakeJenkins) -> Iterator[Client]:
    client = Client(f"{fake.address}/", auth=("ana", "11aa"))
    yield client
    client.http_client.close()


def built(fake: FakeJenkins, branch: Item, **facts: object) -> Build:
    return fake.build(branch, log=LOG, checkouts=[(SHA, "feature/x", CLONED)], **facts)


def test_it_walks_folders_and_branches(fake: FakeJenkins, branch: Item, client: Client) -> None:
    assert client.version == "2.528"
    folder = client.get_job("ml")
    assert isinstance(folder, Folder)
    project = client.get_job("ml/churn")
    assert isinstance(project, WorkflowMultiBranchProject)
    found = project.get("feature%2Fx")
    assert isinstance(found, WorkflowJob)
    assert found.url == f"{fake.address}{branch.path}"
    assert "feature%252Fx" in found.url
    assert [job.url for job in project] == [
        f"{fake.address}{one.path}" for one in branch.parent.items.values()
    ]
    assert client.get_job("ml/nothing") is None


def test_it_reads_builds_causes_and_tests(
    fake: FakeJenkins, branch: Item, client: Client
) -> None:
    built(fake, branch, result="FAILURE", tests=[("tests.unit", "test_auc", "FAILED", "0.4")])
    project = client.get_job("ml/churn").get("feature%2Fx")
    build = project.get_last_build()
    assert isinstance(build, WorkflowRun)
    assert (build.number, build.result, build.building) == (1, "FAILURE", False)
    assert build.get_causes()[0]["userName"] == "Ana"
    assert [one.number for one in project] == [1]
    report = build.get_test_report()
    assert [case.name for suite in report for case in suite] == ["test_auc"]


def test_it_follows_a_log_to_its_end(
    fake: FakeJenkins, branch: Item, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = built(fake, branch)
    seen = client.get_job("ml/churn").get("feature%2Fx").get_last_build()
    pauses = iter(range(100))

    def pause(_: float) -> None:  # the client sleeps a second between two looks
        if next(pauses) == 1:
            build.log += b"last\n"
            build.result = "SUCCESS"
    monkeypatch.setattr(time, "sleep", pause)
    lines = list(seen.progressive_output())
    assert lines[:2] == ["first", "line"]
    assert lines[-2:] == ["größe", "last"]
    assert "\n".join(lines) == build.log.decode().rstrip("\n")


@pytest.mark.parametrize(("deaf", "way"), [
    (set(), "stop"), ({"stop"}, "term"), ({"stop", "term"}, "kill"),
])
def test_it_ends_a_build_in_each_way(
    fake: FakeJenkins, branch: Item, client: Client, deaf: set[str], way: str
) -> None:
    build = built(fake, branch, deaf_to=deaf)
    seen = client.get_job("ml/churn").get("feature%2Fx").get_last_build()
    for one in ("stop", "term", "kill"):
        assert seen.building
        getattr(seen, one)()
        if one == way:
            break
    assert not seen.building
    assert (seen.result, build.result) == ("ABORTED", "ABORTED")


def test_it_starts_builds_and_follows_them_out_of_the_queue(
    fake: FakeJenkins, branch: Item, client: Client
) -> None:
    branch.parameters = [{"_class": "hudson.model.StringParameterDefinition", "name": "target",
                          "type": "StringParameterDefinition", "description": "",
                          "defaultParameterValue": {"value": "stage"}}]
    job = client.get_job("ml/churn").get("feature%2Fx")
    assert [one["name"] for one in job.get_parameters()] == ["target"]
    item = job.build(target="live")
    assert client.queue.get(item.id) is not None
    fake.step(log=LOG)
    build = item.get_build()
    assert (build.number, build.queue_id) == (1, item.id)
    assert [(one.name, one.value) for one in build.get_parameters()] == [("target", "live")]
    other = job.build(target="stage")
    other.cancel()
    assert client.queue.get(other.id) is None


def test_it_answers_a_waiting_pipeline(fake: FakeJenkins, branch: Item, client: Client) -> None:
    build = built(fake, branch, asks={"Deploy?": []})
    seen = client.get_job("ml/churn").get("feature%2Fx").get_last_build()
    action = seen.get_pending_input()
    assert action.message == "Deploy?"
    action.submit()
    assert not build.asks
    assert seen.get_pending_input() is None
