"""Remotes as git and ssh understand them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.ci.remotes import Looked, Remotes, parse


@pytest.mark.parametrize(("address", "web", "path"), [
    ("https://github.com/ana/churn.git", "https://github.com", "ana/churn"),
    ("https://ana:tok@github.com/ana/churn", "https://github.com", "ana/churn"),
    ("http://git.acme.org:3000/team/sub/churn.git/", "http://git.acme.org:3000", "team/sub/churn"),
    ("https://git.acme.org:443/team/churn", "https://git.acme.org", "team/churn"),
    ("git@github.com:ana/churn.git", "https://github.com", "ana/churn"),
    ("GitHub.com:ana/churn", "https://github.com", "ana/churn"),
    ("ssh://git@git.acme.org:2222/team/churn.git", "https://git.acme.org", "team/churn"),
    ("ssh://git@[2001:db8::1]/team/churn", "https://[2001:db8::1]", "team/churn"),
    ("https://git.acme.org/team/gr%C3%B6%C3%9Fe.git", "https://git.acme.org", "team/größe"),
])
def test_addresses_are_read_in_every_form(address: str, web: str, path: str) -> None:
    remote = parse("origin", address)
    assert remote is not None
    assert (remote.web, remote.path) == (web, path)


@pytest.mark.parametrize("address", [
    "/srv/git/churn.git", "../churn", "./a:b", "file:///srv/churn", "ext::sh -c whoami",
    "https:///churn", "https://github.com", "https://[broken/churn", "https://host:port/x/y",
    "-oProxyCommand=evil:x/y", "ssh://-oProxyCommand=evil/x", "https://host/../../etc", "",
    "origin", "https://ho st/x/y",
])
def test_what_names_no_host_is_none(address: str) -> None:
    assert parse("origin", address) is None


class Place:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.calls = RecentCalls()
        self.environ = {
            "HOME": str(root), "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1",
        }
        self.git("init", "-q", "-b", "main")

    @property
    def repository(self) -> Path:
        return self.root / "churn"

    def git(self, *arguments: str) -> None:
        self.repository.mkdir(exist_ok=True)
        subprocess.run(
            ("git", "-c", "user.name=Ana", "-c", "user.email=a@example.org", *arguments),
            cwd=self.repository, env=self.environ, check=True, capture_output=True,
        )

    def remotes(self, **environ: str) -> Remotes:
        return Remotes(self.repository, {**self.environ, **environ}, self.calls)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


async def test_origin_comes_first_and_each_place_once(place: Place) -> None:
    place.git("remote", "add", "backup", "/srv/backup.git")
    place.git("remote", "add", "fork", "git@github.com:bo/churn.git")
    place.git("remote", "add", "again", "https://github.com/ana/churn")
    place.git("remote", "add", "origin", "git@github.com:ana/churn.git")
    looked = await place.remotes().look()
    assert [(one.name, one.path) for one in looked.remotes] == [
        ("origin", "ana/churn"), ("fork", "bo/churn"),
    ]
    assert {"/srv/backup.git", "git@github.com:bo/churn.git"} <= set(looked.addresses)


async def test_no_password_is_among_the_addresses(place: Place) -> None:
    place.git("remote", "add", "origin", "https://ana:hunter2@git.acme.org/team/churn.git")
    looked = await place.remotes().look()
    assert looked.addresses == (
        "https://git.acme.org/team/churn.git", "https://git.acme.org/team/churn",
    )
    assert "hunter2" not in " ".join(str(call) for call in place.calls.calls())


async def test_addresses_are_those_after_instead_of(place: Place) -> None:
    place.git("config", "--global", "url.https://git.acme.org/.insteadOf", "work:")
    place.git("remote", "add", "origin", "work:team/churn.git")
    (remote,) = (await place.remotes().look()).remotes
    assert (remote.web, remote.path) == ("https://git.acme.org", "team/churn")


async def test_hosts_are_those_that_ssh_aliases_stand_for(place: Place) -> None:
    config = place.root / "ssh_config"
    config.write_text(
        "Host gh-work\n  HostName ssh.github.com\n  Port 443\n  User git\n"
        "Host lab\n  HostName Git.Acme.org\n"
    )
    place.git("remote", "add", "origin", "gh-work:ana/churn.git")
    place.git("remote", "add", "lab", "ssh://git@lab:2222/team/churn.git")
    command = f"ssh -F {config} -o BatchMode=yes"
    looked = await place.remotes(GIT_SSH_COMMAND=command).look()
    assert [one.web for one in looked.remotes] == ["https://github.com", "https://git.acme.org"]


async def test_an_ssh_that_hangs_or_is_missing_leaves_the_host_as_it_is(place: Place) -> None:
    place.git("remote", "add", "origin", "git@github.com:ana/churn.git")
    (remote,) = (await place.remotes(GIT_SSH_COMMAND="/no/such/ssh").look()).remotes
    assert remote.web == "https://github.com"


async def test_the_files_of_ci_servers_are_looked_up_at_head(place: Place) -> None:
    for name in (".gitlab-ci.yml", ".github/workflows/ci.yml", "Jenkinsfile"):
        path = place.repository / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x\n")
    place.git("add", ".gitlab-ci.yml", ".github")
    place.git("commit", "-qm", "ci")
    assert await place.remotes().files() == {".gitlab-ci.yml", ".github/workflows"}


async def test_a_folder_that_is_no_repository_has_none(tmp_path: Path) -> None:
    remotes = Remotes(tmp_path, dict(os.environ), RecentCalls())
    assert (await remotes.look(), await remotes.files()) == (Looked(), frozenset())


async def test_nothing_is_asked_of_any_host(place: Place) -> None:
    place.git("remote", "add", "origin", "https://127.0.0.1:1/ana/churn")
    await place.remotes().look()
    asked = [call.command for call in place.calls.calls()]
    assert asked and all("--get-url" in line or line.endswith(" remote") for line in asked)
