"""CI servers are found by themselves: remotes, settings, hosts, and logins for the right one."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.ci import probe
from opstui.backends.ci.servers import Servers
from opstui.backends.ci.table import CiContext
from opstui.domain.ci import CiPlace
from tests.backends.ci.contract import Lure, saw_secret
from tests.fakes.ci.base import Ask, FakeServer, Reply, route

SECRET = "secret-27182818284590"


class Host(FakeServer):
    """A host that says what it is, and lists no runs."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    @route("GET", r"/api/v4/version")
    def gitlab(self, ask: Ask) -> Reply:
        return Reply({"message": "401 Unauthorized"}, 401 if self.kind == "gitlab" else 404)

    @route("GET", r"/api/v1/version")
    def gitea(self, ask: Ask) -> Reply:
        versions = {"gitea": "1.27.3", "forgejo": "15.0.2+gitea-1.22.0"}
        return Reply({"version": versions[self.kind]}) if self.kind in versions else Reply({}, 404)

    @route("GET", r"/api/v3/meta")
    def enterprise(self, ask: Ask) -> Reply:
        known = self.kind == "github"
        return Reply({"installed_version": "3.19.0"} if known else {}, 200 if known else 404)

    @route("GET", r"/api/v4/projects/.*")
    def pipelines(self, ask: Ask) -> Reply:
        return Reply([])

    @route("GET", r"/api/v3/repos/.*")
    def runs(self, ask: Ask) -> Reply:
        return Reply({"total_count": 0, "workflow_runs": []})


