"""Where the repository's remotes are: hosts and paths, as git and ssh understand them."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from opstui.backends.ci.web.programs import ask

if TYPE_CHECKING:
    from opstui.backends.protocols import CallLog

GIT_SECONDS = 10.0
SSH_SECONDS = 3.0
"""ssh's own configuration may start programs to decide what matches."""
MOST = 12
"""Remotes that are looked at; more are mirrors."""
BEHIND_SSH = {"ssh.github.com": "github.com", "altssh.gitlab.com": "gitlab.com"}
"""Hosts that take ssh on the web's port, for those who sit behind a firewall."""
LOOKED_FOR = (
    ".github/workflows", ".gitlab-ci.yml", "Jenkinsfile", ".gitea/workflows", ".forgejo/workflows",
    ".woodpecker", ".woodpecker.yml", ".woodpecker.yaml",
)
"""Files that CI servers read, at the top of a repository."""

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|[0-9A-Fa-f:]+")


@dataclass(frozen=True, slots=True)
class Remote:
    """One remote that is on a host."""

    name: str
    host: str
    """Lower case, without port."""
    path: str
    """`owner/repository`, without leading slash and `.git`."""
    scheme: str
    """`https`, `http` or `ssh`."""
    port: int | None = None
    """Where the address names one."""

    @property
    def web(self) -> str:
        """The address of the host's web server, as far as the remote tells it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        if self.scheme == "ssh":
            return f"https://{host}"
        return f"{self.scheme}://{host}{f':{self.port}' if self.port else ''}"


def parse(name: str, address: str) -> Remote | None:
    """A remote from its address; None for folders, bundles and what names no host.

    Forms: https://git-scm.com/docs/git-fetch#_git_urls.
    """
    if "://" in address:
        try:
            parts = urlsplit(address)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return None
        scheme = {"git+ssh": "ssh", "ssh+git": "ssh"}.get(parts.scheme, parts.scheme)
        if scheme not in ("https", "http", "ssh") or not _HOST.fullmatch(host):
            return None
        return _remote(name, host, unquote(parts.path), scheme, port)
    # The scp form: no slash before the first colon.
    before, colon, path = address.partition(":")
    host = before.rpartition("@")[2].lower()
    if not colon or "/" in before or not _HOST.fullmatch(host) or path.startswith(":"):
        return None
    return _remote(name, host, path, "ssh", None)


def without_login(address: str) -> str:
    """An address of any form without user name and password."""
    scheme, slashes, rest = address.partition("://")
    if not slashes:
        return address
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def _remote(name: str, host: str, path: str, scheme: str, port: int | None) -> Remote | None:
    path = path.strip("/").removesuffix(".git").rstrip("/")
    usual = {"https": 443, "http": 80, "ssh": 22}[scheme]
    if not path or any(not part or part in (".", "..") for part in path.split("/")):
        return None
    return Remote(name, host, path, scheme, None if port == usual else port)


@dataclass(frozen=True, slots=True)
class Looked:
    """What git knows of where the repository comes from."""

    remotes: tuple[Remote, ...] = ()
    """Those on hosts, `origin` first, each place once."""
    addresses: tuple[str, ...] = ()
    """All addresses, local folders too, without credentials: CI servers say what they cloned."""


class Remotes:
    """Asks git and ssh; asks no host."""

    def __init__(self, repository: Path, environ: Mapping[str, str], calls: CallLog) -> None:
        self._repository = repository
        self._environ = {
            name: value for name, value in environ.items() if not name.startswith("GIT_")
        }
        self._calls = calls
        self._ssh = _ssh(environ.get("GIT_SSH_COMMAND", ""))

    async def look(self) -> Looked:
        """Every remote: addresses after `url.*.insteadOf`, hosts behind ssh's aliases."""
        names = os.fsdecode(await self._git("remote")).splitlines()[:MOST]
        names.sort(key=lambda name: name != "origin")
        said = await asyncio.gather(
            *(self._git("ls-remote", "--get-url", "--", name) for name in names)
        )
        addresses = [os.fsdecode(line).strip() for line in said]
        parsed = (parse(*pair) for pair in zip(names, addresses, strict=True))
        true = await asyncio.gather(
            *(self._behind_alias(remote) for remote in parsed if remote is not None)
        )
        places: dict[tuple[str, str], Remote] = {}
        for remote in true:
            places.setdefault((remote.web, remote.path), remote)
        canonical = (f"{remote.web}/{remote.path}" for remote in places.values())
        known = dict.fromkeys((*map(without_login, filter(None, addresses)), *canonical))
        return Looked(tuple(places.values()), tuple(known))

    async def files(self) -> frozenset[str]:
        """Which of LOOKED_FOR are there at HEAD."""
        out = await self._git("ls-tree", "-z", "--name-only", "HEAD", "--", *LOOKED_FOR)
        return frozenset(os.fsdecode(name) for name in out.split(b"\0") if name)

    async def _behind_alias(self, remote: Remote) -> Remote:
        """The remote with the host that ssh would really go to."""
        if remote.scheme != "ssh":
            return remote
        said = await ask(
            (*self._ssh, "-G", "--", remote.host), self._calls, environ=self._environ,
            seconds=SSH_SECONDS,
        )
        host = remote.host
        for line in said.out.decode("utf-8", "replace").splitlines() if said.code == 0 else ():
            key, _, value = line.partition(" ")
            if key.lower() == "hostname" and _HOST.fullmatch(value.strip()):
                host = value.strip().lower()
        return replace(remote, host=BEHIND_SSH.get(host, host))

    async def _git(self, *arguments: str) -> bytes:
        """Git's output; nothing where it fails, as in a folder that is no repository."""
        said = await ask(
            ("git", "-C", str(self._repository), *arguments), self._calls,
            environ=self._environ, seconds=GIT_SECONDS,
        )
        return said.out if said.code == 0 else b""


def _ssh(command: str) -> tuple[str, ...]:
    """The ssh that the person told git to use, with its options; plain ssh otherwise."""
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    return tuple(words) if words and Path(words[0]).name == "ssh" else ("ssh",)
