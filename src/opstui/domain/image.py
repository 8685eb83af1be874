"""What a container engine owns: images and containers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from opstui.domain.status import Status

REVISION_LABEL = "org.opencontainers.image.revision"
"""The commit an image was built from; source: the OCI image spec's annotations."""


@dataclass(frozen=True, slots=True)
class Image:
    """One image of the engine, with all its names."""

    id: str
    """The full id, `sha256:…`."""
    tags: tuple[str, ...]
    """Every `repository:tag`; empty for a dangling image."""
    digests: tuple[str, ...]
    """Every `repository@sha256:…`; an image has one only after a push or pull."""
    size: int
    """Bytes, shared layers included."""
    created: datetime | None
    labels: tuple[tuple[str, str], ...] = ()
    used_by: tuple[str, ...] = ()
    """Names of the containers, running or not, that were made from it."""

    @property
    def key(self) -> str:
        """Identity for lists and jumps."""
        return self.id

    @property
    def short_id(self) -> str:
        """Twelve digits, as the docker client prints."""
        return self.id.removeprefix("sha256:")[:12]

    @property
    def name(self) -> str:
        """What to call it in a sentence: its first tag, else its short id."""
        return self.tags[0] if self.tags else self.short_id

    @property
    def revision(self) -> str:
        """The commit it says it was built from, or empty."""
        return dict(self.labels).get(REVISION_LABEL, "")


@dataclass(frozen=True, slots=True)
class Container:
    """One container of the engine, running or not."""

    id: str
    name: str
    image: str
    """The image's name as it was given when the container was made."""
    image_id: str
    state: str
    """The engine's word: created, running, paused, restarting, exited, dead."""
    status: Status
    health: str = ""
    """healthy, unhealthy, starting, or empty without a health check."""
    ports: tuple[str, ...] = ()
    """Published ports such as `127.0.0.1:8080→80/tcp`."""
    created: datetime | None = None
    note: str = ""
    """The engine's own sentence, such as `Up 3 minutes (healthy)`."""
    labels: tuple[tuple[str, str], ...] = field(default=())

    @property
    def key(self) -> str:
        """Identity for lists and jumps."""
        return self.id


@dataclass(frozen=True, slots=True)
class Layer:
    """One line of an image's history."""

    command: str
    size: int
    """Bytes."""
    created: datetime | None = None
