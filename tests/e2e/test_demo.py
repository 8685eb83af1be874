"""The main job on real input: the demo in a real tmux at 80x24, one more model trained by hand."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.bench import NO_ENGINE, aliases, inherited
from tests.e2e.tmux import Tmux, own_tmux
from tests.servers.mlflow_server import Judge, require_mlflow

pytestmark = [pytest.mark.e2e, pytest.mark.mlflow]


def champion(demo: Path, folder: Path) -> str:
    """What MLflow's own client says that serves."""
    facts = json.loads((demo / "data" / "opstui" / "mlflow" / "server.json").read_text())
    with closing(Judge(facts["address"], folder / "judge.log")) as judge:
        return aliases(judge, "churn")["champion"]


def pick_champion(tmux: Tmux, version: str) -> None:
    """From the list of versions to the page that makes one of them champion."""
    tmux.press("p").sees("Promote churn v", "champion").press("G", "Enter")
    tmux.sees(f"champion names v{version} afterwards")


@pytest.mark.xdist_group("demo")
def test_train_one_more_see_it_promote_it_roll_it_back(tmp_path: Path) -> None:
    require_mlflow()
    demo = tmp_path / "demo"
    environ = inherited() | {
        "HOME": str(tmp_path), "LANG": "C.UTF-8", "DOCKER_HOST": NO_ENGINE,
    }
    command = [sys.executable, "-m", "opstui", "demo", str(demo), "--keep"]
    with own_tmux(command, tmp_path, environ) as tmux:
        tmux.sees("1 Branches ✓", "feature/quantile-scaler", within=240)
        tmux.press("5").sees("5 Models", "churn-lite").press("Enter").sees("5 Models › churn", "v5")
        before = champion(demo, tmp_path)
        trained = subprocess.run(
            [demo / "train", "--C", "0.5", "--run-name", "by-hand", "--register"], check=False,
            env=environ, capture_output=True, text=True, timeout=120,
        )
        assert trained.returncode == 0, trained.stderr
        tmux.sees("v6").press("g").sees("▌ v6")
        tmux.press("4").sees("4 Experiments").press("G", "k").sees("▌churn-baseline")
        tmux.press("Enter").sees("by-hand").press("5").sees("▌ v6")
        pick_champion(tmux, "6")
        tmux.sees(f"now it names v{before}", "auc").press("y").sees("promoted: champion of churn")
        assert champion(demo, tmp_path) == "6"
        tmux.press("j").sees_no("promoted:").sees("b roll back").press("b")
        tmux.sees("Roll back", f"champion names v{before} afterwards").press("y")
        tmux.sees(f"rolled back: champion of churn names v{before}")
        assert champion(demo, tmp_path) == before

        tmux.resize(160, 45).sees("╭─ 1 Branches", "╭─ 5 Models › churn").press("1")
        tmux.sees("▌* main").resize(80, 24).sees("1 Branches ✓").sees_no("╭─ 5 Models")
        assert all(re.fullmatch(r".{0,80}", line) for line in tmux.text.split("\n"))
        tmux.press("q").sees("kept; open it again with: opstui demo")
