"""Facts for gates, with what each test is about put in."""

from __future__ import annotations

from typing import Any

from opstui.domain.experiment import Run
from opstui.domain.gates.facts import Baseline, Facts, Known
from opstui.domain.model import ModelVersion
from opstui.domain.status import Status
from tests.fakes.registry import NOW, SHA

SILENT: Known[Any] = Known(None, "MLflow cannot be reached")


def known(value: Any) -> Known[Any]:
    return Known(value, "")


def run(data: str = "d1", tags: dict[str, str] | None = None, **metrics: float) -> Run:
    return Run(
        "run9", "scaler", "1", Status.PASSED, metrics=tuple(metrics.items()), finished=NOW,
        tags=tuple((tags or {}).items()), datasets=(("train", data),) if data else (),
    )


def beside(data: str = "d1", **metrics: float) -> Baseline:
    return Baseline("7", known(run(data, None, **metrics)))


def facts(**more: Any) -> Facts:
    """A candidate v9 of churn at SHA; nothing else is known."""
    parts: dict[str, Any] = {"version": ModelVersion("churn", "9", created=NOW), "commit": SHA}
    return Facts(now=NOW, **{**parts, **more})
