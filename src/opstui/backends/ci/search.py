"""Finds the CI servers of a repository: settings first, then the hosts of its remotes.

Git and ssh are asked, then each host at most once, and for each server the person's own login.
No host waits for another.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from opstui.backends.ci.probe import Prober
from opstui.backends.ci.remotes import Looked, Remote, Remotes
from opstui.backends.ci.web.address import origin
from opstui.backends.ci.web.credentials import Credentials, Wanted
from opstui.backends.ci.web.login import Login
from opstui.backends.ci.web.variables import host_of
from opstui.domain.ci import CiPlace

if TYPE_CHECKING:
    from opstui.backends.ci.table import CiContext

FORGES = frozenset({"github", "gitlab", "gitea", "forgejo"})
"""Kinds that hold repositories: what they run for is a path such as `owner/repository`."""
HINTS = {
    "Jenkinsfile": ("jenkins", "a Jenkinsfile is here: name its Jenkins in `ci.servers`"),
    ".gitlab-ci.yml": ("gitlab", ".gitlab-ci.yml is here, but no remote is on a GitLab"),
    ".woodpecker": ("woodpecker", "opstui does not know Woodpecker"),
    ".woodpecker.yml": ("woodpecker", "opstui does not know Woodpecker"),
    ".woodpecker.yaml": ("woodpecker", "opstui does not know Woodpecker"),
}
"""Files at HEAD that tell of a server which was not found."""


@dataclass(frozen=True, slots=True)
class Found:
    """All that a server's factory may need."""

    name: str
    """In the list of servers."""
    kind: str
    url: str
    """Its web address, without credentials and final slash."""
    path: str
    """`owner/repository` on a forge; empty on others."""
    login: Login
    remotes: tuple[str, ...] = ()
    """All addresses of this repository, for servers that tell what they cloned."""
    jobs: tuple[str, ...] = ()
    builders: tuple[str, ...] = ()
    """Names of Jenkins' jobs and Buildbot's builders that count; empty to find them."""


@dataclass(frozen=True, slots=True)
class Result:
    """One place that was looked at."""

    order: int
    """Where it stands among the others."""
    place: CiPlace
    found: Found | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """One server to be looked at, before its kind and login are known."""

    order: int
    url: str
    path: str = ""
    remote: str = ""
    """The remote's name."""
    name: str = ""
    """From the settings; empty: it is made from the kind."""
    kind: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    alone: bool = False


class Search:
    """Looks once; a new one is made to look again."""

    def __init__(self, context: CiContext, environ: Mapping[str, str], *, anew: bool) -> None:
        """anew: ask hosts again, whatever they said before."""
        self._settings = context.options
        self._environ = environ
        self._anew = anew
        self._remotes = Remotes(context.repository, environ, context.calls)
        self._prober = Prober(context.cache / "ci" / "hosts.json", environ, context.calls)
        self._credentials = Credentials(environ, context.calls)
        self._taken = {"local", *self._settings}

    async def results(self) -> AsyncIterator[Result]:
        """Every place as soon as it is known, then what files at HEAD hint at."""
        looked, files = await asyncio.gather(self._remotes.look(), self._remotes.files())
        targets = self._targets(looked.remotes)
        tasks = [asyncio.create_task(self._result(target, looked)) for target in targets]
        kinds: set[str] = set()
        try:
            for done in asyncio.as_completed(tasks):
                result = await done
                kinds.add(result.place.kind)
                yield result
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for number, file in enumerate(sorted(files & HINTS.keys())):
            kind, note = HINTS[file]
            if kind not in kinds:
                kinds.add(kind)
                yield Result(len(targets) + number, CiPlace(file, "", "HEAD", note=note))

    def _targets(self, remotes: Iterable[Remote]) -> list[Target]:
        """Servers of the settings, JENKINS_URL, and the remotes that these don't cover."""
        remotes = tuple(remotes)
        targets: list[Target] = []
        covered: set[str] = set()
        kinds = [str(options.get("kind", "")) for options in self._settings.values()]
        for name, options in self._settings.items():
            url, kind = str(options["url"]).rstrip("/"), str(options["kind"])
            mine = [one for one in remotes if kind in FORGES and _host(one.web) == _host(url)]
            covered |= {one.web for one in mine}
            path = str(options.get("project", ""))
            target = Target(len(targets), url, path, name=name, kind=kind, options=options,
                            alone=kinds.count(kind) == 1)
            if path or not mine:
                targets.append(target)
            for number, one in enumerate([] if path else mine):
                named = name if number == 0 else f"{name}-{one.name}"
                targets.append(Target(
                    len(targets), url, one.path, one.name, named, kind, options, target.alone
                ))
        if url := self._jenkins():
            targets.append(Target(len(targets), url, kind="jenkins"))
        targets += [
            Target(len(targets) + number, one.web, one.path, one.name)
            for number, one in enumerate(one for one in remotes if one.web not in covered)
        ]
        return targets

    def _jenkins(self) -> str:
        """JENKINS_URL, unless the settings name a server there."""
        url = self._environ.get("JENKINS_URL", "").rstrip("/")
        try:
            here = origin(url)
            known = {origin(str(options["url"])) for options in self._settings.values()}
        except ValueError:
            return ""
        # A login belongs into JENKINS_USER_ID and JENKINS_API_TOKEN, not into an address.
        return "" if here in known or "@" in urlsplit(url).netloc else url

    async def _result(self, target: Target, looked: Looked) -> Result:
        kind, note = target.kind, ""
        host = host_of(target.url)
        if not kind:
            verdict = await self._prober.verdict(target.url, anew=self._anew)
            kind, note = verdict.kind, verdict.note
        if not kind:
            return Result(target.order, CiPlace(host, "", target.url, note=note))
        if kind in FORGES and not target.path:
            note = "no remote is there, so name its `project` in the settings"
            return Result(target.order, CiPlace(target.name or host, "", target.url, note=note))
        options = target.options
        chosen = await self._credentials.choose(Wanted(
            kind, target.url, target.path, tuple(options.get("token_command", ())),
            str(options.get("user", "")), target.alone,
        ))
        name = target.name or self._name(kind, target.remote, host)
        place = CiPlace(name, kind, target.url, chosen.login.source, chosen.note)
        return Result(target.order, place, Found(
            name, kind, target.url, target.path, chosen.login, looked.addresses,
            jobs=tuple(options.get("jobs", ())), builders=tuple(options.get("builders", ())),
        ))

    def _name(self, kind: str, remote: str, host: str) -> str:
        """A name nobody else has: `github`, else `github-upstream`, else with the host."""
        names = (kind, f"{kind}-{remote}", f"{kind}-{remote}-{host}")
        name = next(one for one in names if one not in self._taken)
        self._taken.add(name)
        return name


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""
