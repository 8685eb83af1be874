"""Finds the login for a server with the least friction, and never one that is for another.

The order, the first hit counts: the settings' `token_command`, environment variables that are
meant for the host, `gh` and `glab`, git's credential helpers, netrc, none. Where a login came
from is named; its value is never shown.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from opstui.backends.ci.web import files, variables
from opstui.backends.ci.web.login import ANONYMOUS, Login, basic, bearer
from opstui.backends.ci.web.programs import ask
from opstui.domain.errors import OpstuiError

if TYPE_CHECKING:
    from opstui.backends.protocols import CallLog

HELPER_SECONDS = 3.0
"""A helper that takes longer waits for a person, perhaps in a window nobody sees."""
COMMAND_SECONDS = 10.0
"""The person's own command may have to wake a password manager."""
BY_USER = frozenset({"jenkins", "buildbot"})
"""Kinds that want a user's name beside the token or password."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The server a login is wanted for."""

    kind: str
    url: str
    """Its web address, without credentials."""
    path: str = ""
    """The repository's path, for helpers that tell repositories apart."""
    command: tuple[str, ...] = ()
    """The settings' `token_command`."""
    user: str = ""
    """The settings' `user`."""
    alone: bool = False
    """The settings name it, and no other server of its kind."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A login, and what a person should know about how it was found."""

    login: Login
    note: str = ""


class Credentials:
    """Looks for logins in one person's environment."""

    def __init__(self, environ: Mapping[str, str], calls: CallLog) -> None:
        self._environ = environ
        self._calls = calls

    async def choose(self, wanted: Wanted) -> Chosen:
        """The first login there is. A token of impossible characters is told, and not used."""
        try:
            return await self._choose(wanted)
        except OpstuiError as error:
            return Chosen(ANONYMOUS, error.what)

    async def _choose(self, wanted: Wanted) -> Chosen:
        if wanted.command:
            return await self._by_command(wanted)
        if login := self._by_variable(wanted):
            return Chosen(login)
        if login := await self._by_client(wanted):
            return Chosen(login)
        if login := await self._by_git(wanted):
            return Chosen(login)
        hosts = _netrc_hosts(wanted)
        user, password = files.from_netrc(hosts, self._environ)
        if password:
            return Chosen(_login(wanted, user, password, "netrc"))
        return Chosen(ANONYMOUS, _advice(wanted))

    async def _by_command(self, wanted: Wanted) -> Chosen:
        said = await ask(
            wanted.command, self._calls, environ=self._environ, seconds=COMMAND_SECONDS,
            folder=Path(self._environ.get("HOME") or "/"), shown=f"token_command of {wanted.url}",
        )
        if said.line:
            return Chosen(_login(wanted, wanted.user, said.line, "token_command"))
        how = (
            f"took more than {COMMAND_SECONDS:.0f} s" if said.late
            else "was not found" if said.code is None
            else f"failed (exit {said.code})" if said.code else "printed nothing"
        )
        return Chosen(ANONYMOUS, f"token_command {how}, so there is no login")

    def _by_variable(self, wanted: Wanted) -> Login | None:
        if wanted.kind == "jenkins":
            user, token = variables.jenkins(wanted.url, self._environ)
            return basic(user, token, "JENKINS_API_TOKEN") if user and token else None
        token, name = variables.token(
            wanted.kind, wanted.url, self._environ, alone=wanted.alone
        )
        return _login(wanted, "", token, name) if token else None

    async def _by_client(self, wanted: Wanted) -> Login | None:
        """The login of the vendor's own program, which may keep it in a keyring."""
        host = variables.host_of(wanted.url)
        arguments: tuple[str, ...]
        if wanted.kind == "github":
            name, arguments, read = "gh", ("auth", "token", "--hostname", host), files.gh_token
        elif wanted.kind == "gitlab":
            name, arguments = "glab", ("config", "get", "token", "--host", host)
            read = files.glab_token
        else:
            return None
        program = shutil.which(name, path=self._environ.get("PATH"))
        if program is None:
            token = read(host, self._environ)
        else:
            said = await ask(
                (program, *arguments), self._calls, seconds=HELPER_SECONDS,
                environ=variables.without_tokens(self._environ),
            )
            token = said.line
        return _login(wanted, "", token, name) if token else None

    async def _by_git(self, wanted: Wanted) -> Login | None:
        """What git itself would show the host; helpers are only asked, never told.

        Asked outside of the repository: its own configuration may name programs, and nobody
        said yet that these are to be run.
        """
        parts = urlsplit(wanted.url)
        lines = [f"protocol={parts.scheme}", f"host={parts.netloc}"]
        if wanted.path:
            lines.append(f"path={wanted.path}")
        if wanted.user:
            lines.append(f"username={wanted.user}")
        if any("\n" in line or "\0" in line for line in lines):
            return None
        said = await ask(
            ("git", "-c", "credential.interactive=false", "credential", "fill"), self._calls,
            seconds=HELPER_SECONDS, given=("\n".join(lines) + "\n\n").encode(), folder=Path("/"),
            environ={name: value for name, value in variables.without_tokens(self._environ).items()
                     if name not in ("GIT_DIR", "GIT_WORK_TREE", "GIT_CONFIG")},
        )
        if said.code != 0:
            return None
        found = dict(
            line.split("=", 1) for line in said.out.decode("utf-8", "replace").splitlines()
            if "=" in line
        )
        if found.get("host", parts.netloc) != parts.netloc or not found.get("password"):
            return None
        return _login(wanted, found.get("username", ""), found["password"], "git credential")


def _login(wanted: Wanted, user: str, secret: str, source: str) -> Login:
    """The header that the server's kind wants to see."""
    if wanted.kind in BY_USER:
        return basic(user or wanted.user, secret, source)
    if wanted.kind in ("gitea", "forgejo") and user and source in ("git credential", "netrc"):
        # What git shows may be the account's own password, which these take as such.
        return basic(user, secret, source)
    return bearer(secret, source)


def _netrc_hosts(wanted: Wanted) -> tuple[str, ...]:
    host = urlsplit(wanted.url).hostname or ""
    return (host, "api.github.com") if host == "github.com" else (host,)


def _advice(wanted: Wanted) -> str:
    """How to give a login, where there is none."""
    host = variables.host_of(wanted.url)
    if wanted.kind == "github" and variables.is_github(host):
        return "no login: set GH_TOKEN or run `gh auth login`"
    if wanted.kind == "github":
        return f"no login: run `gh auth login --hostname {host}` or set token_command"
    if wanted.kind == "gitlab":
        return f"no login: set GITLAB_TOKEN (and GITLAB_HOST={host}) or token_command"
    if wanted.kind == "jenkins":
        return "no login: set JENKINS_URL, JENKINS_USER_ID and JENKINS_API_TOKEN"
    return "no login: set token_command in the settings"
