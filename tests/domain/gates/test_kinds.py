"""Every other gate with passed, failed and unknown evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from opstui.domain.ci import CiRun
from opstui.domain.gates.age import Age
from opstui.domain.gates.ci import Ci
from opstui.domain.gates.command import Command
from opstui.domain.gates.facts import Baseline, CiFacts, Facts, Known, Ran
from opstui.domain.gates.image import ImageOf
from opstui.domain.gates.keys import clock, dates, days
from opstui.domain.gates.lineage import Lineage
from opstui.domain.gates.signature import SameSignature
from opstui.domain.gates.table import KINDS, Gate
from opstui.domain.gates.tag import Tag
from opstui.domain.gates.window import Window
from opstui.domain.model import ModelVersion
from opstui.domain.signature import NONE, Column, Signature
from opstui.domain.status import Status
from tests.domain.gates.bench import SILENT, facts, known, run
from tests.fakes.registry import NOW, SHA
from tests.fakes.world import ci_run, image

PASSED, FAILED, UNKNOWN = Status.PASSED, Status.FAILED, Status.UNKNOWN
GATE_OF = {entry.spec: kind for kind, entry in KINDS.items()}


def holds(gate: Any, given: Facts, status: Status, *words: str) -> None:
    said = Gate(GATE_OF[type(gate)], gate).judge(given)
    assert said.status is status, said
    for word in words:
        assert word in said.text, said


def ci(*runs: CiRun, silent: tuple[str, ...] = (), asked: tuple[str, ...] = ("local",)) -> Facts:
    return facts(ci=CiFacts(runs, asked, silent))


def test_ci_passes_only_where_every_newest_run_on_the_commit_did() -> None:
    lint = ci_run(id="2", number=2, workflow="lint")
    holds(Ci(), ci(ci_run(), lint), PASSED, "unit passed (local #1), lint passed", SHA[:7])
    holds(Ci(), ci(ci_run(), replace(lint, status=FAILED)), FAILED, "lint failed")
    holds(Ci(), ci(ci_run(Status.CANCELLED)), FAILED)
    holds(Ci(), ci(ci_run(Status.RUNNING, jobs_failed=1)), FAILED)
    again = ci_run(id="2", number=2, created=NOW)
    holds(Ci(), ci(ci_run(FAILED), again), PASSED, "#2")


def test_ci_that_says_nothing_yet_is_unknown() -> None:
    holds(Ci(), ci(), UNKNOWN, "no run of 4f2c1e9 is known (local)")
    holds(Ci(), ci(asked=()), UNKNOWN, "no CI server")
    holds(Ci(), ci(ci_run(Status.RUNNING)), UNKNOWN, "unit running")
    holds(Ci(), ci(ci_run(dirty=True)), UNKNOWN, "uncommitted")
    holds(Ci(), ci(ci_run(), silent=("lab: refused the token",)), UNKNOWN, "lab: refused")
    holds(Ci(), ci(ci_run(commit="b" * 40)), UNKNOWN)
    holds(Ci(), facts(commit=""), UNKNOWN)
    holds(Ci(), facts(commit=SHA[:7]), UNKNOWN, "no full commit id")


def test_ci_can_be_asked_for_certain_workflows_and_servers() -> None:
    named = Ci(workflows=("unit",))
    red = ci_run(FAILED, id="2", number=2, workflow="nightly")
    holds(named, ci(ci_run(), red), PASSED)
    holds(named, ci(red), UNKNOWN, "nothing of unit is known")
    holds(named, ci(ci_run(), silent=("lab: down",)), PASSED)
    only = Ci(servers=("local",))
    holds(only, ci(ci_run(), ci_run(FAILED, server="lab", id="3")), PASSED)
    holds(only, ci(ci_run(), silent=("lab: down",)), PASSED)
    holds(Ci(servers=("lab",)), ci(ci_run()), UNKNOWN, "nothing of lab")


INPUTS = (Column("age", "long"), Column("plan", "string"))
OLD = Signature(INPUTS, (Column("0", "double"),))


def signed(ours: Signature, theirs: Signature | None = OLD) -> Facts:
    before = Baseline() if theirs is None else Baseline("7", known(run()), known(theirs))
    return facts(signature=known(ours), baselines={"": before})


def test_a_signature_must_be_the_same() -> None:
    holds(SameSignature(), signed(OLD), PASSED, "2 inputs, 1 outputs, the same as v7")
    other = replace(OLD, inputs=(Column("age", "double"), INPUTS[1]))
    holds(SameSignature(), signed(other), FAILED, "input age: long -> double")
    holds(SameSignature(), signed(NONE), FAILED, "without a signature")
    holds(SameSignature(), signed(OLD, None), PASSED, "first version")
    holds(SameSignature(), signed(NONE, None), FAILED)


def test_a_signature_may_be_compatible_only() -> None:
    gate = SameSignature(allow="compatible")
    optional = replace(OLD, inputs=(*INPUTS, Column("city", "string", required=False)))
    holds(gate, signed(optional), PASSED, "input city (string) is new")
    holds(SameSignature(), signed(optional), FAILED)
    wants_more = replace(OLD, inputs=(*INPUTS, Column("city", "string")))
    holds(gate, signed(wants_more), FAILED)
    holds(gate, signed(replace(OLD, inputs=INPUTS[:1])), PASSED, "input plan is gone")
    holds(gate, signed(replace(OLD, outputs=())), FAILED, "output 0 is gone")


def test_a_signature_that_cannot_be_read_is_unknown() -> None:
    holds(SameSignature(), facts(signature=SILENT), UNKNOWN, "MLflow cannot be reached")
    unread = facts(signature=known(OLD), baselines={"": Baseline("7", SILENT, SILENT)})
    holds(SameSignature(), unread, UNKNOWN, "v7 can't be compared")
    holds(SameSignature(), signed(OLD, NONE), UNKNOWN, "v7 has no signature")


def test_lineage_wants_a_commit_that_others_have() -> None:
    pushed = facts(run=known(run()), remotes=known(("origin/main",)))
    holds(Lineage(), pushed, PASSED, "4f2c1e9 is recorded", "origin/main")
    holds(Lineage(), replace(pushed, remotes=known(())), FAILED, "on no branch of a remote")
    holds(Lineage(pushed=False), replace(pushed, remotes=known(())), PASSED)
    holds(Lineage(), replace(pushed, remotes=SILENT), UNKNOWN, "whether 4f2c1e9 is pushed")
    holds(Lineage(), replace(pushed, commit=""), FAILED, "records no commit")
    holds(Lineage(), facts(commit="", run=SILENT), UNKNOWN, "MLflow cannot be reached")


def test_lineage_minds_uncommitted_changes() -> None:
    def tree(dirty: str) -> Facts:
        tags = {"mlflow.source.git.dirty": dirty} if dirty else {}
        return facts(run=known(run(tags=tags)), remotes=known(("origin/main",)))

    holds(Lineage(), tree("True"), FAILED, "uncommitted changes")
    holds(Lineage(), tree(""), PASSED)
    holds(Lineage(clean=True), tree(""), UNKNOWN, "whether the work tree was clean")
    holds(Lineage(clean=True), tree("False"), PASSED, "the work tree was clean")


def test_an_image_is_proved_by_its_whole_label() -> None:
    holds(ImageOf(), facts(images=known((image(),))), PASSED, "churn:1 is built from 4f2c1e9")
    holds(ImageOf(), facts(images=known((image("b" * 40),))), FAILED, "no image of 4f2c1e9")
    holds(ImageOf(), facts(images=known((image(SHA[:12]),))), UNKNOWN, "short id")
    holds(ImageOf(), facts(images=SILENT), UNKNOWN)
    holds(ImageOf(), facts(images=known((image(),)), commit=""), UNKNOWN)
    holds(ImageOf(name="churn"), facts(images=known((image(),))), PASSED)
    holds(ImageOf(name="other"), facts(images=known((image(),))), FAILED, "no image other of")


def test_a_tag_says_so_or_not() -> None:
    gate = Tag("validation_status", ("passed", "approved"))

    def tagged(*pairs: tuple[str, str]) -> Facts:
        return facts(version=ModelVersion("churn", "9", tags=pairs))

    holds(gate, tagged(("validation_status", "approved")), PASSED)
    holds(gate, tagged(("validation_status", "pending")), FAILED, "is pending, wanted is passed or")
    holds(gate, tagged(), UNKNOWN, "has no tag validation_status")


def test_age_is_counted_from_the_version_or_its_run() -> None:
    def old(**span: float) -> Facts:
        return facts(version=ModelVersion("churn", "9", created=NOW - timedelta(**span)))

    soak = Age(at_least=timedelta(hours=2), at_most=timedelta(days=30))
    holds(soak, old(hours=3), PASSED, "3h00m old")
    holds(soak, old(hours=2), PASSED)
    holds(soak, old(hours=1), FAILED, "must be 2h00m at least")
    holds(soak, old(days=31), FAILED, "at most")
    holds(soak, facts(version=ModelVersion("churn", "9")), UNKNOWN, "is not recorded")
    holds(soak, old(hours=-1), UNKNOWN, "in the future")
    of_run = Age(at_most=timedelta(days=1), of="run")
    holds(of_run, facts(run=known(run())), PASSED)
    holds(of_run, facts(run=known(replace(run(), finished=None))), UNKNOWN)
    holds(of_run, facts(run=SILENT), UNKNOWN)


def at(text: str) -> Facts:
    return replace(facts(), now=datetime.fromisoformat(text).replace(tzinfo=UTC))


def test_a_freeze_lets_nothing_through() -> None:
    weekend = Window("weekend", days=days(["fri", "sat", "sun"]), begins=clock("16:00"))
    holds(weekend, at("2026-05-01T15:59"), PASSED, "Fri 2026-05-01 15:59 UTC, not within weekend")
    holds(weekend, at("2026-05-01T16:00"), FAILED, "weekend lets nothing through")
    night = Window("night", begins=clock("22:00"), ends=clock("06:00"), days=days(["fri"]))
    for time, status in (("2026-05-01T05:00", PASSED), ("2026-05-01T23:00", FAILED),
                         ("2026-05-02T05:59", FAILED), ("2026-05-02T06:00", PASSED)):
        holds(night, at(time), status)
    holiday = Window("holiday", dates=dates("2026-12-20..2027-01-06"))
    for time, status in (("2026-12-19T23:59", PASSED), ("2026-12-20T00:00", FAILED),
                         ("2027-01-06T23:59", FAILED), ("2027-01-07T00:00", PASSED)):
        holds(holiday, at(time), status)


def test_a_window_can_be_the_only_time_and_has_a_clock_of_its_own() -> None:
    hours = Window("office", days=days(["mon", "fri"]), begins=clock("09:00"), ends=clock("17:00"),
                   zone="Europe/Berlin", only=True)
    holds(hours, at("2026-05-01T07:00"), PASSED, "09:00 Europe/Berlin")
    holds(hours, at("2026-05-01T06:59"), FAILED, "within office only")
    holds(replace(hours, zone="Mars/Olympus"), at("2026-05-01T07:00"), UNKNOWN, "no time zone")


def test_a_command_says_so_by_its_exit_code() -> None:
    def ended(ran: Known[Ran]) -> Facts:
        return facts(commands={"smoke": ran})

    gate = Command("smoke", ("./smoke",))
    holds(gate, ended(known(Ran(0, 1.5, "ok"))), PASSED, "exit 0 after 1.5s: ok")
    holds(gate, ended(known(Ran(3, 1.5, "no such model"))), FAILED, "exit 3", "no such model")
    holds(gate, ended(Known(None, "it was not trusted yet")), UNKNOWN, "not trusted")
    holds(gate, facts(), UNKNOWN)


@pytest.mark.parametrize("flawed", [
    Tag("x"), Age(), Age(at_least=timedelta(2), at_most=timedelta(1)), Window("x"), Command("x"),
])
def test_gates_that_make_no_sense_say_why(flawed: Any) -> None:
    assert flawed.flaw()
