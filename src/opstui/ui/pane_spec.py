"""A pane as it is declared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from opstui.ui.level import Level
from opstui.ui.view import View


@dataclass(frozen=True, slots=True)
class PaneSpec:
    """A pane as it is declared: one line in the table of panes."""

    number: int
    source: str
    """The backend it depends on, for the header: git, ci, docker, mlflow."""
    tabs: tuple[View[Any], ...]
    called: Callable[[], str] | None = None
    """Which of several such backends it is, for the header; empty for the usual one."""
    strip: bool = False
    """It stands without a frame above the others, as high as it has rows."""
    levels: tuple[Level, ...] = ()
    """The tabs' lists, where somebody has begun to read them already."""
