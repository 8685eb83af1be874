"""What the lists that need an MLflow server have in common: a way to get one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from opstui.domain.errors import OpstuiError
from opstui.operations.world import World
from opstui.panes.local_mlflow import LocalOffer
from opstui.ui.action import action
from opstui.ui.desk import Desk
from opstui.ui.paint import Line
from opstui.ui.view import Keyed, View

T = TypeVar("T", bound=Keyed)
A = TypeVar("A")


def why_not_start(view: MlflowView[Any], _item: object) -> str:
    """Why no local server can be started."""
    return view.local.why_not()


class MlflowView(View[T]):
    """A list from MLflow; while no server is configured it offers opstui's own."""

    def __init__(self, world: World, where: Callable[[], Awaitable[str]]) -> None:
        self._world = world
        self.local = LocalOffer(world, where)

    async def ask(self, answer: Awaitable[A]) -> A:
        """The server's answer; after a failure it is known whether there is a server at all."""
        try:
            found = await answer
        except OpstuiError:
            await self.local.look()
            raise
        self.local.reached()
        return found

    def waiting(self) -> bool:
        """Whether the local server is starting."""
        return self.local.waiting()

    def unset(self) -> bool:
        """Whether nobody has set a server up yet."""
        return self.local.unset()

    def way_out(self) -> Sequence[Line]:
        """How to get a server."""
        return self.local.lines()

    @action("S", "Start local MLflow", item=False, when=why_not_start, footer=False)
    async def start_local(self, desk: Desk) -> None:
        """Start opstui's own MLflow server, after saying what it costs."""
        await self.local.start(desk)
