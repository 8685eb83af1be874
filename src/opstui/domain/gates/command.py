"""The gate `command`: a program of your own says so by its exit code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from opstui.domain.gates.facts import Facts, Judgement, Known, failed, passed, unknown
from opstui.domain.gates.keys import key, length, texts
from opstui.domain.words import duration

LONGEST = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Command:
    """What is run in the repository's top folder; its name is the table's."""

    name: str
    run: tuple[str, ...] = key(texts, "the program and its arguments, without a shell", ())
    timeout: timedelta = key(length, "how long it may take", LONGEST)
    passes: tuple[str, ...] = key(texts, "further environment variables that it may see", ())

    def flaw(self) -> str:
        """Why it makes no sense, or empty."""
        return "" if self.run else "needs run"


def judge(gate: Command, facts: Facts) -> Judgement:
    """What could not be run to its end says nothing."""
    known = facts.commands.get(gate.name, Known())
    if known.value is None:
        return unknown(known.reason)
    ran = known.value
    says = f": {ran.says}" if ran.says else ""
    if ran.exit_code == 0:
        return passed(f"exit 0 after {duration(ran.seconds)}{says}")
    return failed(f"exit {ran.exit_code} after {duration(ran.seconds)}{says}")
