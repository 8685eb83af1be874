"""The gate `signature`: who calls the model that serves can call this one the same way."""

from __future__ import annotations

from dataclasses import dataclass

from opstui.domain.gates.facts import Baseline, Facts, Judgement, failed, passed, unknown
from opstui.domain.gates.keys import key, one_of, text
from opstui.domain.signature import differences


@dataclass(frozen=True, slots=True)
class SameSignature:
    """How alike the two must be."""

    allow: str = key(one_of("same", "compatible"), "same: nothing may differ; compatible: inputs "
                     "may go or be added as optional ones, outputs may be added", "same")
    against: str = key(text, "the alias whose version is the baseline; else the champion's", "")

    @property
    def compares(self) -> bool:
        """It looks at a baseline."""
        return True

    def flaw(self) -> str:
        """Nothing can be wrong with it."""
        return ""


def judge(gate: SameSignature, facts: Facts) -> Judgement:
    """A model without a signature fails; the first version needs one and nothing more."""
    ours = facts.signature.value
    if ours is None:
        return unknown(facts.signature.reason)
    if not ours.declared:
        return failed("the model was logged without a signature")
    beside = facts.baselines.get(gate.against, Baseline())
    told = f"{len(ours.inputs)} inputs, {len(ours.outputs)} outputs"
    if not beside.version:
        return passed(f"{told}; first version, there is nothing to compare with")
    theirs = beside.signature.value
    if theirs is None:
        return unknown(f"v{beside.version} can't be compared: {beside.signature.reason}")
    if not theirs.declared:
        return unknown(f"v{beside.version} has no signature to compare with")
    found = differences(theirs, ours)
    if not found:
        return passed(f"{told}, the same as v{beside.version}")
    text = "; ".join(one.text for one in found)
    if gate.allow == "compatible" and not any(one.breaks for one in found):
        return passed(f"compatible with v{beside.version}: {text}")
    return failed(f"unlike v{beside.version}: {text}")
