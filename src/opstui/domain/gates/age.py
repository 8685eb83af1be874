"""The gate `age`: old enough to have been looked at, young enough to be true still."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from opstui.domain.gates.facts import Facts, Judgement, failed, passed, unknown
from opstui.domain.gates.keys import key, length, one_of
from opstui.domain.words import duration


@dataclass(frozen=True, slots=True)
class Age:
    """How old, counted from when the version was registered or its run ended."""

    at_least: timedelta | None = key(length, "how old it must be")
    at_most: timedelta | None = key(length, "how old it may be")
    of: str = key(one_of("version", "run"), "counted from the version's registration, or from the "
                  "end of its run", "version")

    def flaw(self) -> str:
        """Why it makes no sense, or empty."""
        if self.at_least is None and self.at_most is None:
            return "needs at_least or at_most"
        if self.at_least is not None and self.at_most is not None and self.at_most < self.at_least:
            return "can never pass: at_most is less than at_least"
        return ""


def judge(gate: Age, facts: Facts) -> Judgement:
    """A time that is not recorded, or lies in the future, says nothing."""
    if gate.of == "run":
        if facts.run.value is None:
            return unknown(facts.run.reason)
        since = facts.run.value.finished
    else:
        since = facts.version.created
    if since is None:
        return unknown(f"when the {gate.of} {_VERB[gate.of]} is not recorded")
    old = facts.now - since
    if old < timedelta():
        return unknown(f"the {gate.of} {_VERB[gate.of]} in the future: check the clocks")
    told = f"the {gate.of} is {_long(old)} old"
    if gate.at_least is not None and old < gate.at_least:
        return failed(f"{told}, must be {_long(gate.at_least)} at least")
    if gate.at_most is not None and old > gate.at_most:
        return failed(f"{told}, must be {_long(gate.at_most)} at most")
    return passed(told)


_VERB = {"version": "was registered", "run": "ended"}


def _long(span: timedelta) -> str:
    return duration(span.total_seconds())
