"""Building images at commits: recipes, and what is ordered."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from opstui.domain.errors import OpstuiError
from opstui.domain.image import REVISION_LABEL
from opstui.domain.image_reference import reference

SOURCE_LABEL = "org.opencontainers.image.source"
CREATED_LABEL = "org.opencontainers.image.created"
VERSION_LABEL = "org.opencontainers.image.version"
"""Source: github.com/opencontainers/image-spec, annotations.md."""

_RECIPE = re.compile(r"(?:.*/)?(?:(?:Dockerfile|Containerfile)(?:\.[^/]+)?|[^/]+\.Dockerfile)")
_FROM = re.compile(
    r"^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE | re.MULTILINE
)
_COPY_FROM = re.compile(
    r"^\s*COPY\s+(?:--\S+\s+)*?--from=(\S+)", re.IGNORECASE | re.MULTILINE
)
_NOT = re.compile(r".*\.dockerignore")


def is_recipe(path: str) -> bool:
    """Whether a path is a Dockerfile's by its name."""
    return bool(_RECIPE.fullmatch(path)) and not _NOT.fullmatch(path)


def hosts_of(text: str) -> set[str]:
    """The registries that a Dockerfile builds from, as far as its FROM and COPY lines say so.

    Names with variables in them, stages and `scratch` are left out.
    """
    found: set[str] = set()
    stages = {stage.lower() for _, stage in _FROM.findall(text)}
    for name in (*(name for name, _ in _FROM.findall(text)), *_COPY_FROM.findall(text)):
        if "$" in name or name == "scratch" or name.lower() in stages or name.isdigit():
            continue
        with suppress(OpstuiError):
            found.add(reference(name).host)
    return found


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
