"""`opstui status` and `opstui doctor` find a repository's CI server by its remote."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.ci.base import Ask, FakeServer, Reply, route

SECRET = "secret-27182818284590"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
WHEN = "2026-11-23T10:00:00.000Z"


class Lab(FakeServer):
    """A GitLab with one red pipeline, for who shows a token."""

    def allowed(self, ask: Ask) -> bool:
        return ask.headers.get("Authorization") == f"Bearer {SECRET}"

    @route("GET", r"/api/v4/version")
    def version(self, ask: Ask) -> Reply:
        return Reply({"message": "401 Unauthorized"}, 401)

    @route("GET", r"/api/v4/projects/team%2Fchurn/pipelines")
    def pipelines(self, ask: Ask) -> Reply:
        if not self.allowed(ask):
            return Reply({"message": "401 Unauthorized"}, 401)
        return Reply([{
            "id": 7, "iid": 3, "status": "failed", "source": "push", "ref": "main", "sha": COMMIT,
            "web_url": f"{self.address}/team/churn/-/pipelines/7", "created_at": WHEN,
            "updated_at": WHEN,
        }])


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab() as fake:
        yield fake


def opstui(root: Path, lab: Lab, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    repository = root / "churn"
    if not repository.exists():
        subprocess.run(("git", "init", "-q", "-b", "main", str(repository)), check=True)
        subprocess.run(
            ("git", "-C", str(repository), "remote", "add", "origin",
             f"{lab.address}/team/churn.git"), check=True,
        )
    return subprocess.run(
        (sys.executable, "-W", "error", "-m", "opstui", *words, str(repository)),
        capture_output=True, text=True, check=False, timeout=60,
        env={"PATH": os.environ["PATH"], "HOME": str(root), "DOCKER_HOST": "unix:///no/docker",
             "GIT_CONFIG_NOSYSTEM": "1", **environ},
    )


def test_status_has_the_runs_of_a_server_that_was_found_by_its_remote(
    tmp_path: Path, lab: Lab
) -> None:
    done = opstui(tmp_path, lab, "status", "--json", GITLAB_TOKEN=SECRET, GITLAB_HOST=lab.address)
    section = json.loads(done.stdout)["ci"]
    assert section["error"] is None
    assert [(run["server"], run["id"], run["status"]) for run in section["items"]] == [
        ("gitlab", "7", "failed"),
    ]
    assert SECRET not in done.stdout + done.stderr
    log = tmp_path / ".local" / "state" / "opstui" / "opstui.log"
    assert not log.exists() or SECRET not in log.read_text()


def test_doctor_names_the_server_its_login_and_what_is_wrong_with_it(
    tmp_path: Path, lab: Lab
) -> None:
    """The token is for gitlab.com, so this host does not get it, and says 401."""
    done = opstui(tmp_path, lab, "doctor", GITLAB_TOKEN=SECRET)
    assert f"gitlab at {lab.address}/team/churn, login: anonymous" in done.stdout
    assert "GitLab wants a login" in done.stdout
    assert not any(SECRET in f"{ask.headers}" for ask in lab.requests)
    done = opstui(tmp_path, lab, "doctor", GITLAB_TOKEN=SECRET, GITLAB_HOST=lab.address)
    assert f"gitlab at {lab.address}/team/churn, login: GITLAB_TOKEN" in done.stdout
    assert SECRET not in done.stdout + done.stderr
