"""The command line as a script uses it, on a real repository and a real MLflow server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from tests.operations.test_promotion_mlflow import LOOK, TRAIN
from tests.panes.mlflow_bench import repository
from tests.servers.mlflow_server import Judge, MlflowServer

pytestmark = pytest.mark.mlflow


def test_promote_roll_back_and_audit(
    mlflow_server: MlflowServer, judge: Judge, tmp_path: Path
) -> None:
    folder = tmp_path / "repo"
    folder.mkdir()
    sha = repository(folder)
    model = f"churn-{uuid.uuid4().hex[:8]}"
    judge(TRAIN, model=model, aucs=[0.90, 0.91], sha=sha)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "MLFLOW", "OPSTUI"))}
    environ = kept | {
        "HOME": str(tmp_path), "MLFLOW_TRACKING_URI": mlflow_server.url, "LC_ALL": "C.UTF-8",
        "DOCKER_HOST": f"unix://{tmp_path}/no-engine.sock",
    }

    def opstui(*words: str) -> tuple[int, str]:
        ran = subprocess.run(
            [sys.executable, "-m", "opstui", *words], cwd=folder, env=environ, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=120,
        )
        return ran.returncode, ran.stdout

    code, out = opstui("promote", model, "2", "--to", "champion")
    assert code == 2 and "say --yes" in out and "+0.01  better" in out
    assert "✓ commit" in out and "? image" in out and "unknown" in out
    code, out = opstui("promote", model, "2", "--to", "champion", "--dry-run")
    assert code == 0 and "nothing was written" in out
    assert judge(LOOK, model=model)[0] == {"champion": "1"}

    code, out = opstui("promote", model, "2", "--to", "champion", "--yes", "--json")
    assert code == 0 and json.loads(out)["ending"] == "done"
    assert judge(LOOK, model=model)[0] == {"champion": "2", "previous_champion": "1"}
    assert opstui("promote", model, "2", "--to", "champion", "--yes")[0] == 3
    assert opstui("rollback", model, "--yes")[0] == 0
    assert judge(LOOK, model=model)[0] == {"champion": "1"}
    code, out = opstui("rollback", model, "--yes")
    assert code == 1 and "No version is recorded" in out
    code, out = opstui("promote", f"no-{model}", "1", "--to", "champion", "--yes")
    assert code == 1 and out.startswith("opstui: ") and len(out.splitlines()) == 1

    assert opstui("audit", "verify")[0] == 0
    code, out = opstui("audit", "export", "--since", "1h")
    assert [json.loads(text)["what"] for text in out.splitlines()] == [
        "model.promote"] * 4 + ["model.rollback"] * 2
