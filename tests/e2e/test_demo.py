"""The main job on real input: the demo in a real tmux at 80x24, one more model trained by hand."""

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

pytestmark = [pytest.mark.e2e, pytest.mark.mlflow]


def pick_champion(tmux: Tmux, version: str) -> None:
    """From the list of versions to the page that makes one of them champion."""
    tmux.press("p").sees("Promote churn v", "champion").press("G", "Enter")
    tmux.sees(f"champion names v{version} afterwards")


def train(demo: Path, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Train one more model, as the demo's own words say."""
    return subprocess.run(
        [demo / "train", "--C", "0.5", "--run-name", "by-hand", "--register"], check=False,
        env=environ | HOSTILE, capture_output=True, text=True, timeout=120,
    )


async def test_train_one_more_see_it_promote_it_roll_it_back(tmp_path: Path) -> None:
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
            look_train_promote_roll_back(tmux, demo, judge, environ)
        tmux.press("q").sees("making a demo in /", "no images: no container engine",
                             "ready after ", "kept; open it again with: opstui demo")
    await ended(demo)
    alone = train(demo, environ)
    assert alone.returncode == 1
    assert "server is not running: open the demo first" in alone.stderr
    await opened_again_and_removed(demo)


def look_train_promote_roll_back(
    tmux: Tmux, demo: Path, judge: Judge, environ: dict[str, str]
) -> None:
    repository = demo / "churn-service"
    check_models(repository, judge)
    tmux.press("5").sees("5 Models", "churn-lite").press("Enter").sees("5 Models › churn", "v5")
    before = aliases(judge, "churn")["champion"]
    trained = train(demo, environ)
    assert trained.returncode == 0, trained.stderr
    check_trained_by_hand(repository, judge)
    tmux.sees("v6").press("g").sees("▌ v6")
    tmux.press("4").sees("4 Experiments").press("G", "k").sees("▌churn-baseline")
    tmux.press("Enter").sees("by-hand").press("5").sees("▌ v6")
    pick_champion(tmux, "6")
    tmux.sees(f"now it names v{before}", "auc").press("y").sees("promoted: champion of churn")
    assert aliases(judge, "churn")["champion"] == "6"
    tmux.press("j").sees_no("promoted:").sees("b roll back").press("b")
    tmux.sees("Roll back", f"champion names v{before} afterwards").press("y")
    tmux.sees(f"rolled back: champion of churn names v{before}")
    assert aliases(judge, "churn")["champion"] == before

    tmux.resize(160, 45).sees("╭─ 1 Branches", "╭─ 5 Models › churn").press("1")
    tmux.sees("▌* main").resize(80, 24).sees("1 Branches ✓").sees_no("╭─ 5 Models")
    assert all(re.fullmatch(r".{0,80}", line) for line in tmux.text.split("\n"))


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
