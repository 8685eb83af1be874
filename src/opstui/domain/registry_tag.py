"""What a registry tells of one tag."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from opstui.domain.image import REVISION_LABEL, Image


@dataclass(frozen=True, slots=True)
class RegistryTag:
    """A tag of a repository in a registry, and the image that it names."""

    repository: str
    """Host and repository as docker writes them."""
    tag: str
    digest: str = ""
    """The manifest's, `sha256:…`; empty where it could not be read."""
    size: int | None = None
    """Bytes to transfer: the layers as they are stored, and the config. None for several
    platforms."""
    created: datetime | None = None
    platforms: tuple[str, ...] = ()
    """Such as `linux/amd64`."""
    labels: tuple[tuple[str, str], ...] = ()
    config: str = ""
    """Digest of the image's config: what most engines call the image's id."""
    layers: tuple[tuple[str, int], ...] = ()
    """Digest and bytes of each layer, lowest first."""
    kind: str = ""
    """The manifest's media type."""
    problem: str = ""
    """Why nothing more is known of it."""

    @property
    def key(self) -> str:
        """Identity for lists and jumps."""
        return f"{self.repository}:{self.tag}"

    @property
    def revision(self) -> str:
        """The commit that it says it was built from, or empty."""
        return dict(self.labels).get(REVISION_LABEL, "")

    def is_same(self, image: Image) -> bool:
        """Whether an engine's image is this one: by its digests, or by its id."""
        if not self.digest:
            return False
        known = {one.partition("@")[2] for one in image.digests}
        return self.digest in known or image.id in (self.digest, self.config)
