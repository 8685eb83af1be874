"""Where a repository can be opened on the web."""

from __future__ import annotations

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.git.remotes import web_url
from opstui.backends.git.repository import GitRepository
from tests.backends.git.repo import Repo


@pytest.mark.parametrize(("url", "page"), [
    ("git@github.com:team/churn.git", "https://github.com/team/churn"),
    ("github.com:team/churn", "https://github.com/team/churn"),
    ("git@host:/abs/churn.git/", "https://host/abs/churn"),
    ("ssh://git@host.example:2222/team/churn.git", "https://host.example/team/churn"),
    ("https://ana:token@gitlab.com/a/b/churn.git", "https://gitlab.com/a/b/churn"),
    ("http://host:3000/team/churn", "http://host:3000/team/churn"),
    ("https://user@[::1]:8443/x.git", "https://[::1]:8443/x"),
    ("git://host/churn.git", "https://host/churn"),
    ("/srv/git/churn.git", ""),
    ("../churn", ""),
    ("file:///srv/git/churn.git", ""),
    ("C:/git/churn", ""),
    ("ext::sh -c evil", ""),
    ("https://host:port/x", ""),
    ("", ""),
])
def test_a_fetch_url_gives_a_page_without_secrets(url: str, page: str) -> None:
    assert web_url(url) == page


async def test_origin_comes_first_and_insteadof_counts(repo: Repo, calls: RecentCalls) -> None:
    git = GitRepository(repo.path, calls)
    assert await git.remote_url() == ""
    repo.git("remote", "add", "another", "git@example.org:x/another.git")
    assert await git.remote_url() == "https://example.org/x/another"
    repo.git("config", "url.https://example.org/.insteadOf", "ex:")
    repo.git("remote", "add", "origin", "ex:team/churn.git")
    assert await git.remote_url() == "https://example.org/team/churn"
