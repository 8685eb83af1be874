"""The exact writes that carry out a plan, in the order in which they are sent.

Tags go first: should a later write fail, they are a note about an attempt, while an alias
without its tags would be a change without an author. The alias that serves goes last.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum

from opstui.domain.alias import NEW, named
from opstui.domain.promotion import PromotionPlan

PROMOTED_BY = "promoted_by"
PROMOTED_AT = "promoted_at"
PROMOTED_FROM = "promoted_from_alias"
PREDECESSOR = "previous_champion_version"
ROLLBACK_OF = "rollback_of_version"
ROLLED_BACK_BY = "rolled_back_by"
ROLLED_BACK_AT = "rolled_back_at"
COPIED_FROM = "copied_from"
"""On a copy in another registered model: `churn/9`."""
OWN_TAGS = frozenset({
    PROMOTED_BY, PROMOTED_AT, PROMOTED_FROM, PREDECESSOR, ROLLBACK_OF, ROLLED_BACK_BY,
    ROLLED_BACK_AT, COPIED_FROM,
})
"""Tell of a version's own life; a copy does not inherit them."""


class WriteKind(Enum):
    """Which request a write is, as method and path under `/api/2.0/mlflow/`."""

    COPY = ("POST", "model-versions/create")
    SET_TAG = ("POST", "model-versions/set-tag")
    DELETE_TAG = ("DELETE", "model-versions/delete-tag")
    SET_ALIAS = ("POST", "registered-models/alias")
    DELETE_ALIAS = ("DELETE", "registered-models/alias")

    def __init__(self, method: str, path: str) -> None:
        self.method = method
        self.path = path


@dataclass(frozen=True, slots=True)
class Write:
    """One request that changes the registry."""

    kind: WriteKind
    model: str
    name: str
    """The tag's or the alias's name."""
    version: str = ""
    value: str = ""

    @property
    def text(self) -> str:
        """What it does, in a few words."""
        if self.kind is WriteKind.COPY:
            return f"copy {self.name} v{self.version} to {self.model}"
        if self.kind is WriteKind.SET_TAG:
            return f"tag {named(self.version)} {self.name}={self.value}"
        if self.kind is WriteKind.DELETE_TAG:
            return f"remove tag {self.name} of {named(self.version)}"
        if self.kind is WriteKind.SET_ALIAS:
            return f"alias {self.name} -> {named(self.version)}"
        return f"remove alias {self.name}"

    @property
    def request(self) -> str:
        """The call as it goes out, for a dry run."""
        body = {"name": self.model}
        if self.kind is WriteKind.COPY:
            body["source"] = f"models:/{self.name}/{self.version}"
        elif self.kind in (WriteKind.SET_ALIAS, WriteKind.DELETE_ALIAS):
            body["alias"] = self.name
        else:
            body |= {"version": self.version, "key": self.name}
        if self.kind is WriteKind.SET_TAG:
            body["value"] = self.value
        if self.kind is WriteKind.SET_ALIAS:
            body["version"] = self.version
        path = f"/api/2.0/mlflow/{self.kind.path}"
        return f"{self.kind.method} {path} {json.dumps(body, ensure_ascii=False)}"


def writes_of(plan: PromotionPlan, who: str, at: str) -> tuple[Write, ...]:
    """Every write of a plan, in order. `at` is UTC in RFC 3339."""
    return (*_copy(plan), *_tags(plan, who, at), *_previous(plan), _alias(plan))


def _copy(plan: PromotionPlan) -> list[Write]:
    if plan.version != NEW:
        return []
    model, version = plan.copy_of
    return [Write(WriteKind.COPY, plan.model, model, version)]


def _tags(plan: PromotionPlan, who: str, at: str) -> list[Write]:
    pairs: list[tuple[str, str]] = []
    if plan.verb == "promote":
        pairs = [(PROMOTED_BY, who), (PROMOTED_AT, at)]
        if plan.came_from:
            pairs.append((PROMOTED_FROM, ",".join(plan.came_from)))
        if plan.keeps_predecessor:
            pairs.append((PREDECESSOR, plan.expected))
    elif plan.verb == "rollback":
        pairs = [(ROLLBACK_OF, plan.expected), (ROLLED_BACK_BY, who), (ROLLED_BACK_AT, at)]
    gone = [
        Write(WriteKind.DELETE_TAG, plan.model, name, plan.version) for name in plan.stale
    ]
    return gone + [
        Write(WriteKind.SET_TAG, plan.model, name, plan.version, value) for name, value in pairs
    ]


def _previous(plan: PromotionPlan) -> list[Write]:
    if not plan.previous_alias:
        return []
    if plan.previous_version:
        return [
            Write(WriteKind.SET_ALIAS, plan.model, plan.previous_alias, plan.previous_version)
        ]
    return [Write(WriteKind.DELETE_ALIAS, plan.model, plan.previous_alias)]


def _alias(plan: PromotionPlan) -> Write:
    if plan.version:
        return Write(WriteKind.SET_ALIAS, plan.model, plan.alias, plan.version)
    return Write(WriteKind.DELETE_ALIAS, plan.model, plan.alias)
