"""The gate `tag`: somebody, or something, has left this word on the version."""

from __future__ import annotations

from dataclasses import dataclass

from opstui.domain.gates.facts import Facts, Judgement, failed, passed, unknown
from opstui.domain.gates.keys import key, texts


@dataclass(frozen=True, slots=True)
class Tag:
    """Which tag of the version; its name is the table's."""

    name: str
    equals: tuple[str, ...] = key(texts, "the values that pass", ())

    def flaw(self) -> str:
        """Why it makes no sense, or empty."""
        return "" if self.equals else "needs equals"


def judge(gate: Tag, facts: Facts) -> Judgement:
    """Without the tag nobody has said anything yet."""
    tags = dict(facts.version.tags)
    wanted = " or ".join(gate.equals)
    if gate.name not in tags:
        return unknown(f"the version has no tag {gate.name}; wanted is {wanted}")
    value = tags[gate.name]
    if value in gate.equals:
        return passed(f"{gate.name} is {value}")
    return failed(f"{gate.name} is {value or 'empty'}, wanted is {wanted}")
