"""The door to container engines: Docker, or podman's socket that speaks Docker's API."""

from __future__ import annotations

from opstui.backends.docker.engine import DockerEngine

__all__ = ["DockerEngine"]
