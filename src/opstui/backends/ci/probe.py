"""What kind of CI server a host is: known by name, told by a variable, or asked once.

Asked without any login, only of hosts that are remotes already, and remembered on disk.
GitLab: https://docs.gitlab.com/api/version/; Gitea and Forgejo: `GET /api/v1/version`; GitHub
Enterprise: https://docs.github.com/en/enterprise-server/rest/meta/meta.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from opstui.backends.ci.web.door import Door
from opstui.backends.ci.web.login import ANONYMOUS
from opstui.backends.ci.web.refusals import ElsewhereError, RefusalError
from opstui.backends.ci.web.variables import host_of, is_github
from opstui.backends.json_object import Json
from opstui.domain.errors import OpstuiError

if TYPE_CHECKING:
    from opstui.backends.protocols import CallLog

SECONDS = 4.0
"""To wait for a host's answer."""
KEEP, KEEP_NONE = 30 * 86400.0, 86400.0
"""Seconds that an answer is remembered: a kind, and that it is none that opstui knows."""
KNOWN = {
    "gitlab.com": "gitlab", "codeberg.org": "forgejo", "gitea.com": "gitea",
    "code.forgejo.org": "forgejo",
}
KINDS = ("github", "gitlab", "gitea", "forgejo")
"""What a host of a remote can be; other servers have to be named in the settings."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A host's kind, or why there is none."""

    kind: str
    note: str = ""


class Prober:
    """Tells what hosts are, asking each at most once."""

    def __init__(
        self, cache: Path, environ: Mapping[str, str], calls: CallLog,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """cache: the file with what hosts said before; it may be deleted."""
        self._cache = cache
        self._environ = environ
        self._calls = calls
        self._clock = clock
        self._asked: dict[str, asyncio.Task[Verdict]] = {}
        self._writing = asyncio.Lock()

    async def verdict(self, web: str, *, anew: bool = False) -> Verdict:
        """What the host at this web address is.

        anew: do not believe what is remembered.
        """
        if kind := self._told(web):
            return Verdict(kind)
        if not anew and (known := await asyncio.to_thread(self._remembered, web)) is not None:
            return known
        if web not in self._asked:
            self._asked[web] = asyncio.create_task(self._ask(web))
        return await self._asked[web]

    def _told(self, web: str) -> str:
        """A kind that needs no asking."""
        host = urlsplit(web).hostname or ""
        if is_github(host):
            return "github"
        if host in KNOWN:
            return KNOWN[host]
        here = host_of(web)
        for name, kind in (("GH_HOST", "github"), ("GITLAB_HOST", "gitlab"), ("GL_HOST", "gitlab"),
                           ("GITEA_URL", "gitea"), ("FORGEJO_URL", "forgejo")):
            if here == host_of(self._environ.get(name, "")):
                return kind
        return ""

    async def _ask(self, web: str) -> Verdict:
        door = Door(web, ANONYMOUS, self._calls, name=host_of(web), product="the host",
                    seconds=SECONDS)
        try:
            answers = await asyncio.gather(_gitlab(door), _gitea(door), _enterprise(door))
        except OpstuiError as error:
            return Verdict("", error.what)
        finally:
            await door.close()
        found = Verdict(next(filter(None, answers), ""))
        if not found.kind:
            found = _NONE
        async with self._writing:
            await asyncio.to_thread(self._remember, web, found.kind)
        return found

    def _remembered(self, web: str) -> Verdict | None:
        kind, at = _entry(self._read().get(web))
        age = self._clock() - at
        if kind in KINDS and 0 <= age < KEEP:
            return Verdict(kind)
        return _NONE if kind == "" and 0 <= age < KEEP_NONE else None

    def _remember(self, web: str, kind: str) -> None:
        """Keep it where that is possible; otherwise it is asked again the next time."""
        known = {**self._read(), web: [kind, self._clock()]}
        draft = self._cache.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            self._cache.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps(known), encoding="utf-8")
            draft.replace(self._cache)

    def _read(self) -> dict[str, object]:
        try:
            data = json.loads(self._cache.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return data if isinstance(data, dict) else {}


_NONE = Verdict("", "no CI server that opstui knows answers there")


def _entry(value: object) -> tuple[str | None, float]:
    if isinstance(value, list) and len(value) == 2:
        kind, at = value
        if isinstance(kind, str) and isinstance(at, int | float):
            return kind, float(at)
    return None, 0.0


@dataclass(frozen=True, slots=True)
class _Look:
    """What a host said at one address."""

    json: Json
    """Empty where it said something else."""
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    words: str = ""


async def _look(door: Door, path: str) -> _Look:
    """Ask; raises OpstuiError only where the host can't be reached."""
    nothing = Json({}, door.base, "the host")
    try:
        answer = await door.get(path)
    except RefusalError as error:
        return _Look(nothing, error.status, error.headers, error.words)
    except ElsewhereError:
        return _Look(nothing)
    with suppress(OpstuiError):
        nothing = answer.json()
    return _Look(nothing, answer.status, answer.headers)


async def _gitlab(door: Door) -> str:
    """GitLab tells its version to who is logged in, and says 401 in its own words to others."""
    look = await _look(door, "/api/v4/version")
    open_to_all = look.json.has("version") and look.json.has("revision")
    ours = look.status == 401 and look.words.startswith("401 Unauthorized")
    return "gitlab" if open_to_all or ours or "x-gitlab-meta" in look.headers else ""


async def _gitea(door: Door) -> str:
    """Forgejo names the Gitea it is compatible with behind its own version."""
    version = (await _look(door, "/api/v1/version")).json.value.get("version")
    if not isinstance(version, str) or not version[:1].isdigit():
        return ""
    return "forgejo" if "+gitea-" in version or not version.startswith("1.") else "gitea"


async def _enterprise(door: Door) -> str:
    look = await _look(door, "/api/v3/meta")
    told = look.json.has("installed_version") or look.json.has("verifiable_password_authentication")
    return "github" if told or "x-github-request-id" in look.headers else ""
