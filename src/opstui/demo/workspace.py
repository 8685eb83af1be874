"""The demo's throw-away workspace: made, opened, and removed without a trace."""

from __future__ import annotations

import asyncio
import json
import os
import time
import uuid
from collections.abc import Callable, Coroutine
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from opstui.backends.calls import RecentCalls
from opstui.backends.mlflow.home import Home
from opstui.backends.mlflow.local import LocalMlflowServer
from opstui.demo.history import Teller, git
from opstui.demo.images import DemoImages
from opstui.demo.place import MARKER, make_folder, remove, write_wrapper
from opstui.demo.service import DemoService
from opstui.demo.tested import run_tests
from opstui.demo.training import check_installed, train
from opstui.domain.errors import OpstuiError
from opstui.domain.words import duration, plural
from opstui.places import Places, places

IMAGES_MADE = "images-made"
"""Stands in the folder once there may be images to remove."""

CHAMPION = "boosting"
"""The story's label of the commit that the champion was trained from."""
CHAMPIONS_SUBJECT = "Add gradient boosting beside the linear model"
"""And its subject, by which it is found when the demo is opened again."""

END_SECONDS = 15.0
"""How long the server may take to end."""

Tell = Callable[[str], None]
"""Gets one line of progress."""


@dataclass
class DemoWorkspace:
    """A prepared demo. `close` it when opstui ended."""

    folder: Path
    mark: str
    """What tells this demo's images from those of others."""
    keep: bool
    calls: RecentCalls = field(default_factory=RecentCalls)
    docker_host: str = ""
    _server: LocalMlflowServer | None = None

    @property
    def repository(self) -> Path:
        """The project's work tree: where opstui is to be opened."""
        return self.folder / "churn-service"

    @property
    def environ(self) -> dict[str, str]:
        """The environment that opstui has to see: the person's own without their MLflow servers
        and opstui settings, every folder of opstui's own inside the workspace."""
        kept = {
            name: value for name, value in os.environ.items()
            if not name.startswith(("MLFLOW_", "OPSTUI_MLFLOW"))
        }
        inside = {
            f"XDG_{what.upper()}_HOME": str(self.folder / what)
            for what in ("config", "data", "state", "cache")
        }
        return kept | inside | {"OPSTUI_MLFLOW_LOCAL": "auto"}

    @property
    def places(self) -> Places:
        """Opstui's own folders, inside the workspace."""
        return places(self.environ)

    async def serve(self) -> str:
        """Start the embedded MLflow server on the demo's own store; returns its address."""
        server = LocalMlflowServer(
            self.places.data, self.places.state, self.repository, self.calls, self.environ
        )
        self._server = server
        await server.start()
        return server.state().address

    async def close(self) -> None:
        """Leave the server; unless the demo is kept, remove its images and its folder."""
        await self._stop_service()
        if self._server is not None:
            await self._server.stop()
            await self._server_ended()
        if self.keep:
            return
        try:
            if (self.folder / IMAGES_MADE).exists():
                with closing(DemoImages(self.calls, self.mark, host=self.docker_host)) as images:
                    await images.remove()
        finally:
            await asyncio.to_thread(remove, self.folder)

    async def _stop_service(self) -> None:
        """It can't serve without the server, whose next address may be another one."""
        if (self.folder / IMAGES_MADE).exists():
            with (
                suppress(OpstuiError),  # the engine is gone by now, and the service with it
                closing(DemoService(self.calls, self.mark, host=self.docker_host)) as service,
            ):
                await service.remove()

    async def _server_ended(self) -> None:
        """Wait until the server wrote its last byte: until then its files can't be removed."""
        home = Home(self.places.data / "mlflow")
        for _ in range(int(END_SECONDS / 0.1)):
            if not await asyncio.to_thread(home.kept):
                return
            await asyncio.sleep(0.1)


