"""Where a login comes from, in which order, and that it is never for another host."""

from __future__ import annotations

import base64
import re
import subprocess
from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.ci.web import credentials
from opstui.backends.ci.web.credentials import Credentials, Wanted
from opstui.backends.ci.web.login import Login
from tests.backends.ci.bench import until

GITHUB = Wanted("github", "https://github.com", "ana/churn")
GITLAB = Wanted("gitlab", "https://gitlab.com", "ana/churn")
EVERYTHING = {
    name: f"value-of-{name}" for name in (
        "GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN",
        "GITLAB_TOKEN", "GITEA_TOKEN", "FORGEJO_TOKEN", "JENKINS_USER_ID", "JENKINS_API_TOKEN",
    )
}


class Desk:
    """A person's machine: a home folder, programs, and an environment."""

    def __init__(self, root: Path) -> None:
        self.home, self.bin = root / "home", root / "bin"
        self.home.mkdir()
        self.bin.mkdir()
        self.calls = RecentCalls()
        self.environ = {
            "HOME": str(self.home), "PATH": f"{self.bin}:/usr/bin:/bin",
            "GIT_CONFIG_NOSYSTEM": "1",
        }

    def program(self, name: str, script: str) -> Path:
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    def git_helper(self, script: str) -> None:
        helper = self.program("helper", script)
        (self.home / ".gitconfig").write_text(f'[credential]\n\thelper = "!{helper}"\n')

    async def login(self, wanted: Wanted, **environ: str) -> Login:
        finder = Credentials({**self.environ, **environ}, self.calls)
        return (await finder.choose(wanted)).login

    async def note(self, wanted: Wanted, **environ: str) -> str:
        return (await Credentials({**self.environ, **environ}, self.calls).choose(wanted)).note


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def shown(login: Login) -> str:
    """What the server would read: a token, or `user:password`."""
    scheme, _, value = login.value.partition(" ")
    return base64.b64decode(value).decode() if scheme == "Basic" else value


async def test_without_anything_it_is_anonymous_and_says_what_would_help(desk: Desk) -> None:
    login = await desk.login(GITHUB)
    assert (login.known, login.source) == (False, "anonymous")
    assert "gh auth login" in await desk.note(GITHUB)


async def test_the_first_hit_counts(desk: Desk) -> None:
    """Each source is added in front of those before, and takes over."""
    (desk.home / ".netrc").write_text("machine github.com login ana password from-netrc\n")
    seen = [await desk.login(GITHUB)]
    desk.git_helper("echo username=ana; echo password=from-helper")
    seen.append(await desk.login(GITHUB))
    desk.program("gh", 'test "$*" = "auth token --hostname github.com" && echo from-gh')
    seen.append(await desk.login(GITHUB))
    seen.append(await desk.login(GITHUB, GITHUB_TOKEN="from-second"))
    seen.append(await desk.login(GITHUB, GITHUB_TOKEN="from-second", GH_TOKEN="from-first"))
    command = Wanted("github", "https://github.com", command=("echo", "from-command"))
    seen.append(await desk.login(command, GH_TOKEN="from-first"))
    assert [(login.source, shown(login)) for login in seen] == [
        ("netrc", "from-netrc"), ("git credential", "from-helper"), ("gh", "from-gh"),
        ("GITHUB_TOKEN", "from-second"), ("GH_TOKEN", "from-first"),
        ("token_command", "from-command"),
    ]


