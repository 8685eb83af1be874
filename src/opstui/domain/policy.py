"""The policy of promotion: environments, which of them are protected, and the gates before each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, fields

from opstui.domain.gates.table import Gate

MODEL = "{model}"
"""Stands for the registered model's name in an environment's `model`."""


@dataclass(frozen=True, slots=True)
class Environment:
    """Somewhere a version can be promoted to: an alias, maybe of another registered model."""

    name: str
    alias: str
    """The alias that names the version which serves there."""
    model: str = ""
    """The registered model that it is, such as `prod.{model}`; empty: the version's own."""
    protected: bool = False
    """Its name has to be typed before anything there is changed."""
    gates: tuple[Gate, ...] = ()
    source: str = ""
    """The file that says so."""
    own: bool = False
    """It comes from the person's own settings, so what it runs is trusted."""

    def registered(self, model: str) -> str:
        """The registered model that a version of `model` is promoted in."""
        if not self.model or _fits(self.model, model):
            return model
        return self.model.replace(MODEL, model)

    @property
    def target(self) -> str:
        """What it is, in a few words: `champion`, or `champion of prod.{model}`."""
        return f"{self.alias} of {self.model}" if self.model else self.alias

    @property
    def fingerprint(self) -> str:
        """Changes with everything that this policy demands; where it is written is left out."""
        gates = [
            [gate.name, *([one.name, repr(getattr(gate.spec, one.name))]
                          for one in fields(gate.spec))]
            for gate in self.gates
        ]
        text = json.dumps([self.name, self.alias, self.model, self.protected, gates])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def against(self) -> frozenset[str]:
        """The aliases whose versions its gates compare with; empty stands for the champion's."""
        return frozenset(
            gate.spec.against for gate in self.gates if getattr(gate.spec, "compares", False)
        )

    def asks(self, *kinds: str) -> bool:
        """Whether there is a gate of one of these kinds."""
        return any(gate.kind in kinds for gate in self.gates)


def named(environments: Iterable[Environment], name: str, model: str) -> Environment | None:
    """The environment that a promotion of `model` to `name` is about.

    `name` is an environment's or an alias. What is written for this registered model itself
    comes first, so that no way of naming the same alias leads around its gates.
    """
    known = tuple(environments)
    exact = next((one for one in known if one.name == name), None)
    if exact is not None and exact.model:
        return exact
    alias = exact.alias if exact is not None else name
    for one in known:
        if one.model and one.alias == alias and _fits(one.model, model):
            return one
    return exact or next((one for one in known if not one.model and one.alias == alias), None)


def _fits(pattern: str, model: str) -> bool:
    """Whether a registered model's name is one that the pattern can make."""
    before, found, after = pattern.partition(MODEL)
    if not found:
        return model == pattern
    return (
        len(model) > len(before) + len(after) and model.startswith(before) and model.endswith(after)
    )
