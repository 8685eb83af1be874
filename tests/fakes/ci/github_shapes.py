"""GitHub's objects in full, as its description wants them; all values are made up."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

REPOSITORY_LINKS = (
    "archive", "assignees", "blobs", "branches", "collaborators", "comments", "commits",
    "compare", "contents", "contributors", "deployments", "downloads", "events", "forks",
    "git_commits", "git_refs", "git_tags", "hooks", "issue_comment", "issue_events", "issues",
    "keys", "labels", "languages", "merges", "milestones", "notifications", "pulls", "releases",
    "stargazers", "statuses", "subscribers", "subscription", "tags", "teams", "trees",
)
USER_LINKS = (
    "events", "followers", "following", "gists", "organizations", "received_events", "repos",
    "starred", "subscriptions",
)


def node(kind: str, id_: object) -> str:
    """An opaque id, as GraphQL has them."""
    return base64.b64encode(f"{kind}{id_}".encode()).decode()


def user(address: str, login: str) -> dict[str, Any]:
    url = f"{address}/users/{login}"
    return {
        "login": login, "id": number(login), "node_id": node("User", login), "gravatar_id": "",
        "avatar_url": f"{address}/avatars/{login}", "url": url, "html_url": f"{address}/{login}",
        "type": "User", "site_admin": False,
        **{f"{name}_url": f"{url}/{name}" for name in USER_LINKS},
    }


def repository(address: str, owner: str, name: str) -> dict[str, Any]:
    url = f"{address}/repos/{owner}/{name}"
    return {
        "id": number(name), "node_id": node("Repository", name), "name": name,
        "full_name": f"{owner}/{name}", "owner": user(address, owner), "private": False,
        "html_url": f"{address}/{owner}/{name}", "description": None, "fork": False, "url": url,
        **{f"{link}_url": f"{url}/{link}" for link in REPOSITORY_LINKS},
    }


def commit(address: str, url: str, sha: str, title: str, who: str, when: str) -> dict[str, Any]:
    """A commit as `GET branches/B` tells it."""
    by = {"name": who, "email": f"{who}@example.org", "date": when}
    return {
        "url": f"{url}/commits/{sha}", "sha": sha, "node_id": node("Commit", sha),
        "html_url": f"{url}/commit/{sha}", "comments_url": f"{url}/commits/{sha}/comments",
        "commit": {
            "url": f"{url}/git/commits/{sha}", "author": by, "committer": by, "message": title,
            "comment_count": 0, "tree": {"sha": sha, "url": f"{url}/git/trees/{sha}"},
        },
        "author": user(address, who), "committer": user(address, who), "parents": [],
    }


def short_commit(sha: str, title: str, who: str, when: str) -> dict[str, Any]:
    """A commit as runs carry it."""
    by = {"name": who, "email": f"{who}@example.org"}
    return {"id": sha, "tree_id": sha, "message": title, "timestamp": when, "author": by,
            "committer": by}


def file(url: str, path: str, text: str) -> dict[str, Any]:
    """A file as the contents API tells it: base64 with line ends."""
    data = text.encode()
    here = f"{url}/contents/{path}"
    links = {"git": here, "html": here, "self": here}
    return {
        "type": "file", "encoding": "base64", "size": len(data), "name": path.rpartition("/")[2],
        "path": path, "content": base64.encodebytes(data).decode(), "url": here,
        "sha": hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest(), "git_url": here,
        "html_url": here, "download_url": here, "_links": links,
    }


def number(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:7], 16)