async def prepare(
    folder: Path | None = None, *, keep: bool = False, tell: Tell, docker_host: str = "",
) -> DemoWorkspace:
    """Make a demo in a new folder, or open the one that an earlier `--keep` left there.

    folder: absolute; None takes a new one among the temporary files.
    docker_host: address of the engine; empty finds it as opstui does.
    Raises OpstuiError; nothing is left behind then.
    """
    check_installed()
    if folder is not None and (folder / MARKER).exists():
        mark = json.loads((folder / MARKER).read_text("utf-8"))["mark"]
        workspace = DemoWorkspace(folder, mark, True, docker_host=docker_host)
        address = await _timed(tell, "opened the demo of before, MLflow is up", workspace.serve())
        if (folder / IMAGES_MADE).exists():
            await _service(workspace, _champions_commit(workspace), address, tell)
        return workspace
    workspace = DemoWorkspace(
        await asyncio.to_thread(make_folder, folder), uuid.uuid4().hex[:12], keep,
        docker_host=docker_host,
    )
    try:
        await _fill(workspace, tell)
    except BaseException:
        workspace.keep = False
        await workspace.close()
        raise
    return workspace


async def _fill(workspace: DemoWorkspace, tell: Tell) -> None:
    """Everything at once, as far as one thing does not need another."""
    began = time.monotonic()
    tell(f"making a demo in {workspace.folder}")
    (workspace.folder / MARKER).write_text(json.dumps({"mark": workspace.mark}), "utf-8")
    write_wrapper(
        workspace.folder, workspace.repository, workspace.places.data / "mlflow" / "server.json"
    )
    teller = Teller(workspace.folder, datetime.now(UTC))
    serving = asyncio.create_task(
        _timed(tell, "started the MLflow server", workspace.serve()), name="demo server"
    )
    try:
        await _timed(tell, "made a git repository", _to_its_end(teller.tell))
        await _together(
            _test(workspace, teller, tell), _images(workspace, teller, tell),
            _train(workspace, teller, serving, tell),
        )
        if (workspace.folder / IMAGES_MADE).exists():
            await _service(workspace, teller.commits[CHAMPION], await serving, tell)
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
    tell(f"ready after {duration(time.monotonic() - began)}")


async def _test(workspace: DemoWorkspace, teller: Teller, tell: Tell) -> None:
    runs = await _timed(tell, "ran the tests of its branches", run_tests(
        workspace.repository, workspace.places, teller.commits, workspace.calls
    ))
    tell(f"  {', '.join(f'{run.branch} {run.status.word}' for run in runs)}")


async def _images(workspace: DemoWorkspace, teller: Teller, tell: Tell) -> None:
    with closing(
        DemoImages(workspace.calls, workspace.mark, host=workspace.docker_host)
    ) as images:
        try:
            await images.reach()
            (workspace.folder / IMAGES_MADE).touch()
            count = await images.make(workspace.repository, teller.commits)
        except OpstuiError as error:
            tell(f"no images: {error}")
        else:
            tell(f"imported {plural(count, 'image')}")


async def _service(workspace: DemoWorkspace, commit: str, address: str, tell: Tell) -> None:
    with closing(
        DemoService(workspace.calls, workspace.mark, host=workspace.docker_host)
    ) as service:
        try:
            name = await service.run(address, commit)
        except OpstuiError as error:
            tell(f"no container serves the champion: {error}")
        else:
            tell(f"started {name}, which serves the champion")


def _champions_commit(workspace: DemoWorkspace) -> str:
    """What the champion of the plan was trained from, by its image's tag in the story."""
    return git(
        workspace.repository, "log", "-1", "--format=%H", "--grep", CHAMPIONS_SUBJECT, "--all"
    )


async def _train(
    workspace: DemoWorkspace, teller: Teller, serving: asyncio.Task[str], tell: Tell
) -> None:
    def told(text: str, seconds: float) -> None:
        tell(f"{text}  {duration(seconds)}")

    await train(workspace.folder, workspace.repository, teller.commits, serving, told)


async def _together(*work: Coroutine[Any, Any, None]) -> None:
    """All of them; the first OpstuiError ends the others."""
    try:
        async with asyncio.TaskGroup() as group:
            for one in work:
                group.create_task(one)
    except ExceptionGroup as errors:
        expected, _ = errors.split(OpstuiError)
        if expected is None:
            raise
        raise expected.exceptions[0] from None


async def _to_its_end(work: Callable[[], None]) -> None:
    """In a thread; being cancelled waits for it, so that it writes nothing after the clean-up."""
    task = asyncio.create_task(asyncio.to_thread(work))
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise


async def _timed(tell: Tell, what: str, work: Coroutine[Any, Any, Any]) -> Any:
    """Do it, then say how long it took."""
    began = time.monotonic()
    answer = await work
    tell(f"{what}  {duration(time.monotonic() - began)}")
    return answer
