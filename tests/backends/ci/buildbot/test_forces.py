"""Force schedulers with more than one codebase, which the master of the tests has not."""

from __future__ import annotations

import pytest

from opstui.backends.ci.buildbot.forces import parameters, workflows_of
from opstui.backends.json_object import Json

OURS = {"branch": "main", "revision": "a" * 40, "repository": "git@git.example.org:ml/churn.git",
        "project": "churn"}


def field(name: str, full: str = "", **more: object) -> dict[str, object]:
    return {"name": name, "fullName": full or name, "type": "text", "default": "", "label": name,
            "required": False, "hide": False, **more}


def codebase(name: str, repository: str) -> dict[str, object]:
    return {"name": name, "fullName": name, "type": "nested", "fields": [
        field("branch", f"{name}_branch", default="stable"), field("revision", f"{name}_revision"),
        field("repository", f"{name}_repository", default=repository, type="fixed", hide=True),
    ]}


def scheduler(*fields: dict[str, object]) -> Json:
    told = {"name": "force", "enabled": True, "builder_names": ["churn", "gone"],
            "all_fields": list(fields)}
    return Json(told, "http://ci", "Buildbot")


def test_only_our_codebase_gets_the_commit() -> None:
    both = scheduler(
        codebase("app", "https://git.example.org/ml/churn"),
        codebase("library", "https://git.example.org/ops/library"), field("reason"),
    )
    assert parameters(both, 2, {"reason": "why"}, OURS) == {
        "builderid": 2, "reason": "why", "app_branch": "main", "app_revision": "a" * 40,
        "app_repository": OURS["repository"],
    }
    (work,) = workflows_of(both, {"churn": 2})
    assert (work.id, work.name, work.note) == ("force/2", "churn", "")
    assert [one.name for one in work.inputs] == ["reason"]


@pytest.mark.parametrize("told", [
    scheduler(field("branch")), scheduler(field("branch"), field("repository")),
])
def test_a_form_without_a_revision_says_so(told: Json) -> None:
    (work,) = workflows_of(told, {"churn": 2})
    assert work.note == "builds the branch's head, not a chosen commit"
