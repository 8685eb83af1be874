"""The policy in settings files: what it means, and what is wrong with it, by file and line."""

from __future__ import annotations

from datetime import time, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from opstui.domain.errors import OpstuiError
from opstui.domain.gates.table import KINDS
from opstui.domain.policy import Environment, named
from opstui.promotion_settings import EXAMPLE, table
from opstui.settings import Settings, check, load
from tests.test_settings import written

POLICY = """\
[promotion.champion]
protected = true
ci = { workflows = ["unit"] }
signature = true
lineage = true
image = false

[promotion.champion.metric.auc]
threshold = 0.85
max_regression = "1 %"

[promotion.champion.metric."val/log.loss"]
min_improvement = 0.01
direction = "lower"
against = "challenger"

[promotion.champion.tag.validation_status]
equals = ["passed", "approved"]

[promotion.champion.age]
at_least = "2h"

[promotion.champion.window.weekend]
days = ["fri", "sat"]
begins = 16:00:00
dates = "2026-12-20..2027-01-06"

[promotion.champion.command.smoke]
run = ["scripts/smoke", "--fast"]
timeout = "90m"

[promotion.prod]
model = "prod.{model}"
"""


def policy(text: str, tmp_path: Path) -> dict[str, Environment]:
    return load(tmp_path / "none", written(tmp_path / ".opstui.toml", text), {}).promotion


def test_a_policy_says_what_promotion_demands(tmp_path: Path) -> None:
    found = policy(POLICY, tmp_path)
    champion = found["champion"]
    assert (champion.alias, champion.model, champion.protected) == ("champion", "", True)
    assert (champion.source, champion.own) == (".opstui.toml", False)
    gates = {gate.name: gate.spec for gate in champion.gates}
    assert list(gates) == [
        "ci", "signature", "lineage", "metric.auc", "metric.val/log.loss",
        "tag.validation_status", "age", "window.weekend", "command.smoke",
    ]
    assert gates["ci"].workflows == ("unit",)
    assert gates["metric.auc"].max_regression.amount == Fraction(1, 100)
    assert gates["metric.auc"].max_regression.relative
    assert not gates["metric.val/log.loss"].min_improvement.relative
    assert gates["age"].at_least == timedelta(hours=2)
    assert gates["window.weekend"].begins == time(16)
    assert gates["command.smoke"].timeout == timedelta(minutes=90)
    assert champion.against == {"", "challenger"}
    prod = found["prod"]
    assert (prod.alias, prod.registered("churn"), prod.gates) == ("champion", "prod.churn", ())
    assert prod.registered("prod.churn") == "prod.churn"


def test_your_own_environment_replaces_the_repositorys_of_the_same_name(tmp_path: Path) -> None:
    shared = written(tmp_path / ".opstui.toml", POLICY)
    own = written(tmp_path / "config.toml", "[promotion.champion]\nci = true\n")
    found = load(own, shared, {}).promotion
    assert [gate.name for gate in found["champion"].gates] == ["ci"]
    assert found["champion"].own and not found["champion"].protected
    assert found["champion"].source == "your settings"
    assert not found["prod"].own


def test_an_alias_is_guarded_by_whatever_name_it_is_called(tmp_path: Path) -> None:
    text = '[promotion.live]\nalias = "champion"\n[promotion.prod]\nmodel = "prod.{model}"\n'
    known = policy(text, tmp_path).values()

    def found(name: str, model: str) -> str:
        one = named(known, name, model)
        return one.name if one else ""

    assert (found("live", "churn"), found("champion", "churn")) == ("live", "live")
    assert found("prod", "churn") == "prod"
    assert (found("champion", "prod.churn"), found("live", "prod.churn")) == ("prod", "prod")
    assert (found("challenger", "churn"), found("champion", "prod.")) == ("", "live")


def test_the_fingerprint_changes_with_every_demand_and_with_nothing_else(tmp_path: Path) -> None:
    def mark(text: str) -> str:
        return policy(text, tmp_path)["champion"].fingerprint

    assert mark(POLICY) == mark("# more words\n" + POLICY)
    changes = (
        ("true\nci", "false\nci"), ("0.85", "0.86"), ("1 %", "2 %"), ('"lower"', '"higher"'),
        ('"unit"', '"lint"'), ("signature = true", "signature = false"), ("2h", "3h"),
        ("--fast", "--slow"), ("16:00", "17:00"), ("2027-01-06", "2027-01-07"),
    )
    marks = {mark(POLICY), *(mark(POLICY.replace(*one)) for one in changes)}
    assert len(marks) == len(changes) + 1


