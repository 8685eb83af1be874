"""Offering and starting opstui's own MLflow server, for every list that needs one."""

from __future__ import annotations

import asyncio
import textwrap
from collections.abc import Awaitable, Callable, Sequence

from opstui.domain.errors import OpstuiError
from opstui.domain.local_mlflow import FoundStore, LocalPhase, Offer
from opstui.domain.words import size
from opstui.operations.world import World
from opstui.panes.promotion_page import WIDTH
from opstui.ui.desk import Choice, Desk, Question
from opstui.ui.paint import Line, line

OWN = "own"


class LocalOffer:
    """What a list says and does while no MLflow server is configured.

    where: the list's own source of its address; it fails while there is none.
    """

    def __init__(self, world: World, where: Callable[[], Awaitable[str]]) -> None:
        self._world = world
        self._where = where
        self._address = False
        self._offer: Offer | None = None

    def reached(self) -> None:
        """A server answered; to be called after a good load."""
        self._address = True

    async def look(self) -> None:
        """Find out whether any server is configured; to be called after a load that failed."""
        try:
            await self._where()
            self._address = True
        except OpstuiError:
            self._address = False
            if self._offer is None:
                self._offer = await self._world.local.offer()

    @property
    def _elsewhere(self) -> bool:
        """Another server is configured: there is an address while the local one is off."""
        off = self._world.local.state().phase in (LocalPhase.OFF, LocalPhase.FAILED)
        return self._address and off

    def why_not(self) -> str:
        """Why it can't be started, or empty."""
        phase = self._world.local.state().phase
        if self._elsewhere:
            return "another MLflow server is configured"
        if phase is LocalPhase.STARTING:
            return "it is starting"
        return "it runs already" if phase is LocalPhase.READY else ""

    def waiting(self) -> bool:
        """Whether the server is on its way."""
        return not self._elsewhere and self._world.local.state().phase is LocalPhase.STARTING

    def unset(self) -> bool:
        """Whether no server is configured and the local one was not asked for."""
        return not self._address and self._world.local.state().phase is LocalPhase.OFF

    def lines(self) -> Sequence[Line]:
        """What can be done while there is no server."""
        offer = self._offer
        if offer is None or self.why_not():
            return ()
        shown: list[Line] = [()]
        if offer.installed:
            shown += [
                line(("S", "key"), (" starts opstui's own server", "plain")),
                line((offer.cost, "dim")), line((f"store {offer.store}", "dim")),
            ]
        else:
            shown.append(line(("a local one needs: ", "dim"), "pip install 'opstui[mlflow]'"))
        for store in offer.found:
            shown.append(line((f"found {store.path}: opened only after you said yes", "dim")))
        return shown

    async def start(self, desk: Desk) -> None:
        """Ask which store, say what it costs, start, and tell the panes."""
        offer = await self._world.local.offer()
        if not offer.installed:
            raise OpstuiError(
                "mlflow is not installed here", hint="install it with: pip install 'opstui[mlflow]'"
            )
        store = await _which(desk, offer)
        if store is None:
            return
        if isinstance(store, FoundStore):
            work = self._world.local.adopt(store) if await _may_adopt(desk, store, offer) else None
        else:
            work = self._world.local.start() if await _may_start(desk, offer) else None
        if work is None:
            return
        desk.say("the local MLflow server is starting; the other panes go on")
        await self._run(desk, work)

    async def _run(self, desk: Desk, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        try:
            while not task.done() and self._world.local.state().phase is not LocalPhase.STARTING:
                await asyncio.wait((task,), timeout=0.05)  # a foreign store is copied first
            desk.changed("experiments", "models")
            await task
        finally:
            task.cancel()
            desk.changed("experiments", "models")
        desk.say(f"MLflow runs at {self._world.local.state().address}")


async def _which(desk: Desk, offer: Offer) -> FoundStore | str | None:
    """A foreign store, OWN, or None."""
    if not offer.found:
        return OWN
    chosen = await desk.choose("Start MLflow on which store", [
        Choice(OWN, "opstui's own", offer.store),
        *(Choice(store.path, store.path, _about(store)) for store in offer.found),
    ])
    if chosen is None or chosen == OWN:
        return chosen
    return next(store for store in offer.found if store.path == chosen)


async def _may_start(desk: Desk, offer: Offer) -> bool:
    return await desk.confirm(Question(
        title="Start local MLflow", object=offer.store,
        effect="A real `mlflow server` runs on 127.0.0.1 until the last opstui ends. "
        f"Cost: {offer.cost}.",
        place="127.0.0.1", yes="Start",
        body=tuple(
            line((piece, "dim"))
            for piece in textwrap.wrap(offer.command, WIDTH, break_on_hyphens=False)
        ),
    ))


async def _may_adopt(desk: Desk, store: FoundStore, offer: Offer) -> bool:
    return await desk.confirm(Question(
        title="Serve a store that opstui did not make", object=store.path,
        effect="A newer MLflow migrates its schema for good: an older MLflow can't open it "
        f"afterwards. A copy is kept first. Cost: {offer.cost}.",
        place="127.0.0.1", yes="Copy and serve", danger=True,
        body=(line(("it is ", "dim"), _about(store)),),
    ))


def _about(store: FoundStore) -> str:
    parts = [store.kind, size(store.size) if store.size else "",
             f"schema {store.revision}" if store.revision else ""]
    return ", ".join(part for part in parts if part)
