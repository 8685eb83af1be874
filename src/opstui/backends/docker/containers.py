"""What can be done to containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opstui.domain.image import Container

if TYPE_CHECKING:
    from opstui.backends.docker.client import Client

GRACE = 10
"""Seconds between asking a container to stop and killing it, where it does not say itself."""


def start(client: Client, container: Container) -> None:
    """Start it."""
    client.container_facts(container.id)
    client.start(container.id)


def stop(client: Client, container: Container) -> None:
    """Stop it with its own grace time."""
    client.stop(container.id, timeout=_grace(client, container))


def restart(client: Client, container: Container) -> None:
    """Stop and start it, with the same grace time."""
    client.restart(container.id, timeout=_grace(client, container))


def _grace(client: Client, container: Container) -> int:
    """Its StopTimeout; -1, wait for ever, is cut to ten minutes so that the call ends."""
    seconds = (client.container_facts(container.id).get("Config") or {}).get("StopTimeout")
    if not isinstance(seconds, int):
        return GRACE
    return 600 if seconds < 0 else seconds