@pytest.mark.parametrize(("kind", "url", "environ", "source"), [
    ("github", "https://github.com", {}, "GH_TOKEN"),
    ("github", "https://acme.ghe.com", {}, "GH_TOKEN"),
    ("github", "https://github.com.evil.org", {}, "anonymous"),
    ("github", "https://evilghe.com", {}, "anonymous"),
    ("github", "https://git.acme.org", {}, "anonymous"),
    ("github", "https://git.acme.org", {"GH_HOST": "git.acme.org"}, "GH_ENTERPRISE_TOKEN"),
    ("github", "https://git.acme.org:8443", {"GH_HOST": "git.acme.org"}, "anonymous"),
    ("github", "https://git.acme.org", {"GH_HOST": "other.acme.org"}, "anonymous"),
    ("gitlab", "https://gitlab.com", {}, "GITLAB_TOKEN"),
    ("gitlab", "https://gitlab.com", {"GITLAB_HOST": "git.acme.org"}, "anonymous"),
    ("gitlab", "https://git.acme.org", {}, "anonymous"),
    ("gitlab", "https://git.acme.org", {"GITLAB_HOST": "https://git.acme.org"}, "GITLAB_TOKEN"),
    ("gitlab", "https://github.com", {}, "anonymous"),
    ("gitea", "https://gitea.acme.org", {}, "anonymous"),
    ("gitea", "https://gitea.acme.org", {"GITEA_URL": "https://gitea.acme.org"}, "GITEA_TOKEN"),
    ("gitea", "https://evil.org", {"GITEA_URL": "https://gitea.acme.org"}, "anonymous"),
    ("forgejo", "https://codeberg.org", {}, "anonymous"),
    ("forgejo", "https://codeberg.org", {"FORGEJO_URL": "https://codeberg.org"}, "FORGEJO_TOKEN"),
    ("jenkins", "https://ci.acme.org/jenkins", {}, "anonymous"),
    ("jenkins", "https://ci.acme.org/jenkins", {"JENKINS_URL": "https://ci.acme.org/jenkins/"},
     "JENKINS_API_TOKEN"),
    ("jenkins", "https://ci.acme.org/other", {"JENKINS_URL": "https://ci.acme.org/jenkins/"},
     "anonymous"),
    ("jenkins", "http://ci.acme.org/jenkins", {"JENKINS_URL": "https://ci.acme.org/jenkins/"},
     "anonymous"),
    ("jenkins", "https://evil.org", {"JENKINS_URL": "https://ci.acme.org"}, "anonymous"),
    ("buildbot", "https://ci.acme.org", {}, "anonymous"),
])
async def test_a_variable_goes_to_the_host_it_is_meant_for_only(
    desk: Desk, kind: str, url: str, environ: dict[str, str], source: str
) -> None:
    """All variables are set at once: whatever comes is what that host would see."""
    login = await desk.login(Wanted(kind, url, "ana/churn"), **EVERYTHING, **environ)
    assert login.source == source
    if source != "anonymous":
        assert f"value-of-{source}" in shown(login)


async def test_a_server_that_the_settings_name_alone_may_have_the_variable(desk: Desk) -> None:
    wanted = Wanted("gitea", "https://gitea.acme.org", alone=True)
    assert (await desk.login(wanted, **EVERYTHING)).source == "GITEA_TOKEN"
    elsewhere = {"GITEA_URL": "https://other.acme.org"}
    assert (await desk.login(wanted, **EVERYTHING, **elsewhere)).source == "anonymous"


async def test_programs_that_are_asked_for_one_host_never_see_the_variables_of_others(
    desk: Desk,
) -> None:
    """`gh auth token --hostname X` would give GH_ENTERPRISE_TOKEN for any host."""
    desk.program("gh", 'echo "${GH_ENTERPRISE_TOKEN}${GH_TOKEN}"')
    desk.git_helper('echo "username=x"; echo "password=${GH_ENTERPRISE_TOKEN}${GITLAB_TOKEN}"')
    wanted = Wanted("github", "https://evil.example.org", "ana/churn")
    assert (await desk.login(wanted, **EVERYTHING)).source == "anonymous"


async def test_git_is_asked_with_host_and_path_and_not_told_anything(desk: Desk) -> None:
    heard = desk.home / "heard"
    desk.git_helper(f'echo "$1" >> {heard}; cat >> {heard}; echo username=a; echo password=b')
    config = desk.home / ".gitconfig"
    config.write_text(config.read_text() + "\tuseHttpPath = true\n")
    await desk.login(Wanted("gitlab", "https://git.acme.org:8443", "team/churn"))
    said = heard.read_text().splitlines()
    assert said[0] == "get"
    assert {"protocol=https", "host=git.acme.org:8443", "path=team/churn"} <= set(said)
    assert "store" not in said and "erase" not in said