@pytest.mark.parametrize(("text", "said"), [
    ("[promotion.champion]\nci = true\nimge = true", r"champion.imge is no gate \(.*:3\)"),
    ("[promotion.champion.metrik.auc]\nthreshold = 1", r"metrik is no gate \(.*:1\); gates: ci, "),
    ("[promotion.champion.metric.auc]\n\nthresold = 1", r"auc.thresold is no setting \(.*:3\)"),
    ("[promotion.champion.metric.auc]\nthreshold = '1'", r"must be a number, not '1' \(.*:2\)"),
    ("[promotion.champion.metric.auc]\nthreshold = nan", r"must be a number, not nan \(.*:2\)"),
    ("[promotion.champion.metric.auc]\nmax_regression = -0.1", r"must be 0 or more.*:2\)"),
    ("[promotion.champion.metric.auc]\nmax_regression = '1%%'", 'such as "2 %"'),
    ("[promotion.champion.metric.auc]\ndirection = 'up'", "must be one of higher, lower"),
    ("a = 1\n[promotion.champion.metric.auc]", "no setting 'a'"),
    ("[promotion.champion.metric.auc]", r"metric.auc needs threshold, .*:1\)"),
    ("[promotion.champion]\nmetric = true", r"must hold a table for each metric .*:2\)"),
    ("[promotion.champion.metric]\nauc = 0.9", "must hold a table for each metric"),
    ("[promotion.champion]\nci = 'yes'", "must be true or a table, not 'yes'"),
    ("[promotion.champion]\nprotected = 1", r"protected must be true or false, not 1 .*:2\)"),
    ("[promotion.champion]\nalias = 'v1'", r"needs an alias: .*MLflow keeps.*:2\)"),
    ("[promotion.my env]", "not valid TOML"),
    ("[promotion.'my env']", "promotion.my env needs an alias"),
    ("[promotion.prod]\nmodel = 'a/b'", "must be a registered model's name"),
    ("[promotion.prod]\nmodel = '{model}'", "is the version's own model"),
    ("promotion = true", "promotion must be a table"),
    ("[promotion]\nchampion = true", "promotion.champion must be a table"),
    ("[promotion.a]\nalias = 'x'\n[promotion.b]\nalias = 'x'", r"are both x \(.*:3\)"),
    ("[promotion.x.age]\nat_least = '2 months'", r'such as "30m", "12h"'),
    ("[promotion.x.age]\nat_least = '2d'\nat_most = '1d'", "can never pass"),
    ("[promotion.x.window.w]\ndays = ['friday']", "must be days out of mon, tue"),
    ("[promotion.x.window.w]\nbegins = '25:00'", "must be a time of day"),
    ("[promotion.x.window.w]\ndates = '2026-13-01'", "must be dates such as"),
    ("[promotion.x.window.w]\ndates = '2026-12-02..2026-12-01'", "ends before it begins"),
    ("[promotion.x.command.smoke]\nrun = []", "must be a text or a list of texts"),
    ("[promotion.x.command.smoke]\ntimeout = '5m'", "needs run"),
    ("[promotion.x.tag.status]", "needs equals"),
])
def test_what_is_wrong_is_one_line_with_file_and_line(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(OpstuiError, match=said) as caught:
        policy(text, tmp_path)
    assert "\n" not in str(caught.value)


def test_the_example_is_good(tmp_path: Path) -> None:
    text = "\n".join(line.removeprefix("# ") for line in EXAMPLE.splitlines())
    assert len(policy(text, tmp_path)["champion"].gates) == 4


def test_the_table_tells_every_gate_and_key() -> None:
    told = {gate.partition(".")[0] for gate, *_ in table()}
    assert told == set(KINDS)
    assert ("command.NAME", "timeout", '"10m"', "how long it may take") in table()


def test_without_a_policy_nothing_of_gates_is_loaded() -> None:
    import subprocess
    import sys

    script = (
        "import sys; import opstui.wiring, opstui.settings; "
        "print([m for m in sys.modules if 'domain.gates.table' in m or 'promotion_settings' in m])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert check("", Path("x")) == {} and Settings().promotion == {}


def test_readmes_example_is_a_good_policy(tmp_path: Path) -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    example = readme.partition("## Gates")[2].partition("```toml")[2].partition("```")[0]
    found = policy(example, tmp_path)
    assert list(found) == ["challenger", "champion", "prod"]
    assert {gate.kind for gate in found["champion"].gates} == set(KINDS)
