"""The gate `ci`: the newest run of each workflow on exactly the candidate's commit passed."""

from __future__ import annotations

from dataclasses import dataclass

from opstui.domain.ci import CiRun
from opstui.domain.ci_state import BROKEN, newest_by_workflow, seen
from opstui.domain.gates.commits import why_no_commit
from opstui.domain.gates.facts import Facts, Judgement, failed, passed, unknown
from opstui.domain.gates.keys import key, texts
from opstui.domain.status import Status
from opstui.domain.words import short


@dataclass(frozen=True, slots=True)
class Ci:
    """Which runs count."""

    workflows: tuple[str, ...] = key(texts, "each of these must have passed; else every one that "
                                     "ran", ())
    servers: tuple[str, ...] = key(texts, "only what these servers say counts", ())

    def flaw(self) -> str:
        """Nothing can be wrong with it."""
        return ""


def judge(gate: Ci, facts: Facts) -> Judgement:
    """A red run fails; one under way, none at all, or a silent server is not known."""
    if reason := why_no_commit(facts):
        return unknown(reason)
    servers, names = set(gate.servers), set(gate.workflows)
    newest = [
        run for run in newest_by_workflow(facts.ci.runs)
        if run.commit == facts.commit and (not servers or run.server in servers)
        and (not names or run.workflow in names)
    ]
    told = f"{', '.join(map(_told, newest))} on {short(facts.commit)}"
    if any(seen(run) in BROKEN or run.status is Status.CANCELLED for run in newest):
        return failed(told)
    silent = [one for one in facts.ci.silent if not servers or one.partition(":")[0] in servers]
    missing = [name for name in gate.workflows if name not in {run.workflow for run in newest}]
    missing += [name for name in gate.servers if name not in {
        *facts.ci.asked, *(one.partition(":")[0] for one in silent)}]
    if missing:
        note = f"; not asked: {', '.join(silent)}" if silent else ""
        return unknown(f"nothing of {', '.join(missing)} is known on {short(facts.commit)}{note}")
    if silent and not gate.workflows:
        return unknown(f"not every server was asked: {', '.join(silent)}")
    if not newest:
        where = ", ".join(facts.ci.asked) or "no CI server"
        return unknown(f"no run of {short(facts.commit)} is known ({where})")
    if any(run.status is not Status.PASSED or run.dirty for run in newest):
        return unknown(told)
    return passed(told)


def _told(run: CiRun) -> str:
    dirty = " on uncommitted changes" if run.dirty else ""
    return f"{run.workflow} {seen(run).word}{dirty} ({run.server} #{run.number})"
