"""All CI servers as one source, none waiting for another.

A feed is one server's runs as it told them last. A slow server is shown as it was while it is
asked, and one that fails keeps its last runs, which are marked with their age.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from opstui.backends.ci_protocols import CiSearch, CiServer
from opstui.domain.ci import CiRun
from opstui.domain.ci_state import UNDER_WAY
from opstui.domain.errors import OpstuiError

LIMIT = 200
"""Runs asked of each server."""
GRACE = 0.3
"""Seconds that a load waits for answers; what comes later is news."""
BUSY, REST, TOLD = 4.0, 20.0, 60.0
"""Seconds between polls: while something runs, otherwise, and of servers that tell news."""
RETRY, MOST = 5.0, 300.0
"""Seconds after a first failure, doubled by each further one up to MOST."""


@dataclass(slots=True)
class Feed:
    """One server's runs as last told."""

    server: CiServer
    runs: tuple[CiRun, ...] = ()
    at: datetime | None = None
    """When the server last answered; None before it ever did."""
    problem: OpstuiError | None = None
    """Why the last try failed; None after an answer."""
    fails: int = 0
    due: float = 0.0
    """The loop's time from which it is to be asked again; infinite: only when a person asks."""
    again: bool = False
    """Something happened while it was being asked: the answer may be older than that."""
    task: asyncio.Task[None] | None = None
    ear: asyncio.Task[None] | None = None

    @property
    def settled(self) -> bool:
        """Whether it answered or failed at least once."""
        return self.at is not None or self.problem is not None

    def urge(self) -> None:
        """It is to be asked at the next load, whatever its pace."""
        self.due, self.again = 0.0, self.task is not None


