"""The table of CI servers: a kind and what makes it, one line each.

A server is one file (or package) that implements `CiServer`. Its factory gets what the search
found and makes no request. Imports stay inside the factories, so that a server that is not used
costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opstui.backends.ci_protocols import CiServer
from opstui.backends.protocols import CallLog

if TYPE_CHECKING:
    from opstui.backends.ci.local.runner import LocalRunner
    from opstui.backends.ci.search import Found
    from opstui.backends.ci.web.door import Door


@dataclass(frozen=True, slots=True)
class CiContext:
    """All that CI servers may be made from."""

    repository: Path
    """The work tree's top, or a bare repository."""
    state: Path
    """Opstui's own folder for what must be kept."""
    cache: Path
    """Opstui's own folder for what may be deleted."""
    calls: CallLog
    command: str | tuple[str, ...] | None = None
    """The local runner's command from the person's own settings."""
    repo_command: str | None = None
    """The local runner's command from the repository's settings, not trusted by itself."""
    slots: int = 1
    timeout: float | None = None
    """Seconds."""
    keep: tuple[str, ...] = ()
    """Names of further environment variables that local runs may see."""
    environ: Mapping[str, str] | None = None
    """None for this process's own."""
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """`ci.servers` of the person's own settings, checked, by name."""


def local(context: CiContext) -> LocalRunner:
    """The embedded runner; there is one for every repository."""
    from opstui.backends.ci.local.runner import LocalRunner

    return LocalRunner(
        context.repository, context.state, context.cache, context.calls, command=context.command,
        repo_command=context.repo_command, slots=context.slots, timeout=context.timeout,
        keep=context.keep, environ=context.environ,
    )


Factory = Callable[["Found", CallLog], CiServer]


def github(found: Found, calls: CallLog) -> CiServer:
    """GitHub, its cloud for companies, or an Enterprise server.

    It asks for one request at a time:
    https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
    """
    from opstui.backends.ci.github.server import HEADERS, GitHub
    from opstui.backends.ci.web.door import Door
    from opstui.backends.ci.web.variables import is_github

    scheme, _, host = found.url.partition("://")
    base = f"{scheme}://api.{host}" if is_github(host) else f"{found.url}/api/v3"
    door = Door(
        base, found.login, calls, name=found.name, product="GitHub", headers=HEADERS,
        one_at_a_time=True,
    )
    return GitHub(found.name, door, found.path, f"{found.url}/{found.path}")


def gitlab(found: Found, calls: CallLog) -> CiServer:
    """GitLab, wherever it is."""
    from opstui.backends.ci.gitlab.server import GitLab

    return GitLab(found.name, _door(found, calls, "GitLab", "/api/v4"), found.path)


def gitea(found: Found, calls: CallLog) -> CiServer:
    """Gitea, which has jobs and logs."""
    from opstui.backends.ci.gitea.server import Gitea

    return Gitea(found.name, _door(found, calls, "Gitea", "/api/v1"), found.path)


def forgejo(found: Found, calls: CallLog) -> CiServer:
    """Forgejo, which has runs only."""
    from opstui.backends.ci.forgejo.server import Forgejo

    return Forgejo(found.name, _door(found, calls, "Forgejo", "/api/v1"), found.path)


def jenkins(found: Found, calls: CallLog) -> CiServer:
    """A Jenkins: the jobs of the settings, or those that clone this repository."""
    from opstui.backends.ci.jenkins.server import Jenkins

    return Jenkins(found.name, _door(found, calls, "Jenkins"), found.remotes, jobs=found.jobs)


def buildbot(found: Found, calls: CallLog) -> CiServer:
    """A Buildbot master: the builders of the settings, or what it builds of this repository."""
    from opstui.backends.ci.buildbot.server import Buildbot

    door = _door(found, calls, "Buildbot")
    return Buildbot(found.name, door, found.remotes, builders=found.builders)


SERVERS: dict[str, Factory] = {
    "github": github,
    "gitlab": gitlab,
    "gitea": gitea,
    "forgejo": forgejo,
    "jenkins": jenkins,
    "buildbot": buildbot,
}
"""By kind; the local runner is there by itself."""


def _door(found: Found, calls: CallLog, product: str, below: str = "") -> Door:
    from opstui.backends.ci.web.door import Door

    return Door(found.url + below, found.login, calls, name=found.name, product=product)
