"""What a model registry owns: registered models, versions, aliases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from opstui.domain.experiment import Pairs
from opstui.domain.status import Status

PROMPT_TAG = "mlflow.prompt.is_prompt"
"""MLflow keeps prompts as registered models with this tag; they are no models."""


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """A name under which versions are registered, and its aliases."""

    name: str
    aliases: tuple[tuple[str, str], ...] = ()
    """Alias and version, sorted by alias; versions are decimal strings as MLflow has them."""
    latest: str = ""
    """The highest version number known, empty without versions."""
    tags: Pairs = ()
    description: str = ""
    created: datetime | None = None
    updated: datetime | None = None

    @property
    def key(self) -> str:
        """Identity for lists and jumps."""
        return self.name

    def version_of(self, alias: str) -> str:
        """The version that the alias names, or empty."""
        return dict(self.aliases).get(alias, "")

    def aliases_of(self, version: str) -> tuple[str, ...]:
        """The aliases that name this version, sorted."""
        return tuple(alias for alias, named in self.aliases if named == version)


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One version of a registered model."""

    model: str
    version: str
    """A decimal number as a string, as MLflow has it; compare with `number`."""
    aliases: tuple[str, ...] = ()
    ready: bool = True
    status: Status = Status.PASSED
    status_note: str = ""
    stage: str = ""
    """Deprecated since MLflow 2.9 and never written; empty for none."""
    run_id: str = ""
    source: str = ""
    tags: Pairs = ()
    description: str = ""
    user: str = ""
    created: datetime | None = None
    updated: datetime | None = None

    @property
    def key(self) -> str:
        """Identity for lists and jumps."""
        return f"{self.model}/{self.version}"

    @property
    def number(self) -> int:
        """The version as a number, so that 10 sorts after 9."""
        return int(self.version)

    def tag(self, name: str) -> str:
        """The tag's value, or empty."""
        return dict(self.tags).get(name, "")