class Feeds:
    """The feeds of all servers there are by now."""

    def __init__(
        self, servers: Sequence[CiServer], search: CiSearch | None, clock: Callable[[], datetime]
    ) -> None:
        self._servers = servers
        self._search = search
        self._clock = clock
        self._feeds: dict[str, Feed] = {}
        self._news: set[asyncio.Event] = set()
        self._searching: asyncio.Task[None] | None = None
        self._expected = False
        """Somebody will listen, but is not there yet."""
        self._collecting = 0
        """Loads that wait: what arrives meanwhile is theirs to show."""

    def all(self) -> tuple[Feed, ...]:
        """The feeds in the order of their servers."""
        for server in self._servers:
            feed = self._feeds.setdefault(server.name, Feed(server))
            if feed.server is not server:
                # Found again, with another login: what was told stays until it answers.
                feed.server = server
                feed.urge()
                if feed.ear is not None:
                    feed.ear.cancel()
                    feed.ear = None
        return tuple(self._feeds[server.name] for server in self._servers)

    @property
    def searching(self) -> bool:
        """Whether servers are still being looked for."""
        return self._searching is not None and not self._searching.done()

    def expect(self) -> None:
        """Somebody will listen to `changes` soon: the search for servers begins with them."""
        self._expected = True

    async def load(self) -> tuple[CiRun, ...]:
        """The runs of all servers, newest first; asks those that are due.

        Where somebody listens to `changes`, slow servers are not waited for. Raises OpstuiError
        when every server failed and none ever answered.
        """
        if not self._expected:
            self._look()
        if self._searching is not None and not self._news:
            await self._searching
        now = asyncio.get_running_loop().time()
        asked = [self._ask(feed) for feed in self.all() if feed.task or feed.due <= now]
        if asked:
            await self._collect(asked)
        feeds = self.all()
        problems = [feed.problem for feed in feeds if feed.problem is not None]
        if len(problems) == len(feeds) and problems and not any(feed.at for feed in feeds):
            raise problems[0]
        return merged(feeds)

    async def _collect(self, asked: Sequence[asyncio.Task[None]]) -> None:
        self._collecting += 1
        try:
            await asyncio.wait(asked, timeout=GRACE if self._news or self._expected else None)
            if not any(feed.settled for feed in self._feeds.values()):
                await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._collecting -= 1

    async def end_of(self, run: CiRun) -> CiRun | None:
        """Wait until a run has ended; None when its server no longer lists it.

        Asks at the servers' own pace, also while no pane does.
        """
        event = asyncio.Event()
        self._news.add(event)
        try:
            while True:
                runs = await self.load()
                feed = next((one for one in self.all() if one.server.name == run.server), None)
                known = next((one for one in runs if one.key == run.key), None)
                if known is not None and known.status.finished:
                    return known
                if feed is None or (known is None and feed.problem is None):
                    return None
                with suppress(TimeoutError):
                    await asyncio.wait_for(event.wait(), self.rest() or MOST)
                event.clear()
        finally:
            await self._leave(event)

    def poke(self, name: str = "") -> None:
        """Ask a server (all, without a name) at the next load, whatever its pace.

        Without a name it is the person who asks: where a login was refused, logins are looked
        for again.
        """
        if not name and self._search is not None and not self.searching and any(
            feed.server.rest() == math.inf for feed in self._feeds.values()
        ):
            self._search.forget()
            self._searching = None
        for feed in self._feeds.values():
            if name in ("", feed.server.name):
                feed.urge()

    def rest(self) -> float | None:
        """Seconds until the next server is due; None where none will be by itself."""
        due = min((feed.due for feed in self._feeds.values()), default=math.inf)
        return None if due == math.inf else max(1.0, due - asyncio.get_running_loop().time())

    async def changes(self) -> AsyncIterator[None]:
        """Yields when a server has news, answered late, or was found."""
        event = asyncio.Event()
        self._news.add(event)
        if self._expected:
            self._expected = False
            self._look()
        try:
            while True:
                for feed in self.all():
                    if feed.ear is None:
                        feed.ear = asyncio.create_task(self._listen(feed))
                await event.wait()
                event.clear()
                yield
        finally:
            await self._leave(event)

    async def _leave(self, event: asyncio.Event) -> None:
        """One listener less; where none is left, leave nothing running."""
        self._news.discard(event)
        if not self._news:
            await self._quiet()

    def _look(self) -> None:
        if self._search is not None and self._searching is None:
            self._searching = asyncio.create_task(self._find(self._search))

    async def _find(self, search: CiSearch) -> None:
        while await search.find():
            self._tell()
        self._tell()

    def _ask(self, feed: Feed) -> asyncio.Task[None]:
        if feed.task is None:
            feed.task = asyncio.create_task(self._read(feed))
        return feed.task

    async def _read(self, feed: Feed) -> None:
        before = (feed.runs, feed.problem is None, feed.settled)
        try:
            runs = await feed.server.runs(LIMIT)
        except OpstuiError as error:
            feed.problem = error
            feed.fails += 1
        else:
            feed.runs = feed.runs if runs == feed.runs else runs
            feed.at, feed.problem, feed.fails = self._clock(), None, 0
        finally:
            feed.task = None
            if not feed.again:
                feed.due = asyncio.get_running_loop().time() + self._pace(feed)
        news = (feed.runs, feed.problem is None, feed.settled) != before
        if feed.again or (news and not self._collecting):
            feed.again = False
            self._tell()

    def _pace(self, feed: Feed) -> float:
        if feed.fails:
            pace = min(MOST, RETRY * 2.0 ** (feed.fails - 1))
        elif feed.server.tells:
            pace = TOLD
        else:
            pace = BUSY if any(run.status in UNDER_WAY for run in feed.runs) else REST
        spread = random.uniform(0.9, 1.1)  # so that many people's polls don't come at once
        return max(pace * spread, feed.server.rest())

    async def _listen(self, feed: Feed) -> None:
        try:
            async for _ in feed.server.changes():
                feed.urge()
                self._tell()
        except OpstuiError:
            return  # its error shows when its runs are read

    def _tell(self) -> None:
        for event in self._news:
            event.set()

    async def _quiet(self) -> None:
        tasks = [self._searching] if self._searching is not None else []
        self._searching = None
        for feed in self._feeds.values():
            tasks += [task for task in (feed.task, feed.ear) if task is not None]
            feed.task = feed.ear = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def merged(feeds: Sequence[Feed]) -> tuple[CiRun, ...]:
    """The runs of all feeds, newest first."""
    runs = [run for feed in feeds for run in feed.runs]
    runs.sort(key=lambda run: (run.created, run.number), reverse=True)
    return tuple(runs)
