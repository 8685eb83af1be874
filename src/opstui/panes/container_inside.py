"""Looking into a container: its log, a shell in it, what the engine knows, its image."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from opstui.domain.compose import Project
from opstui.domain.errors import OpstuiError
from opstui.domain.image import Container
from opstui.operations.acting import acting
from opstui.operations.world import World
from opstui.panes import container_log
from opstui.ui.action import action
from opstui.ui.desk import Desk, Detail, Program, Question, no_lines

if TYPE_CHECKING:
    from opstui.panes.containers import ContainersView

INSTALL = "install the docker command line"


def why_no_shell(part: ContainerInside, container: Container) -> str:
    """A command needs a container that runs."""
    if isinstance(container, Project):
        return "choose one of its containers"
    return "" if container.state == "running" else "not running"


def why_no_image(part: ContainerInside, container: Container) -> str:
    """An image can be gone while its container stays."""
    if isinstance(container, Project):
        return "choose one of its containers"
    known = any(one.id == container.image_id for one in part.view.world.board.images)
    return "" if known else "its image is gone or not listed"


def why_not_inspect(part: ContainerInside, container: Container) -> str:
    """The engine knows containers, not projects."""
    return "choose one of its containers" if isinstance(container, Project) else ""


class ContainerInside:
    """What leads into a container."""

    def __init__(self, view: ContainersView) -> None:
        self.view = view
        self._world: World = view.world

    @action("l", "Logs")
    async def logs(self, item: Container, desk: Desk) -> None:
        """Read the log over everything; of the marked ones, or of the project, merged by time."""
        meant = self.view.meant(item)
        whole = meant == self.view.members(item)
        name = item.name if whole else " ".join(one.name for one in meant)
        await desk.read(f"log of {name}", container_log.whole(self._world, meant))

    @action("e", "Shell", changes=("containers",), when=why_no_shell)
    async def shell(self, container: Container, desk: Desk) -> None:
        """Open a shell in the container; its end leads back here."""
        world, doors = self._world, self._world.containers
        if doors is None:
            raise OpstuiError("no shell can be opened here")
        place = await world.engine.where()
        words = await doors.shell(container)
        served = next((one for one in world.board.served if one.container == container.id), None)
        if (container.ports or served is not None) and not await desk.confirm(Question(
            title="Shell in container", object=container.name,
            effect=f"It serves {served.uri if served else ' '.join(container.ports)}: what you "
                   f"do in it is done to what answers there. {words[0]} is opened.",
            place=place, yes="Open", danger=True,
        )):
            return
        command = await doors.program(container, words)
        async with acting(
            world.journal, "container.exec", container.name, place, after=" ".join(words),
            evidence=(("id", container.id),),
        ) as act:
            code = await desk.hand_over(Program(
                command, title=f"the shell in {container.name}", install=INSTALL,
            ))
            act.result = f"left with exit code {code}"

    @action("i", "Inspect", when=why_not_inspect, footer=False)
    async def inspect(self, container: Container, desk: Desk) -> None:
        """Show all that the engine knows of the container as a foldable tree."""
        async def tree() -> object:
            return json.loads(await self._world.engine.inspect(container.id))

        await desk.read(f"inspect {container.name}", Detail(
            f"container/{container.id}/tree", "Inspect", no_lines, tree=tree,
        ))

    @action("I", "Image", when=why_no_image, footer=False)
    async def image(self, container: Container, desk: Desk) -> None:
        """Go to the image it was made from."""
        desk.go("images", container.image_id)
