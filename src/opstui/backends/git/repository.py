"""The git backend: what `opstui.backends.protocols.Git` promises, on one repository."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

from opstui.backends.git import branches, changing, log, questions, remotes
from opstui.backends.git.ahead import Ahead
from opstui.backends.git.command import Door, text
from opstui.backends.git.dirty import Dirty
from opstui.backends.git.place import Place, find
from opstui.backends.git.watch import touched, watch
from opstui.backends.protocols import CallLog
from opstui.domain.branch import Branch, Commit, Repository
from opstui.domain.errors import OpstuiError
from opstui.domain.text import clean

_DIFF_LIMIT = 1_000_000
"""Bytes of a commit's patch that are read at most."""
_OBJECT = re.compile(r"[0-9a-fA-F]{4,64}")


class GitRepository:
    """The repository around a folder. Nothing is read before the first question.

    ahead: the first questions, where they were asked before this existed.
    """

    def __init__(self, path: Path, calls: CallLog, ahead: Ahead | None = None) -> None:
        self.path = path.absolute()
        self._ahead = ahead
        self._calls = calls
        self._followers: set[asyncio.Event] = set()
        self._dirty = Dirty(self._announce)
        self._place: Place | None = None
        self._finding = asyncio.Lock()

    async def _here(self) -> tuple[Door, Place]:
        """The door at the top of the work tree: the start folder may vanish with a switch."""
        async with self._finding:
            if self._place is None:
                self._place = await find(Door(self.path, self._calls, self._ahead))
        return Door(self._place.top, self._calls, self._ahead), self._place

    async def repository(self) -> Repository:
        """Head, dirty count, bare, shallow, an operation under way."""
        door, place = await self._here()
        head, commit, changed = await asyncio.gather(
            door.read(*questions.HEAD, accept=(0, 1)),
            door.read(*questions.COMMIT, accept=(0, 1)),
            self._changed(door, place),
        )
        return Repository(
            path=str(place.top), name=place.name, head=branches.short(head.line),
            commit=commit.line, bare=place.bare, shallow=place.shallow,
            detached=head.code == 1, changed=changed, operation=place.operation,
        )

    async def branches(self) -> tuple[Branch, ...]:
        """Every local and remote-tracking branch, newest first."""
        door, place = await self._here()
        answer, changed = await asyncio.gather(
            door.read(*questions.EVERY, timeout=60), self._changed(door, place)
        )
        return branches.with_dirty(branches.parse(answer.out), changed)

    async def _changed(self, door: Door, place: Place) -> int:
        return 0 if place.bare else await self._dirty.files(door)

    async def commits(self, ref: str, limit: int, skip: int = 0) -> tuple[Commit, ...]:
        """The log of a full reference or commit id, with its graph."""
        door, _ = await self._here()
        # `--skip` would start the graph afresh on every page, so the head is read and cut off.
        answer = await door.read(*log.command(_revision(ref), skip + limit), timeout=60)
        return tuple(log.parse(answer.out)[skip:])

    async def commits_since(self, ref: str, without: str, limit: int) -> tuple[Commit, ...]:
        """The log of `ref` without what `without` reaches."""
        door, _ = await self._here()
        asked = log.command(_revision(ref), limit, _revision(without))
        return tuple(log.parse((await door.read(*asked, timeout=60)).out))

    async def diff(self, sha: str) -> str:
        """Message, statistics and patch; a very large one is cut and says so at its end."""
        door, _ = await self._here()
        answer = await door.read(
            "-c", "i18n.logOutputEncoding=UTF-8", "show", "--no-color", "--no-ext-diff",
            "--no-textconv", "--no-show-signature", "--submodule=short", "--no-decorate",
            "--format=fuller", "--stat=100", "--patch", "--end-of-options", _revision(sha), "--",
            timeout=60, limit=_DIFF_LIMIT,
        )
        patch = text(answer.out)
        if not answer.cut:
            return patch
        return (
            f"{patch.rpartition(chr(10))[0]}\n\n"
            f"… cut here after {_DIFF_LIMIT // 1_000_000} MB; `git show {sha}` prints all of it\n"
        )

    async def resolve(self, revision: str) -> str:
        """The full commit id that a revision names."""
        door, place = await self._here()
        unknown = OpstuiError(
            f"no commit here is named {clean(revision) or 'nothing'}", where=str(place.top),
            hint="fetch it, or check the spelling",
        )
        if not revision or revision.startswith("-") or "\0" in revision:
            raise unknown
        answer = await door.read(
            "rev-parse", "--quiet", "--verify", f"{revision}^{{commit}}", accept=(0, 1, 128)
        )
        if answer.code:
            raise unknown
        return answer.line

    async def remotes_with(self, commit: str) -> tuple[str, ...]:
        """Remote-tracking branches that hold a commit, ten at most."""
        door, _ = await self._here()
        answer = await door.read(
            "for-each-ref", "--count=10", "--format=%(refname:short)", "--contains",
            _revision(commit), "refs/remotes", timeout=30,
        )
        return tuple(filter(None, text(answer.out).splitlines()))

    async def is_merged(self, branch: Branch) -> bool:
        """Whether deleting the branch loses no commit."""
        door, _ = await self._here()
        return await changing.is_merged(door, branch)

    async def switch(self, branch: Branch) -> None:
        """Check the branch out."""
        await changing.switch(*await self._here(), branch)

    async def create(self, name: str, start: str) -> None:
        """Make a branch at `start`, a full reference or commit id."""
        door, _ = await self._here()
        await changing.create(door, name, _revision(start))

    async def delete(self, branch: Branch, *, force: bool) -> None:
        """Delete a local branch that has not moved."""
        await changing.delete(*await self._here(), branch, force=force)

    async def fetch(self) -> str:
        """Fetch all remotes without prompting."""
        return await changing.fetch(*await self._here())

    async def remote_url(self) -> str:
        """Web address of `origin` or else the first remote."""
        door, _ = await self._here()
        names = await remotes.names(door)
        return remotes.web_url(await remotes.address(door, names[0])) if names else ""

    async def changes(self) -> AsyncIterator[None]:
        """Follow the git directory; ends where there is none or when it is gone."""
        try:
            _, place = await self._here()
        except OpstuiError:
            return
        news = asyncio.Event()
        self._followers.add(news)
        asked = self._ahead.used_since if self._ahead is not None else None
        try:
            if asked is not None and await asyncio.to_thread(touched, place, asked):
                yield None  # Something changed before anybody followed.
            async for _ in watch(place, news):
                yield None
        finally:
            self._followers.discard(news)

    def _announce(self) -> None:
        """A slow count of changed files came in after its branch list had been given."""
        for news in self._followers:
            news.set()


def _revision(ref: str) -> str:
    """A full reference or object id as it is; anything that could be an option is refused."""
    if ref == "HEAD" or ref.startswith("refs/") or _OBJECT.fullmatch(ref):
        return ref
    raise OpstuiError(f"{clean(ref)} is neither a full reference nor a commit id")