class House:
    """A repository, a person's machine, and what opstui finds from there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.calls = RecentCalls()
        self.environ = {
            "HOME": str(root), "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1",
            "GH_CONFIG_DIR": str(root / "no-gh"),
        }
        self.opened: list[Servers] = []
        self.repository = root / "churn"
        self.repository.mkdir()
        self.git("init", "-q", "-b", "main")
        self.git("commit", "-q", "--allow-empty", "-m", "first")

    def git(self, *arguments: str) -> None:
        subprocess.run(
            ("git", "-c", "user.name=Ana", "-c", "user.email=a@example.org", *arguments),
            cwd=self.repository, env=self.environ, check=True, capture_output=True,
        )

    def servers(self, options: dict[str, Any] | None = None, **environ: str) -> Servers:
        servers = Servers(CiContext(
            self.repository, self.root / "state", self.root / "cache", self.calls,
            environ={**self.environ, **environ}, options=options or {},
        ))
        self.opened.append(servers)
        return servers


async def found(servers: Servers) -> tuple[CiPlace, ...]:
    while await servers.find():
        pass
    return servers.places()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path)
    yield house
    for servers in house.opened:
        await servers.close()


@pytest.fixture
def gitlab() -> Iterator[Host]:
    with Host("gitlab") as host:
        yield host


@pytest.fixture
def enterprise() -> Iterator[Host]:
    with Host("github") as host:
        yield host


async def test_before_anything_is_looked_for_there_is_the_local_runner(house: House) -> None:
    servers = house.servers()
    assert [server.name for server in servers] == ["local"]
    assert servers.places() == () and not house.calls.calls()


async def test_well_known_hosts_are_found_without_asking_them(house: House) -> None:
    house.git("remote", "add", "upstream", "https://github.com/team/churn")
    house.git("remote", "add", "origin", "git@github.com:ana/churn.git")
    house.git("remote", "add", "lab", "https://gitlab.com/team/sub/churn.git")
    servers = house.servers(GH_TOKEN=SECRET)
    places = await found(servers)
    assert {(place.kind, place.where, place.login) for place in places} == {
        ("github", "https://github.com", "GH_TOKEN"),
        ("gitlab", "https://gitlab.com", "anonymous"),
    }
    assert sorted(server.name for server in servers)[-1].startswith("local")
    assert {server.where for server in servers} > {
        "https://github.com/ana/churn", "https://github.com/team/churn",
        "https://gitlab.com/team/sub/churn",
    }
    assert len({server.name for server in servers}) == 4
    assert not [call for call in house.calls.calls() if "curl" in call.command]
    assert SECRET not in f"{places}"


@pytest.mark.parametrize("kind", ["gitlab", "github", "gitea", "forgejo"])
async def test_another_host_is_asked_once_what_it_is_and_without_a_login(
    house: House, kind: str
) -> None:
    with Host(kind) as host:
        house.git("remote", "add", "origin", f"{host.address}/team/churn.git")
        house.git("remote", "add", "fork", f"{host.address}/ana/churn.git")
        (one, two) = await found(house.servers(GH_TOKEN=SECRET, GITLAB_TOKEN=SECRET))
        assert (one.kind, two.kind, one.login) == (kind, kind, "anonymous")
        assert len(host.requests) == 3
        assert saw_secret(host) == []
        await found(house.servers())
        assert len(host.requests) == 3, "what it said is remembered"


async def test_a_host_that_is_no_ci_server_is_told_and_remembered(house: House) -> None:
    with Host("") as host:
        house.git("remote", "add", "origin", f"{host.address}/team/churn.git")
        (place,) = await found(house.servers())
        assert place.kind == "" and "no CI server" in place.note
        await found(house.servers())
        assert len(host.requests) == 3


async def test_what_hosts_said_is_believed_for_a_month_and_no_nonsense_of_it(
    house: House, gitlab: Host
) -> None:
    house.git("remote", "add", "origin", f"{gitlab.address}/team/churn.git")
    cache = house.root / "cache" / "ci" / "hosts.json"
    for content in ("[", "[]", json.dumps({gitlab.address: ["jenkins", 1e12]}),
                    json.dumps({gitlab.address: ["github", 0]}),
                    json.dumps({gitlab.address: {"kind": "github"}})):
        cache.parent.mkdir(parents=True, exist_ok=True)
        cache.write_text(content)
        (place,) = await found(house.servers())
        assert place.kind == "gitlab"


async def test_a_slow_or_dead_host_delays_only_itself(
    house: House, gitlab: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "SECONDS", 30.0)
    gitlab.break_with("stalled")
    house.git("remote", "add", "origin", f"{gitlab.address}/team/churn.git")
    house.git("remote", "add", "dead", "http://127.0.0.1:1/team/churn.git")
    house.git("remote", "add", "hub", "https://github.com/ana/churn")
    servers = house.servers()
    async with asyncio.timeout(20):
        while "github" not in {server.name for server in servers}:
            assert await servers.find()
        while len(servers.places()) < 2:
            assert await servers.find()
    dead = next(place for place in servers.places() if place.kind == "")
    assert "cannot be reached" in dead.note
    gitlab.mend()


async def test_settings_override_what_a_remote_says(house: House, gitlab: Host) -> None:
    house.git("remote", "add", "origin", f"{gitlab.address}/team/churn.git")
    options = {"work": {"kind": "gitlab", "url": gitlab.address,
                        "token_command": ("echo", SECRET)}}
    servers = house.servers(options)
    (place,) = await found(servers)
    assert (place.name, place.kind, place.login) == ("work", "gitlab", "token_command")
    assert gitlab.requests == [], "what the settings name is not asked"
    await servers[1].runs(10)
    assert gitlab.requests[0].headers["Authorization"] == f"Bearer {SECRET}"
    assert "team%2Fchurn" in gitlab.requests[0].path


async def test_a_project_of_the_settings_needs_no_remote(house: House, gitlab: Host) -> None:
    options = {"work": {"kind": "gitlab", "url": gitlab.address, "project": "a/b"},
               "lost": {"kind": "gitlab", "url": "https://git.acme.org"}}
    servers = house.servers(options)
    _, lost = await found(servers)
    assert [server.name for server in servers] == ["local", "work"]
    assert (lost.name, lost.kind) == ("lost", "") and "`project`" in lost.note


async def test_a_login_for_one_host_never_reaches_another(
    house: House, gitlab: Host, enterprise: Host
) -> None:
    """Two hosts, a variable for the first, and a remote that pretends through insteadOf."""
    house.git("remote", "add", "origin", "work:team/churn.git")
    house.git("config", f"url.{enterprise.address}/.insteadOf", "work:")
    house.git("remote", "add", "lab", f"{gitlab.address}/team/churn.git")
    servers = house.servers(
        GITLAB_TOKEN=SECRET, GITLAB_HOST=gitlab.address, GH_TOKEN=SECRET,
        GH_ENTERPRISE_TOKEN=SECRET,
    )
    await found(servers)
    assert {server.name for server in servers} == {"local", "github", "gitlab"}
    for server in servers:
        await server.runs(10)
    assert saw_secret(enterprise) == []
    assert any(SECRET in f"{ask.headers}" for ask in gitlab.requests)


async def test_a_host_that_sends_the_question_on_is_not_followed(
    house: House, gitlab: Host
) -> None:
    with Lure() as lure:
        gitlab.break_with("redirect", lure.address)
        house.git("remote", "add", "origin", f"{gitlab.address}/team/churn.git")
        (place,) = await found(house.servers())
        assert place.kind == "" and lure.requests == []


async def test_forget_looks_again_and_reads_logins_anew(house: House) -> None:
    netrc = house.root / ".netrc"
    house.git("remote", "add", "origin", "https://github.com/ana/churn")
    servers = house.servers()
    (before,) = await found(servers)
    assert not await servers.find(), "it looks once"
    netrc.write_text(f"machine github.com login ana password {SECRET}\n")
    servers.forget()
    (after,) = await found(servers)
    assert (before.login, after.login) == ("anonymous", "netrc")
    house.git("remote", "remove", "origin")
    servers.forget()
    assert await found(servers) == ()
    assert [server.name for server in servers] == ["local"]


async def test_files_at_head_tell_of_servers_that_were_not_found(house: House) -> None:
    for name in ("Jenkinsfile", ".woodpecker.yml", ".gitlab-ci.yml"):
        (house.repository / name).write_text("x\n")
    house.git("add", ".")
    house.git("commit", "-qm", "ci")
    house.git("remote", "add", "origin", "https://gitlab.com/team/churn")
    places = await found(house.servers())
    assert {place.name for place in places} == {"gitlab", "Jenkinsfile", ".woodpecker.yml"}


async def test_a_folder_without_a_repository_has_the_local_runner_only(tmp_path: Path) -> None:
    servers = Servers(CiContext(tmp_path, tmp_path, tmp_path, RecentCalls(), environ={
        "PATH": os.environ["PATH"], "HOME": str(tmp_path)}))
    assert await found(servers) == ()
    await servers.close()


async def test_closing_while_it_looks_leaves_nothing_behind(house: House, gitlab: Host) -> None:
    gitlab.break_with("stalled")
    house.git("remote", "add", "origin", f"{gitlab.address}/team/churn.git")
    servers = house.servers()
    looking = asyncio.create_task(servers.find())
    while not gitlab.requests:
        await asyncio.sleep(0.01)
    await servers.close()
    assert await looking is False
    assert asyncio.all_tasks() == {asyncio.current_task()}
    gitlab.mend()
