"""How the fake GitHub tells what it knows: one function an object of its API."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tests.fakes.ci import github_shapes as shapes
from tests.fakes.ci.github_world import Annotation, Attempt, Job, Run, Step, WorkflowFile

if TYPE_CHECKING:
    from tests.fakes.ci.github_state import GitHubState

OWNER, NAME = "ana", "churn"


def iso(when: datetime | None) -> str | None:
    return None if when is None else f"{when:%Y-%m-%dT%H:%M:%SZ}"


def root(fake: GitHubState) -> str:
    return f"{fake.address}/repos/{OWNER}/{NAME}"


def full_repository(fake: GitHubState, default: str) -> dict[str, Any]:
    url, now = root(fake), iso(fake.clock.now())
    counts = ("forks", "forks_count", "open_issues", "open_issues_count", "size", "watchers",
              "stargazers_count", "watchers_count", "network_count", "subscribers_count")
    wikis = ("has_issues", "has_projects", "has_wiki", "has_pages", "has_discussions")
    return {
        **shapes.repository(fake.address, OWNER, NAME), "default_branch": default,
        **dict.fromkeys(counts, 0), **dict.fromkeys(wikis, False), "clone_url": url,
        "git_url": url, "ssh_url": url, "svn_url": url, "mirror_url": None, "homepage": None,
        "language": None, "license": None, "archived": False, "disabled": False,
        "pushed_at": now, "created_at": now, "updated_at": now,
    }


def run(fake: GitHubState, one: Run, attempt: Attempt | None = None) -> dict[str, Any]:
    attempt = attempt or one.latest
    url = f"{root(fake)}/actions/runs/{one.id}"
    repository = shapes.repository(fake.address, OWNER, NAME)
    created = iso(one.created)
    assert created is not None
    former = f"{url}/attempts/{attempt.number - 1}" if attempt.number > 1 else None
    links = {name: f"{url}/{name}" for name in ("jobs", "logs", "cancel", "rerun", "artifacts")}
    return {
        "id": one.id, "node_id": shapes.node("WorkflowRun", one.id), "name": one.workflow.name,
        "head_branch": one.branch, "head_sha": one.sha, "path": one.workflow.path,
        "run_number": one.number, "run_attempt": attempt.number, "event": one.event,
        "display_title": one.title, "status": attempt.status, "conclusion": attempt.conclusion,
        "workflow_id": one.workflow.id, "url": url, "pull_requests": [], "created_at": created,
        "html_url": f"{fake.address}/{OWNER}/{NAME}/actions/runs/{one.id}",
        "updated_at": iso(attempt.finished or fake.clock.now()),
        "run_started_at": iso(attempt.started), "check_suite_id": one.id,
        "actor": shapes.user(fake.address, one.who), "head_repository": repository,
        "triggering_actor": shapes.user(fake.address, attempt.who), "repository": repository,
        "head_commit": shapes.short_commit(one.sha, one.title, one.who, created),
        "previous_attempt_url": former, "check_suite_url": f"{root(fake)}/check-suites/{one.id}",
        "workflow_url": f"{root(fake)}/actions/workflows/{one.workflow.id}",
        **{f"{name}_url": link for name, link in links.items()},
    }


def job(fake: GitHubState, of: Run, one: Job) -> dict[str, Any]:
    url, began = f"{root(fake)}/actions/jobs/{one.id}", one.started is not None
    return {
        "id": one.id, "node_id": shapes.node("CheckRun", one.id), "run_id": of.id,
        "run_url": f"{root(fake)}/actions/runs/{of.id}", "run_attempt": one.attempt,
        "head_sha": of.sha, "head_branch": of.branch, "workflow_name": of.workflow.name,
        "name": one.plan.name, "url": url, "status": one.status, "conclusion": one.conclusion,
        "html_url": f"{fake.address}/{OWNER}/{NAME}/actions/runs/{of.id}/job/{one.id}",
        "created_at": iso(one.created), "started_at": iso(one.started or one.created),
        "completed_at": iso(one.finished), "labels": ["ubuntu-latest"],
        "check_run_url": f"{root(fake)}/check-runs/{one.id}", "runner_id": 1 if began else None,
        "runner_name": "GitHub Actions 1" if began else None,
        "runner_group_id": 1 if began else None,
        "runner_group_name": "GitHub Actions" if began else None,
        "steps": [step(each) for each in one.steps],
    }


def step(one: Step) -> dict[str, Any]:
    return {"name": one.name, "number": one.number, "status": one.status,
            "conclusion": one.conclusion, "started_at": iso(one.started),
            "completed_at": iso(one.finished)}


def annotation(fake: GitHubState, one: Annotation) -> dict[str, Any]:
    return {
        "path": one.path, "start_line": one.line, "end_line": one.line, "start_column": None,
        "end_column": None, "annotation_level": one.level, "title": one.title,
        "message": one.message, "raw_details": None,
        "blob_href": f"{fake.address}/{OWNER}/{NAME}/blob/main/{one.path}",
    }


def workflow(fake: GitHubState, one: WorkflowFile) -> dict[str, Any]:
    url, now = f"{root(fake)}/actions/workflows/{one.id}", "2026-01-05T08:00:00.000Z"
    return {
        "id": one.id, "node_id": shapes.node("Workflow", one.id), "name": one.name,
        "path": one.path, "state": one.state, "created_at": now, "updated_at": now, "url": url,
        "html_url": url, "badge_url": f"{url}/badge.svg",
    }


def short_branch(fake: GitHubState, name: str, sha: str) -> dict[str, Any]:
    return {"name": name, "protected": False,
            "commit": {"sha": sha, "url": f"{root(fake)}/commits/{sha}"}}


def branch(
    fake: GitHubState, name: str, sha: str, required: tuple[str, ...] | None
) -> dict[str, Any]:
    url, when = f"{root(fake)}/branches/{quote(name, safe='')}", iso(fake.clock.now())
    checks = {"enforcement_level": "off" if required is None else "non_admins",
              "contexts": list(required or ()),
              "checks": [{"context": one, "app_id": None} for one in required or ()]}
    assert when is not None
    return {
        "name": name, "protected": required is not None, "protection_url": f"{url}/protection",
        "commit": shapes.commit(fake.address, root(fake), sha, "work", "ana", when),
        "protection": {"enabled": required is not None, "required_status_checks": checks},
        "_links": {"html": url, "self": url},
    }


def rules(required: tuple[str, ...] | None) -> list[dict[str, Any]]:
    if required is None:
        return []
    info = {"ruleset_source_type": "Repository", "ruleset_source": f"{OWNER}/{NAME}",
            "ruleset_id": 42}
    checks = [{"context": one} for one in required]
    return [
        {"type": "deletion", **info},
        {"type": "required_status_checks", **info, "parameters": {
            "required_status_checks": checks, "strict_required_status_checks_policy": False,
        }},
    ]


def pending(fake: GitHubState, name: str, mine: bool) -> dict[str, Any]:
    url = f"{root(fake)}/environments/{name}"
    return {
        "environment": {"id": shapes.number(name), "node_id": shapes.node("Environment", name),
                        "name": name, "url": url, "html_url": url},
        "wait_timer": 0, "wait_timer_started_at": None, "current_user_can_approve": mine,
        "reviewers": [{"type": "User", "reviewer": shapes.user(fake.address, "ana")}],
    }


def deployment(fake: GitHubState, of: Run, name: str) -> dict[str, Any]:
    url, now = f"{root(fake)}/deployments/{shapes.number(name)}", iso(fake.clock.now())
    return {
        "id": shapes.number(name), "node_id": shapes.node("Deployment", name), "sha": of.sha,
        "ref": of.branch, "task": "deploy", "environment": name, "payload": {},
        "description": None, "creator": shapes.user(fake.address, "ana"), "url": url,
        "statuses_url": f"{url}/statuses", "repository_url": root(fake), "created_at": now,
        "updated_at": now,
    }


def check(
    fake: GitHubState, sha: str, name: str, status: str, conclusion: str | None, app: str,
) -> dict[str, Any]:
    """A check run of somebody's app."""
    id_, now = fake.id(), iso(fake.clock.now())
    url = f"{root(fake)}/check-runs/{id_}"
    return {
        "id": id_, "node_id": shapes.node("CheckRun", id_), "head_sha": sha, "name": name,
        "url": url, "html_url": url, "details_url": f"https://{app}.example.org/{id_}",
        "status": status, "conclusion": conclusion, "started_at": now,
        "completed_at": now if conclusion else None, "external_id": "", "check_suite": {"id": 7},
        "output": {"title": None, "summary": None, "text": None, "annotations_count": 0,
                   "annotations_url": f"{url}/annotations"},
        "app": {
            "id": shapes.number(app), "node_id": shapes.node("App", app), "slug": app, "name": app,
            "client_id": app, "owner": shapes.user(fake.address, app), "description": None,
            "external_url": f"https://{app}.example.org", "html_url": f"{fake.address}/apps/{app}",
            "created_at": now, "updated_at": now, "permissions": {}, "events": [],
        },
        "pull_requests": [],
    }


def combined(fake: GitHubState, sha: str, statuses: list[tuple[str, str]]) -> dict[str, Any]:
    """GitHub says `pending` of a commit that nobody ever reported on."""
    url, now = f"{root(fake)}/commits/{sha}", iso(fake.clock.now())
    states = {state for _, state in statuses}
    worst = "failure" if states & {"failure", "error"} else \
        "success" if states == {"success"} else "pending"
    return {
        "state": worst, "sha": sha, "total_count": len(statuses), "commit_url": url,
        "url": f"{url}/status", "repository": shapes.repository(fake.address, OWNER, NAME),
        "statuses": [{
            "id": number, "node_id": shapes.node("Status", number), "state": state,
            "context": context, "description": f"it is {state}", "target_url":
            f"https://ci.example.org/{number}", "avatar_url": None, "created_at": now,
            "url": f"{root(fake)}/statuses/{sha}", "updated_at": now,
        } for number, (context, state) in enumerate(statuses, 1)],
    }
