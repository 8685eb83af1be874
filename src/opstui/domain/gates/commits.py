"""What gates that ask about the commit have in common."""

from __future__ import annotations

import re

from opstui.domain.gates.facts import Facts

FULL = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def why_no_commit(facts: Facts) -> str:
    """Why nothing can be said of the candidate's commit, or empty."""
    if not facts.commit:
        if facts.run.value is None:
            return f"its commit is not known: {facts.run.reason}"
        return "the run records no commit"
    if not FULL.fullmatch(facts.commit):
        return f"{facts.commit} is no full commit id"
    return ""
