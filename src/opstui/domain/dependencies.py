"""What a model needs installed, as the files that MLflow keeps beside it say.

Formats: pip's requirements.txt, and the `python_version` and `mlflow_version` of MLmodel
(https://mlflow.org/docs/latest/ml/model/). Only names and versions are wanted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_REQUIREMENT = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(.*)$")
_FACT = re.compile(
    r"^\s*(python_version|mlflow_version):\s*['\"]?([\w.+-]+)['\"]?\s*$", re.MULTILINE
)


def of_requirements(text: str) -> dict[str, str]:
    """Package to version, such as `1.5.2` or `>=2`; `any` where none is demanded."""
    found: dict[str, str] = {}
    for raw in text.splitlines():
        line = raw.split(" #")[0].split(";")[0].strip()
        match = _REQUIREMENT.match(line)
        if match and not line.startswith("#"):
            name = re.sub(r"[-_.]+", "-", match[1]).lower()
            found[name] = match[2].strip().removeprefix("==") or "any"
    return found


def of_mlmodel(text: str) -> dict[str, str]:
    """The Python and the MLflow that the model was saved with."""
    return {key.removesuffix("_version"): value for key, value in _FACT.findall(text)}


def changed(
    old: Mapping[str, str], new: Mapping[str, str]
) -> tuple[tuple[str, str, str], ...]:
    """Name, before and after of what differs, by name; empty texts where it is missing."""
    return tuple(
        (name, old.get(name, ""), new.get(name, ""))
        for name in sorted({*old, *new}) if old.get(name) != new.get(name)
    )
