"""Pages of branches and commits at the known kinds of git hosting.

Paths: docs.github.com, docs.gitlab.com, docs.gitea.com (Codeberg and Forgejo alike) and
support.atlassian.com, as their repositories' own pages link them.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit


def _named(name: str) -> str:
    return quote(name.encode("utf-8", "surrogateescape"), safe="/")


def branch_page(repository: str, name: str) -> str:
    """The branch's page; empty for an empty repository address."""
    if not repository:
        return ""
    host = urlsplit(repository).hostname or ""
    if "bitbucket" in host:
        return f"{repository}/branch/{_named(name)}"
    if _is_gitea(host):
        return f"{repository}/src/branch/{_named(name)}"
    dash = "/-" if "gitlab" in host else ""
    return f"{repository}{dash}/tree/{_named(name)}"


def commit_page(repository: str, sha: str) -> str:
    """The commit's page; empty for an empty repository address."""
    if not repository:
        return ""
    host = urlsplit(repository).hostname or ""
    if "bitbucket" in host:
        return f"{repository}/commits/{sha}"
    dash = "/-" if "gitlab" in host else ""
    return f"{repository}{dash}/commit/{sha}"


def _is_gitea(host: str) -> bool:
    return any(word in host for word in ("gitea", "forgejo", "codeberg"))
