"""Build requests of one repository: found among all that a master was ever asked for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace

from opstui.backends.ci.buildbot.decode import PROPERTIES, Order, run_of, steps_of
from opstui.backends.ci.same import same_place
from opstui.backends.ci.web.address import Query
from opstui.backends.ci.web.door import Door
from opstui.backends.json_object import Json, not_json
from opstui.domain.ci import CiRun
from opstui.domain.status import Status

API = "/api/v2"
FIRST, PAGE, PAGES = 50, 200, 5
"""Requests in the first look and in each further one, and looks for the runs of this repository
among those of all. A look costs the master a query for each build."""
MOST_RUNNING = 8
"""Builds under way whose steps are asked for, to tell early that one failed."""
FRESH = 60.0
"""Seconds for which the names of builders are taken as known."""


class Orders:
    """What one master was asked to build, as far as it is this repository."""

    def __init__(
        self, name: str, door: Door, remotes: tuple[str, ...], builders: tuple[str, ...]
    ) -> None:
        self._name = name
        self._door = door
        self._remotes = remotes
        self._wanted = builders
        self._names: dict[int, str] = {}
        self._asked = -FRESH
        self._seen: set[int] = set()
        self.place: dict[str, str] = {"repository": remotes[0]} if remotes else {}
        """Repository and project, as the master writes them."""
        self.note = ""
        """Why there may be less in the list than a person expects."""

    async def newest(self, limit: int) -> tuple[CiRun, ...]:
        """The newest runs, as many as are found within a few looks."""
        names = await self.builders()
        wanted = {one for one, name in names.items() if name in self._wanted}
        missing = [name for name in self._wanted if name not in names.values()]
        found: list[Order] = []
        before, others, size, more = None, 0, min(max(FIRST, limit), PAGE), True
        for _ in range(PAGES):
            orders = await self._page(before, wanted, size)
            ours = [one for one in orders if self._ours(one)]
            found += [one for one in ours if not one.merged]
            others += len(orders) - len(ours)
            more = len(orders) == size
            if len(found) >= limit or not more:
                break
            before, size = orders[-1].id, PAGE
        self._remember(found)
        self._explain(found, others, missing, more and len(found) < limit)
        found = list(_parents(found))[:limit]
        found = await self._with_steps(found)
        return _told_again([self._run(one) for one in found], found)

    async def one(self, request: str) -> Order:
        """One request as it is now."""
        found = await self._get(f"/buildrequests/{request}", "buildrequests")
        if not found:
            raise not_json("Buildbot", f"request {request} is empty", self._door.base)
        sets, builds = await asyncio.gather(
            self._get(f"/buildsets/{found[0].whole('buildsetid')}", "buildsets"),
            self._get(f"/buildrequests/{request}/builds", "builds", {"property": PROPERTIES}),
        )
        builds.sort(key=lambda one: one.whole("buildid"))
        return Order(found[0], sets[0] if sets else None, tuple(builds))

    async def run(self, request: str) -> CiRun:
        """One request as a run."""
        order = await self.one(request)
        await self.builders()
        return self._run(order)

    async def builders(self) -> dict[int, str]:
        """The master's builders by their ids."""
        if time.monotonic() - self._asked > FRESH:
            found = await self._get("/builders", "builders")
            self._names = {one.whole("builderid"): one.text("name") for one in found}
            self._asked = time.monotonic()
        return self._names

    async def allowed(self) -> set[int] | None:
        """Builders that count here: those of the settings, else those seen building this."""
        names = await self.builders()
        if self._wanted:
            return {one for one, name in names.items() if name in self._wanted}
        return self._seen or None

    def _run(self, order: Order) -> CiRun:
        stamp = next(self._stamps(order), next(iter(order.stamps), None))
        return run_of(order, self._name, self._door.base, self._names, stamp)

    def _stamps(self, order: Order) -> Iterator[Json]:
        for stamp in order.stamps:
            if any(same_place(stamp.text("repository"), one) for one in self._remotes):
                yield stamp

    def _ours(self, order: Order) -> bool:
        """Whether it builds this repository; the settings' word counts more than its own."""
        if self._wanted:
            return self._names.get(order.request.whole("builderid")) in self._wanted
        return next(self._stamps(order), None) is not None

    def _remember(self, orders: list[Order]) -> None:
        for order in orders:
            self._seen.add(order.request.whole("builderid"))
            for stamp in self._stamps(order):
                self.place = {name: stamp.text(name) for name in ("repository", "project")}

    def _explain(
        self, found: list[Order], others: int, missing: list[str], more: bool
    ) -> None:
        self.note = ""
        if missing:
            self.note = f"it has no builder called {', '.join(missing)}"
        elif not found and others:
            self.note = (f"none of its newest {others} builds is of this repository; name its "
                         "`builders` in the settings")
        elif more:
            self.note = f"only its newest {others + len(found)} builds were looked through"

    async def _page(self, before: int | None, wanted: set[int], size: int) -> list[Order]:
        """A stretch of requests, newest first, with their buildsets and builds."""
        query: dict[str, str | int | tuple[str, ...]] = {"order": "-buildrequestid", "limit": size}
        if before is not None:
            query["buildrequestid__lt"] = before
        if wanted:
            query["builderid__eq"] = tuple(str(one) for one in wanted)
        requests = await self._get("/buildrequests", "buildrequests", query)
        requests.sort(key=lambda one: one.whole("buildrequestid"), reverse=True)
        if not requests:
            return []
        sets, builds = await asyncio.gather(
            self._get("/buildsets", "buildsets", _between("bsid", requests, "buildsetid")),
            self._get("/builds", "builds", {
                **_between("buildrequestid", requests, "buildrequestid"), "order": "buildid",
                "property": PROPERTIES,
            }),
        )
        by_set = {one.whole("bsid"): one for one in sets}
        by_request: dict[int, list[Json]] = {}
        for build in builds:
            by_request.setdefault(build.whole("buildrequestid"), []).append(build)
        return [
            Order(one, by_set.get(one.whole("buildsetid")),
                  tuple(by_request.get(one.whole("buildrequestid"), ())))
            for one in requests
        ]

    async def _with_steps(self, orders: list[Order]) -> list[Order]:
        """The same, with the steps of what runs now."""
        running = [one for one in orders
                   if one.build is not None and not one.build.truth("complete")][:MOST_RUNNING]
        told = await asyncio.gather(*(
            self._get(f"/builds/{one.build.whole('buildid')}/steps", "steps")
            for one in running if one.build is not None
        ))
        steps = {one.id: steps_of(found) for one, found in zip(running, told, strict=True)}
        return [replace(one, steps=steps.get(one.id, ())) for one in orders]

    async def _get(self, path: str, name: str, query: Query | None = None) -> list[Json]:
        return list((await self._door.get(API + path, query)).json().objects(name))


