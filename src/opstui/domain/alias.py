"""What an alias may be called."""

from __future__ import annotations

import re

from opstui.domain.errors import OpstuiError

_NAME = re.compile(r"[\w-]{1,255}", re.ASCII)
_VERSION = re.compile(r"v\d+", re.IGNORECASE)


def checked_alias(name: str) -> str:
    """`name`, or OpstuiError with the reason why a registry would refuse it.

    Source: MLflow's validation of alias names (mlflow/utils/validation.py).
    """
    if not _NAME.fullmatch(name):
        raise OpstuiError(
            f"{name!r} can't be an alias",
            hint="use up to 255 letters, digits, dashes and underscores",
        )
    if name.lower() == "latest" or _VERSION.fullmatch(name):
        raise OpstuiError(
            f"{name!r} can't be an alias: MLflow keeps `latest` and `v1`, `v2`, … for itself",
            hint="choose another name",
        )
    return name


NEW = "new"
"""Stands for a version that is made on the way, and has no number yet."""


def named(version: str) -> str:
    """What an alias names, for sentences: `v7`, `a new version`, or `no version`."""
    if version == NEW:
        return "a new version"
    return f"v{version}" if version else "no version"
