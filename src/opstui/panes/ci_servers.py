"""All CI servers as one source: their runs merged, their news in one stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from opstui.backends.ci_protocols import CiServer
from opstui.domain.ci import Capability, CiRun
from opstui.domain.errors import OpstuiError

LIMIT = 200
"""Runs asked of each server."""


async def all_runs(
    servers: Sequence[CiServer], limit: int = LIMIT
) -> tuple[tuple[CiRun, ...], dict[str, str]]:
    """The runs of all servers, newest first, and the errors of those that failed, by name.

    Raises OpstuiError when every server failed.
    """
    answers = await asyncio.gather(
        *(server.runs(limit) for server in servers), return_exceptions=True
    )
    runs: list[CiRun] = []
    errors: dict[str, str] = {}
    failure: OpstuiError | None = None
    for server, answer in zip(servers, answers, strict=True):
        if isinstance(answer, OpstuiError):
            failure = answer
            errors[server.name] = str(answer)
        elif isinstance(answer, BaseException):
            raise answer
        else:
            runs.extend(answer)
    if failure is not None and len(errors) == len(servers):
        raise failure
    runs.sort(key=lambda run: (run.created, run.number), reverse=True)
    return tuple(runs), errors


async def all_changes(servers: Sequence[CiServer]) -> AsyncIterator[None]:
    """Yields when any server has news; a server that fails to tell is left out."""
    news = asyncio.Event()

    async def listen(server: CiServer) -> None:
        try:
            async for _ in server.changes():
                news.set()
        except OpstuiError:
            return  # its error shows when its runs are read

    tasks = [asyncio.create_task(listen(server)) for server in servers]
    try:
        while True:
            await news.wait()
            news.clear()
            yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def server_of(servers: Sequence[CiServer], run: CiRun) -> CiServer | None:
    """The server a run lives on, None where it is not configured any more."""
    return next((server for server in servers if server.name == run.server), None)


def why_not(servers: Sequence[CiServer], run: CiRun, capability: Capability) -> str:
    """Why the run's server can't do it; empty when it can."""
    server = server_of(servers, run)
    if server is None:
        return f"{run.server} is not configured"
    if capability in server.capabilities:
        return ""
    return server.why_not(capability) or f"{server.name} can't"