async def test_a_repositorys_own_credential_helper_is_not_run(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = tmp_path / "sprung"
    repository = tmp_path / "churn"
    subprocess.run(("git", "init", "-q", str(repository)), check=True)
    subprocess.run(("git", "-C", str(repository), "config", "credential.helper",
                    f"!touch {trap}"), check=True)
    monkeypatch.chdir(repository)
    assert (await desk.login(GITHUB)).source == "anonymous"
    assert not trap.exists()


async def test_a_helper_that_waits_for_a_person_is_given_up_with_its_children(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "HELPER_SECONDS", 0.3)
    left = desk.home / "left"
    desk.git_helper(f"sleep 60 & echo $! > {left}; wait")
    assert (await desk.login(GITHUB)).source == "anonymous"
    assert left.exists()
    pid = int(left.read_text())
    await until(lambda: not alive(pid), "its child has ended")


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


async def test_no_terminal_is_there_to_be_asked_on(desk: Desk) -> None:
    wanted = Wanted("github", "https://github.com", command=(
        "sh", "-c", "(exec </dev/tty) 2>/dev/null && echo has-tty || echo no-tty-$GPG_TTY-end",
    ))
    assert shown(await desk.login(wanted, GPG_TTY="/dev/pts/0")) == "no-tty--end"


@pytest.mark.parametrize(("command", "words"), [
    (("false",), r"failed \(exit 1\)"), (("true",), "printed nothing"),
    (("no-such-program-here",), "was not found"),
])
async def test_a_token_command_that_fails_is_told_and_nothing_else_is_tried(
    desk: Desk, command: tuple[str, ...], words: str
) -> None:
    wanted = Wanted("github", "https://github.com", command=command)
    chosen = await Credentials({**desk.environ, **EVERYTHING}, desk.calls).choose(wanted)
    assert not chosen.login.known
    assert re.match(f"token_command {words}", chosen.note)


async def test_gh_and_glab_are_read_from_their_files_where_they_are_missing(desk: Desk) -> None:
    gh = desk.home / ".config" / "gh" / "hosts.yml"
    gh.parent.mkdir(parents=True)
    gh.write_text(
        "github.com:\n    users:\n        ana:\n            oauth_token: inner\n"
        "    git_protocol: https\n    oauth_token: gho_outer\n    user: ana\n"
        "git.acme.org:\n    oauth_token: gho_acme\n"
    )
    glab = desk.home / ".config" / "glab-cli" / "config.yml"
    glab.parent.mkdir()
    glab.write_text(
        "git_protocol: ssh\nhosts:\n    gitlab.com:\n        # a comment\n        token: glpat-1\n"
        "    git.acme.org:8443:\n        token: !!null glpat-2\n"
    )
    assert shown(await desk.login(GITHUB)) == "gho_outer"
    assert shown(await desk.login(Wanted("github", "https://git.acme.org"))) == "gho_acme"
    assert shown(await desk.login(GITLAB)) == "glpat-1"
    assert shown(await desk.login(Wanted("gitlab", "https://git.acme.org:8443"))) == "glpat-2"
    assert (await desk.login(Wanted("gitlab", "https://evil.org"))).source == "anonymous"


async def test_netrc_is_asked_for_the_host_and_has_no_default(desk: Desk) -> None:
    (desk.home / ".netrc").write_text(
        "machine git.acme.org login ana password one\ndefault login ana password everything\n"
    )
    assert shown(await desk.login(Wanted("gitlab", "https://git.acme.org"))) == "one"
    assert not (await desk.login(Wanted("gitlab", "https://evil.org"))).known


async def test_jenkins_and_gitea_take_users_and_passwords(desk: Desk) -> None:
    (desk.home / ".netrc").write_text("machine ci.acme.org login ana password pw\n")
    assert shown(await desk.login(Wanted("jenkins", "https://ci.acme.org/j"))) == "ana:pw"
    assert shown(await desk.login(Wanted("gitea", "https://ci.acme.org"))) == "ana:pw"
    by_command = Wanted("jenkins", "https://ci.acme.org", command=("echo", "tok"), user="bo")
    assert shown(await desk.login(by_command)) == "bo:tok"


async def test_no_value_is_ever_recorded_or_noted(desk: Desk) -> None:
    desk.git_helper("echo username=ana; echo password=hunter2")
    await desk.login(GITHUB)
    await desk.login(Wanted("github", "https://github.com", command=("echo", "hunter2")))
    note = await desk.note(GITHUB, GH_TOKEN="two\twords")
    assert "GH_TOKEN" in note and "words" not in note
    assert desk.calls.calls()
    assert "hunter2" not in " ".join(str(call) for call in desk.calls.calls())
