"""The table of gates: a kind is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from opstui.domain.gates import (
    age,
    ci,
    command,
    image,
    lineage,
    metric,
    signature,
    tag,
    window,
)
from opstui.domain.gates.facts import Facts, Judgement


class Kind(NamedTuple):
    """One kind of gate."""

    spec: type[Any]
    """What a settings file sets of it."""
    judge: Callable[[Any, Facts], Judgement]
    named: bool
    """There can be several, each in a table of its own name."""


KINDS: dict[str, Kind] = {
    "ci": Kind(ci.Ci, ci.judge, False),
    "metric": Kind(metric.Metric, metric.judge, True),
    "signature": Kind(signature.SameSignature, signature.judge, False),
    "lineage": Kind(lineage.Lineage, lineage.judge, False),
    "image": Kind(image.ImageOf, image.judge, False),
    "tag": Kind(tag.Tag, tag.judge, True),
    "age": Kind(age.Age, age.judge, False),
    "window": Kind(window.Window, window.judge, True),
    "command": Kind(command.Command, command.judge, True),
}


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate of an environment."""

    kind: str
    spec: Any

    @property
    def name(self) -> str:
        """Such as `ci` or `metric.auc`."""
        return f"{self.kind}.{self.spec.name}" if KINDS[self.kind].named else self.kind

    def judge(self, facts: Facts) -> Judgement:
        """What it says of a candidate."""
        return KINDS[self.kind].judge(self.spec, facts)
