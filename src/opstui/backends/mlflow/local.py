"""The embedded default: a real `mlflow server` of opstui's own, shared by every opstui."""

from __future__ import annotations

import asyncio
import json
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from opstui.backends.mlflow.command import (
    COST,
    mlflow_command,
    server_command,
    server_environment,
)
from opstui.backends.mlflow.environment import embedded_access
from opstui.backends.mlflow.home import OTHER_KEEPER, Facts, Home
from opstui.backends.mlflow.http import Door
from opstui.backends.protocols import CallLog
from opstui.domain.errors import OpstuiError
from opstui.domain.local_mlflow import FoundStore, LocalPhase, LocalState, Offer

START_SECONDS = 200.0
"""Longer than the keeper waits for its server."""
LOOK_SECONDS = 0.1


class LocalMlflowServer:
    """Starts or joins the embedded server. Implements `protocols.LocalMlflow`.

    data: opstui's XDG data folder; the store is `mlflow/mlflow.db` in it.
    state: opstui's XDG state folder; the server's output goes to `mlflow/` in it.
    cwd: the folder where foreign stores are looked for.
    environ: what the server shall inherit, without its MLflow settings.
    """

    def __init__(
        self, data: Path, state: Path, cwd: Path, calls: CallLog, environ: Mapping[str, str]
    ) -> None:
        self._data = data
        self._logs = state / "mlflow"
        self._cwd = cwd
        self._calls = calls
        self._environ = environ
        self._state = LocalState(LocalPhase.OFF)
        self._home = Home(data / "mlflow")
        self._lease: IO[str] | None = None
        self._starting = asyncio.Lock()

    def state(self) -> LocalState:
        """What it is doing now; a server that ended behind our back is noticed here."""
        if self._state.phase is LocalPhase.READY:
            facts = self._home.facts()
            if not self._home.kept():
                note = facts.note if facts and facts.phase == "failed" else "it was ended"
                self._fail(f"the local MLflow server does not run any more: {note}")
            elif facts and facts.phase == "ready":  # another opstui may have started it anew
                self._state = ready(facts)
        return self._state

    async def offer(self) -> Offer:
        """What starting it would use and cost, and which foreign stores lie nearby."""
        from opstui.backends.mlflow.stores import stores_near  # brings SQLite along

        mlflow = await asyncio.to_thread(mlflow_command, self._environ)
        store, artifacts = self._own()
        command = server_command(mlflow or ["mlflow"], store, artifacts)
        return Offer(
            installed=bool(mlflow), command=shlex.join(command),
            store=store.removeprefix("sqlite:///"), cost=COST,
            found=await asyncio.to_thread(stores_near, self._cwd),
        )

    def running(self) -> bool:
        """Whether some opstui already has the server on opstui's own store, so joining is free."""
        return Home(self._data / "mlflow").kept()

    async def start(self) -> None:
        """Start the server on opstui's own store, or join the one that another opstui started."""
        async with self._starting:
            await self._serve(Home(self._data / "mlflow"), *self._own())

    async def adopt(self, store: FoundStore) -> None:
        """Keep a copy of a store that opstui did not make, then serve the store itself.

        A newer MLflow migrates its schema for good. The copy lies under `mlflow/adopted` in
        opstui's data folder.
        """
        from opstui.backends.mlflow.stores import adopted_folder, artifacts_of, store_uri

        async with self._starting:
            home = Home(adopted_folder(self._data, store))
            if not home.kept():
                copy = await asyncio.to_thread(self._copy, store, home)
                self._calls.record(
                    "mlflow", "copy of a foreign store", f"ls {shlex.quote(str(copy))}", "kept",
                    ok=True, milliseconds=0.0,
                )
            artifacts = artifacts_of(store, home.folder / "artifacts")
            await self._serve(home, store_uri(store), artifacts)

    async def stop(self) -> None:
        """Leave the server; the last opstui that leaves ends it."""
        self._leave()
        self._state = LocalState(LocalPhase.OFF)

    def _copy(self, store: FoundStore, home: Home) -> Path:
        from opstui.backends.mlflow.stores import keep_copy

        try:
            home.make()
        except OSError as error:
            raise OpstuiError(
                f"the folder for the copy cannot be made: {error}", where=str(home.folder)
            ) from error
        return keep_copy(store, home.folder)

    def _own(self) -> tuple[str, Path]:
        folder = self._data / "mlflow"
        return f"sqlite:///{folder / 'mlflow.db'}", folder / "artifacts"

    async def _serve(self, home: Home, store: str, artifacts: Path) -> None:
        """Leave the present server, then start or join the one of `home`."""
        if self.state().phase is LocalPhase.READY and home.folder == self._home.folder:
            return
        self._leave()
        self._home = home
        self._state = LocalState(LocalPhase.STARTING)
        try:
            facts = await self._ready(store, artifacts)
        except OpstuiError as error:
            self._fail(error.what)
            raise
        except OSError as error:
            failure = self._not_started(str(error), None)
            self._fail(failure.what)
            raise failure from error
        except asyncio.CancelledError:
            await self.stop()
            raise
        self._state = ready(facts)

    async def _ready(self, store: str, artifacts: Path) -> Facts:
        """Hold a lease and wait for the keeper's server, starting a keeper where there is none."""
        home, began = self._home, time.monotonic()
        await asyncio.to_thread(home.make)
        started = False
        while time.monotonic() - began < START_SECONDS:
            if self._lease is None:  # the server before is still ending
                self._lease = home.lease()
            elif not home.kept():
                facts = home.facts()
                if started:
                    raise self._not_started(facts.note if facts else "it was ended", facts)
                started = await self._start_keeper(store, artifacts)
            else:
                facts = home.facts()
                if facts and facts.phase == "ready" and facts.store == store:
                    await self._answers(facts.address)
                    return facts
            await asyncio.sleep(LOOK_SECONDS)
        raise self._not_started("it did not answer in time", home.facts())

    async def _answers(self, address: str) -> None:
        """What the keeper says is not enough: ask the server itself."""
        door = Door(embedded_access(address), self._calls)
        try:
            await door.read_text("/health")
        finally:
            await door.close()

    async def _start_keeper(self, store: str, artifacts: Path) -> bool:
        """Start a keeper; false when another one was faster."""
        mlflow = await asyncio.to_thread(mlflow_command, self._environ)
        if not mlflow:
            raise OpstuiError(
                "MLflow is not installed here",
                hint='install it with `pip install "opstui[mlflow]"`',
            )
        command = server_command(mlflow, store, artifacts)
        plan = {
            "home": str(self._home.folder), "store": store, "command": command,
            "upgrade": [*mlflow, "db", "upgrade", store],
            "log": str(self._logs / f"{self._home.folder.name}.log"),
        }
        began = time.monotonic()
        code = await asyncio.to_thread(self._run_keeper, json.dumps(plan))
        self._calls.record(
            "mlflow", "start mlflow server", shlex.join(command), f"exit {code}",
            ok=code in (0, OTHER_KEEPER), milliseconds=(time.monotonic() - began) * 1000,
        )
        if code not in (0, OTHER_KEEPER):
            raise self._not_started(f"its keeper ended with exit code {code}", None)
        return code == 0

    def _run_keeper(self, plan: str) -> int:
        """Returns once the keeper holds its lock and goes on in the background."""
        self._logs.mkdir(parents=True, exist_ok=True)
        with (self._logs / "keeper.log").open("wb") as log:
            done = subprocess.run(
                [sys.executable, "-P", "-m", "opstui.backends.mlflow.keeper", plan],
                cwd=self._home.folder, env=server_environment(self._environ), check=False,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )
        return done.returncode

    def _not_started(self, note: str, facts: Facts | None) -> OpstuiError:
        return OpstuiError(
            f"the local MLflow server did not start: {note}",
            where=facts.log if facts else str(self._logs), hint="press S to try again",
        )

    def _fail(self, note: str) -> None:
        self._leave()
        self._state = LocalState(LocalPhase.FAILED, note=note)

    def _leave(self) -> None:
        if self._lease is not None:
            self._lease.close()
            self._lease = None


def ready(facts: Facts) -> LocalState:
    """The state of a server that answers."""
    return LocalState(
        LocalPhase.READY, facts.address, f"MLflow {facts.version}, process {facts.pid}"
    )