def _between(name: str, requests: list[Json], field: str) -> dict[str, str | int]:
    numbers = [one.whole(field) for one in requests]
    return {f"{name}__ge": min(numbers), f"{name}__le": max(numbers)}


def _parents(orders: list[Order]) -> Iterator[Order]:
    """Without the builds that another one of the list triggered: those are its jobs."""
    builds = {build.whole("buildid") for order in orders for build in order.builds}
    for order in orders:
        parent = order.buildset.whole("parent_buildid") if order.buildset else 0
        if parent not in builds:
            yield order


def _told_again(runs: list[CiRun], orders: list[Order]) -> tuple[CiRun, ...]:
    """Rebuilds are further attempts: count them, and mark what passed after it had failed.

    As far as the list reaches. Runs and orders are the same ones, newest first.
    """
    first: dict[int, int] = {
        build.whole("buildid"): build.whole("buildid") for order in orders for build in order.builds
    }
    attempts: dict[int, int] = {}
    failed: set[tuple[int, str]] = set()
    told: list[CiRun] = []
    for run, order in zip(reversed(runs), reversed(orders), strict=True):
        root = order.buildset.whole("rebuilt_buildid") if order.buildset else 0
        if root == 0 and order.build is not None:
            root = first[order.build.whole("buildid")]
        attempts[root] = attempts.get(root, 0) + run.attempt
        flaky = run.status is Status.PASSED and (root, run.commit) in failed
        if run.status is Status.FAILED:
            failed.add((root, run.commit))
        attempt = attempts[root] if root else run.attempt
        told.append(replace(run, attempt=attempt, flaky=flaky))
    return tuple(reversed(told))
