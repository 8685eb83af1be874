"""The table of CI servers: a name and what makes it, one line each.

A server is one file (or package) that implements `CiServer`. Its factory gets the context and
gives None where the server has nothing to do with this repository. Imports stay inside the
factories, so that a server that is not used costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opstui.backends.ci_protocols import CiServer
from opstui.backends.protocols import CallLog
from opstui.domain.errors import OpstuiError

if TYPE_CHECKING:
    from opstui.backends.ci.local.runner import LocalRunner


@dataclass(frozen=True, slots=True)
class CiContext:
    """All that a CI server may be made from."""

    repository: Path
    """The work tree's top, or a bare repository."""
    state: Path
    """Opstui's own folder for what must be kept."""
    cache: Path
    """Opstui's own folder for what may be deleted."""
    calls: CallLog
    command: str | tuple[str, ...] | None = None
    """The local runner's command from the person's own settings."""
    repo_command: str | None = None
    """The local runner's command from the repository's settings, not trusted by itself."""
    slots: int = 1
    timeout: float | None = None
    """Seconds."""
    keep: tuple[str, ...] = ()
    """Names of further environment variables that local runs may see."""
    environ: Mapping[str, str] | None = None
    """None for this process's own."""
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The settings of further servers, by their names here."""


Factory = Callable[[CiContext], CiServer | None]


def local(context: CiContext) -> LocalRunner:
    """The embedded runner; there is one for every repository."""
    from opstui.backends.ci.local.runner import LocalRunner

    return LocalRunner(
        context.repository, context.state, context.cache, context.calls, command=context.command,
        repo_command=context.repo_command, slots=context.slots, timeout=context.timeout,
        keep=context.keep, environ=context.environ,
    )


SERVERS: dict[str, Factory] = {
    "local": local,
}


def connect(context: CiContext, names: Iterable[str] | None = None) -> tuple[CiServer, ...]:
    """The servers that have to do with this repository; all of the table, or those named."""
    found: list[CiServer] = []
    for name in SERVERS if names is None else names:
        if name not in SERVERS:
            raise OpstuiError(
                f"there is no CI server called {name!r}", hint=f"known: {', '.join(SERVERS)}"
            )
        server = SERVERS[name](context)
        if server is not None:
            found.append(server)
    return tuple(found)
