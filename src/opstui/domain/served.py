"""What a container says that it serves: a model version, an alias, a run's model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from opstui.domain.image import REVISION_LABEL, Container

_VERSION = re.compile(r"models:/(?P<model>[^/@:]+)/(?P<version>\d{1,18})")
_ALIAS = re.compile(r"models:/(?P<model>[^/@:]+)@(?P<alias>[^/@:]+)")
_LOGGED = re.compile(r"models:/(?P<logged_model>m-[0-9a-f]{32})(?:/.*)?")
_RUN = re.compile(r"runs:/(?P<run_id>[0-9a-f]{32})(?:/.*)?")
_MODEL = re.compile(r"(?:models|runs):/[^\s/][^\s]*")


@dataclass(frozen=True, slots=True)
class ServedNames:
    """Where to look for the address of a served model, first match first."""

    environment: tuple[str, ...] = ("MODEL_URI", "MLFLOW_MODEL_URI", "MODEL")
    """Environment variables."""
    labels: tuple[str, ...] = ("opstui.model_uri", "mlflow.model_uri")
    """Labels of the container; those of its image are among them."""


@dataclass(frozen=True, slots=True)
class Within:
    """What only a look inside a container tells: the variables asked for, and its start."""

    environment: Mapping[str, str] = field(default_factory=dict)
    """Only variables that were asked for and that name a model: the others may be secrets."""
    started: datetime | None = None
    """When it was started last; None where it never was."""
    image: str = ""
    """The image's name as it was given: the list has only an id once the name moved on."""


@dataclass(frozen=True, slots=True)
class Served:
    """What one container serves, as far as it says so."""

    container: str
    """The container's id."""
    name: str
    """The container's name."""
    uri: str
    """`models:/churn/9`, `models:/churn@champion`, `runs:/<id>/model` or `models:/m-<id>`."""
    proof: str
    """What says so: `environment MODEL_URI` or `label opstui.model_uri`."""
    model: str = ""
    version: str = ""
    alias: str = ""
    """An alias names another version once it is moved; the container goes on with the old one."""
    run_id: str = ""
    logged_model: str = ""
    revision: str = ""
    """The commit, from the label of the container or its image, where told."""
    started: datetime | None = None

    @property
    def key(self) -> str:
        """Identity: that of its container."""
        return self.container

    @property
    def version_key(self) -> str:
        """The key of the model version that it names by number, or empty."""
        return f"{self.model}/{self.version}" if self.version else ""


def names_model(text: str) -> bool:
    """Whether a text is the address of a model, in MLflow's two schemes, and nothing else."""
    return _MODEL.fullmatch(text) is not None


def kept(environment: Iterable[str], names: ServedNames) -> dict[str, str]:
    """Of `NAME=value` texts, those that are asked for and name a model; all others are dropped."""
    found = (text.partition("=") for text in environment)
    return {
        name: value for name, _, value in found
        if name in names.environment and names_model(value)
    }


def served(
    container: Container, environment: Mapping[str, str], names: ServedNames,
    started: datetime | None = None,
) -> Served | None:
    """What the container serves, or None where nothing says so.

    Labels come first: who started it wrote them on purpose, while a variable may come from the
    image. Source of the addresses: MLflow's documentation, "Referencing Models".
    """
    labels = dict(container.labels)
    places = (
        *((f"label {name}", labels.get(name, "")) for name in names.labels),
        *((f"environment {name}", environment.get(name, "")) for name in names.environment),
    )
    told = next(((proof, uri) for proof, uri in places if names_model(uri)), None)
    if told is None:
        return None
    proof, uri = told
    parts: dict[str, str] = {}
    for pattern in (_LOGGED, _VERSION, _ALIAS, _RUN):
        if match := pattern.fullmatch(uri):
            parts = match.groupdict()
            break
    return Served(
        container.id, container.name, uri, proof, started=started,
        revision=labels.get(REVISION_LABEL, ""), **parts,
    )
