"""The main job on real input: the demo in a real tmux at 80x24, two more models trained by hand.

The demo's own policy blocks the worse one and lets the better one through.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.mlflow.local import LocalMlflowServer
from opstui.demo.place import MARKER
from opstui.demo.workspace import DemoWorkspace, prepare
from tests.e2e.bench import NO_ENGINE, aliases, inherited
from tests.e2e.demo_judged import HOSTILE, check_models, check_trained_by_hand, ended
from tests.e2e.tmux import Tmux, own_tmux
from tests.servers.mlflow_server import Judge, require_mlflow

pytestmark = [pytest.mark.e2e, pytest.mark.mlflow, pytest.mark.long]


def pick_champion(tmux: Tmux, version: str) -> None:
    """From the list of versions to the page that makes one of them champion."""
    tmux.press("p").sees("Promote churn v", "champion").press("G", "Enter")
    tmux.sees(f"champion names v{version} afterwards")


def train(
    demo: Path, environ: dict[str, str], *options: str
) -> subprocess.CompletedProcess[str]:
    """Train one more model, as the demo's own words say."""
    options = options or ("--C", "0.5", "--run-name", "by-hand")
    return subprocess.run(
        [demo / "train", *options, "--register"], check=False,
        env=environ | HOSTILE, capture_output=True, text=True, timeout=300,
    )


def audit(demo: Path, environ: dict[str, str], *words: str) -> str:
    """`opstui audit` on the demo's journal."""
    done = subprocess.run(
        [sys.executable, "-m", "opstui", "audit", *words], capture_output=True, text=True,
        check=False, timeout=60, env={**environ, "XDG_STATE_HOME": str(demo / "state")},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def test_the_gate_stops_the_worse_model_and_lets_the_better_one_through_and_back(
    tmp_path: Path,
) -> None:
    require_mlflow()
    demo = tmp_path / "demo"
    environ = inherited() | {
        "HOME": str(tmp_path), "LANG": "C.UTF-8", "DOCKER_HOST": NO_ENGINE,
    }
    command = [sys.executable, "-m", "opstui", "demo", str(demo), "--keep"]
    with own_tmux(command, tmp_path, environ) as tmux:
        tmux.sees("1 Branches ✓", "feature/quantile-scaler", within=600)
        facts = json.loads((demo / "data" / "opstui" / "mlflow" / "server.json").read_text())
        with closing(Judge(facts["address"], tmp_path / "judge.log")) as judge:
            before = look_train_promote_roll_back(tmux, demo, judge, environ)
        tmux.resize(160, 45)  # so that all it said before is in sight again
        tmux.press("q").sees("making a demo in /", "no images: no container engine",
                             "ready after ", "kept; open it again with: opstui demo")
    check_audit(demo, environ, before)
    await ended(demo)
    alone = train(demo, environ)
    assert alone.returncode == 1
    assert "server is not running: open the demo first" in alone.stderr
    await opened_again_and_removed(demo)


def look_train_promote_roll_back(
    tmux: Tmux, demo: Path, judge: Judge, environ: dict[str, str]
) -> str:
    """The whole story by keys; the version that serves before and after."""
    repository = demo / "churn-service"
    check_models(repository, judge)
    tmux.press("5").sees("5 Models", "churn-lite").press("Enter").sees("5 Models › churn", "v5")
    before = aliases(judge, "churn")["champion"]
    trained = train(demo, environ)
    assert trained.returncode == 0, trained.stderr
    check_trained_by_hand(repository, judge)
    trained = train(demo, environ, "--model", "boosting", "--epochs", "40",
                    "--rate", "0.03", "--run-name", "more")
    assert trained.returncode == 0, trained.stderr
    tmux.sees("v7").press("g").sees("▌ v7")
    tmux.press("4").sees("4 Experiments").press("G", "k").sees("▌churn-baseline")
    tmux.press("Enter").sees("by-hand").press("5").sees("▌ v7").press("j").sees("▌ v6")

    pick_champion(tmux, "6")
    tmux.sees("Promote: blocked", f"v{before} has 0.87", "must not be worse by more")
    tmux.press("Escape").sees_no("Promote: blocked")
    assert aliases(judge, "churn")["champion"] == before

    tmux.press("k").sees("▌ v7")
    pick_champion(tmux, "7")
    tmux.sees(f"now it names v{before}", f"v{before} has 0.87", "at most 0.005 worse")
    tmux.press("y").sees("promoted: champion of churn")
    assert aliases(judge, "churn")["champion"] == "7"
    tmux.press("j").sees_no("promoted:").sees("b roll back").press("b")
    tmux.sees("Roll back", f"champion names v{before} afterwards").press("y")
    tmux.sees(f"rolled back: champion of churn names v{before}")
    assert aliases(judge, "churn")["champion"] == before

    tmux.resize(160, 45).sees("╭─ 1 Branches", "╭─ 5 Models › churn").press("1")
    tmux.sees("▌* main").resize(80, 24).sees("1 Branches ✓").sees_no("╭─ 5 Models")
    assert all(re.fullmatch(r".{0,80}", line) for line in tmux.text.split("\n"))
    return before


def check_audit(demo: Path, environ: dict[str, str], before: str) -> None:
    """What was done, and what was not, is in the audit with its evidence."""
    assert audit(demo, environ, "verify").startswith("6 lines as written")
    told = audit(demo, environ, "export", "--format", "md")
    blocked, through, back = told.split("\n## ")[1:]
    assert f"change: {before} → 6" in blocked
    assert "result: blocked: blocked by metric.auc" in blocked and "| writes |" not in blocked
    assert "| gate.metric.auc | failed: auc 0.85" in blocked
    assert f"change: {before} → 7" in through and "result: done: promoted: " in through
    assert "| gate.metric.auc | passed: auc 0.87" in through
    assert "| gate.signature | passed: " in through and "| gate.lineage | passed: " in through
    assert back.startswith("model.rollback of churn@champion") and f"change: 7 → {before}" in back


async def opened_again_and_removed(demo: Path) -> None:
    """What was kept is the same demo; without being kept nothing of it is left."""
    mark = json.loads((demo / MARKER).read_text())["mark"]
    again = await prepare(demo, tell=lambda text: None, docker_host=NO_ENGINE)
    try:
        assert again.keep
        assert again.mark == mark
        assert await address_of(again)
    finally:
        again.keep = False
        await again.close()
    assert not demo.exists()
    await ended(demo)


async def address_of(workspace: DemoWorkspace) -> str:
    """The server's address, as another opstui learns it."""
    server = LocalMlflowServer(
        workspace.places.data, workspace.places.state, workspace.repository, RecentCalls(),
        workspace.environ,
    )
    await server.start()
    address = server.state().address
    await server.stop()
    return address
