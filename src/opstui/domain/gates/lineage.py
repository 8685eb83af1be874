"""The gate `lineage`: the code that made the model is recorded, was committed, and is shared.

A run's commit is MLflow's tag `mlflow.source.git.commit`; whether its work tree had changes
beside it is `mlflow.source.git.dirty`, which not every client records.
"""

from __future__ import annotations

from dataclasses import dataclass

from opstui.domain.gates.commits import FULL, why_no_commit
from opstui.domain.gates.facts import Facts, Judgement, failed, passed, unknown
from opstui.domain.gates.keys import flag, key
from opstui.domain.words import short

DIRTY = "mlflow.source.git.dirty"


@dataclass(frozen=True, slots=True)
class Lineage:
    """How much must be known of where the model comes from."""

    clean: bool = key(flag, "it must be recorded that the work tree had no changes; a recorded "
                      "change fails in any case", False)
    pushed: bool = key(flag, "a branch of a remote must hold the commit", True)

    def flaw(self) -> str:
        """Nothing can be wrong with it."""
        return ""


def judge(gate: Lineage, facts: Facts) -> Judgement:
    """A run without a commit fails; what can't be looked up is not known."""
    if facts.run.value is None and not facts.commit:
        return unknown(facts.run.reason)
    if not facts.commit or not FULL.fullmatch(facts.commit):
        return failed(why_no_commit(facts))
    sha = short(facts.commit)
    dirty = facts.run.value.tag(DIRTY).lower() if facts.run.value else ""
    if dirty == "true":
        return failed(f"it was trained on uncommitted changes beside {sha}")
    if gate.clean and dirty != "false":
        return unknown(f"no tag {DIRTY} says whether the work tree was clean at {sha}")
    told = f"{sha} is recorded" + (", the work tree was clean" if dirty == "false" else "")
    if not gate.pushed:
        return passed(told)
    if facts.remotes.value is None:
        return unknown(f"whether {sha} is pushed is not known: {facts.remotes.reason}")
    if not facts.remotes.value:
        return failed(f"{sha} is on no branch of a remote")
    return passed(f"{told}, and on {facts.remotes.value[0]}")
