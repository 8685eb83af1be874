"""Building images at commits: recipes, and what is ordered."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from opstui.domain.image import REVISION_LABEL

SOURCE_LABEL = "org.opencontainers.image.source"
CREATED_LABEL = "org.opencontainers.image.created"
VERSION_LABEL = "org.opencontainers.image.version"
"""Source: github.com/opencontainers/image-spec, annotations.md."""

_RECIPE = re.compile(r"(?:.*/)?(?:(?:Dockerfile|Containerfile)(?:\.[^/]+)?|[^/]+\.Dockerfile)")
_NOT = re.compile(r".*\.dockerignore")


def is_recipe(path: str) -> bool:
    """Whether a path is a Dockerfile's by its name."""
    return bool(_RECIPE.fullmatch(path)) and not _NOT.fullmatch(path)


@dataclass(frozen=True, slots=True)
class Recipe:
    """A Dockerfile at a commit."""

    path: str
    text: str
    fingerprint: str
    """Changes with the path and the text."""
    trusted: bool = False
    """The person said yes to exactly this one."""


@dataclass(frozen=True, slots=True)
class BuildOrder:
    """What is to be built, from what, and what the image will say of it."""

    commit: str
    """The full id."""
    path: str
    """The Dockerfile's path inside the commit."""
    name: str
    """`repository:tag` that the image gets."""
    made: datetime
    source: str = ""
    """Where the repository is, without credentials."""

    @property
    def version(self) -> str:
        """The tag, which is what people call a version."""
        return self.name.rpartition(":")[2]

    def labels(self) -> dict[str, str]:
        """What leads from the image back to its commit."""
        told = {
            REVISION_LABEL: self.commit, SOURCE_LABEL: self.source, VERSION_LABEL: self.version,
            CREATED_LABEL: self.made.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        return {name: value for name, value in told.items() if value}

    def parameters(self) -> dict[str, str]:
        """The query of `POST /build`; containers of steps are removed, also of one that failed."""
        return {
            "t": self.name, "dockerfile": self.path, "rm": "1", "forcerm": "1",
            "labels": json.dumps(self.labels()),
        }
