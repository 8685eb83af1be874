"""Which server answers now: a configured one, or the embedded one once it is ready."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from opstui.backends.asked import Asked
from opstui.backends.mlflow.environment import access, embedded_access, stripped
from opstui.backends.mlflow.http import Door
from opstui.backends.protocols import CallLog, LocalMlflow
from opstui.domain.errors import OpstuiError
from opstui.domain.local_mlflow import LocalPhase


class Doorway:
    """Finds the door to a server for each request, since the embedded one comes and goes."""

    def __init__(
        self, uri: str, environ: Mapping[str, str], credentials: Path | None, local: LocalMlflow,
        calls: CallLog, asked: Asked | None = None,
    ) -> None:
        self.uri = uri
        """Empty for the embedded server."""
        self._environ = environ
        self._credentials = credentials
        self._local = local
        self._calls = calls
        self._asked = asked
        self._door: Door | None = None

    async def door(self) -> Door:
        """The door to the server; OpstuiError while there is none."""
        if not self.uri:
            return await self._embedded()
        if self._door is None:
            found = await asyncio.to_thread(access, self.uri, self._environ, self._credentials)
            if self._door is None:
                self._door = Door(found, self._calls, asked=self._asked)
        return self._door

    def base(self) -> str:
        """The server's address without secrets, without waiting; empty while there is none."""
        return stripped(self.uri).rstrip("/") if self.uri else self._local.state().address

    async def close(self) -> None:
        """Close its connections."""
        if self._door is not None:
            await self._door.close()

    async def _embedded(self) -> Door:
        state = self._local.state()
        if state.phase is LocalPhase.STARTING:
            raise OpstuiError("the local MLflow server is starting", hint="it takes about 7 s")
        if state.phase is LocalPhase.FAILED:
            raise OpstuiError(state.note, hint="press S to start it")
        if state.phase is LocalPhase.OFF:
            raise OpstuiError(
                "no MLflow server is configured",
                hint="press S to start a local one (0.44 GB, about 7 s), or set "
                "MLFLOW_TRACKING_URI",
            )
        if self._door is None or self._door.base != state.address:
            await self.close()
            self._door = Door(embedded_access(state.address), self._calls)
        return self._door
