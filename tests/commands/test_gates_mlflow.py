"""Gates as CI uses them: real processes, a real repository with its policy, a real MLflow."""

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

POLICY = """\
[promotion.champion]
protected = true
lineage = { pushed = false }
[promotion.champion.metric.auc]
max_regression = 0
[promotion.champion.command.smoke]
run = "./smoke.sh"
"""
SMOKE = """\
#!/bin/sh
echo "$OPSTUI_MODEL_URI at $MLFLOW_TRACKING_URI, secret ${MLFLOW_TRACKING_TOKEN:-none}"
test "$OPSTUI_SERVES" = 1
"""


class Shell:
    """Runs opstui in the repository, as a CI job would."""

    def __init__(self, folder: Path, home: Path, uri: str) -> None:
        kept = {k: v for k, v in os.environ.items()
                if not k.startswith(("XDG_", "MLFLOW", "OPSTUI"))}
        self.folder = folder
        self.environ = kept | {
            "HOME": str(home), "MLFLOW_TRACKING_URI": uri, "LC_ALL": "C.UTF-8",
            "MLFLOW_TRACKING_TOKEN": "t0p", "DOCKER_HOST": f"unix://{home}/no-engine.sock",
        }

    def __call__(self, *words: str) -> tuple[int, str, str]:
        ran = subprocess.run(
            [sys.executable, "-m", "opstui", *words], cwd=self.folder, env=self.environ, text=True,
            stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False,
        )
        return ran.returncode, ran.stdout, ran.stderr


@pytest.fixture
def shell(mlflow_server: MlflowServer, tmp_path: Path) -> Shell:
    folder = tmp_path / "repo"
    folder.mkdir()
    repository(folder)
    (folder / ".opstui.toml").write_text(POLICY)
    script(folder, SMOKE)
    return Shell(folder, tmp_path, mlflow_server.url)


def script(folder: Path, text: str) -> None:
    (folder / "smoke.sh").write_text(text)
    (folder / "smoke.sh").chmod(0o755)


@pytest.fixture
def model(shell: Shell, judge: Judge) -> str:
    name = f"cigate-{uuid.uuid4().hex[:8]}"
    sha = subprocess.run(["git", "rev-parse", "HEAD"], cwd=shell.folder, check=True,
                         capture_output=True, text=True).stdout.strip()
    judge(TRAIN, model=name, aucs=[0.90, 0.88, 0.92], sha=sha)
    return name


def test_a_ci_job_checks_plans_and_applies(
    shell: Shell, model: str, judge: Judge, mlflow_server: MlflowServer, tmp_path: Path
) -> None:
    to = ("--to", "champion")
    code, out, err = shell("promote", model, "3", *to, "--check")
    assert code == 8 and "? command.smoke" in out and "say --trust once" in err
    code, out, err = shell("promote", model, "3", *to, "--check", "--trust")
    assert code == 0 and "trusting `./smoke.sh` of .opstui.toml" in err
    assert f"models:/{model}/3 at {mlflow_server.url}, secret" in " ".join(out.split())
    assert "t0p" not in out + err
    code, out, _ = shell("promote", model, "2", *to, "--check", "--json")
    assert code == 7
    verdicts = {one["gate"]: one["verdict"] for one in json.loads(out)["gates"]}
    assert verdicts == {
        "lineage": "passed", "metric.auc": "failed", "command.smoke": "passed"}

    script(shell.folder, SMOKE + "# changed\n")
    assert shell("promote", model, "3", *to, "--check")[0] == 8  # it has to be looked at again
    script(shell.folder, SMOKE)
    assert shell("promote", model, "3", *to, "--check")[0] == 0
    assert judge(LOOK, model=model)[0] == {"champion": "1"}

    plan = str(tmp_path / "p.json")
    assert shell("promote", model, "3", *to, "--plan", plan)[0] == 0
    assert shell("apply", plan, "--yes")[0] == 2  # protected
    judge("client.set_registered_model_alias(model, 'champion', '2')", model=model)
    code, out, _ = shell("apply", plan, "--yes", "--confirm", "champion")
    assert code == 4 and "champion names v2 now, not v1" in out
    judge("client.set_registered_model_alias(model, 'champion', '1')", model=model)
    code, out, _ = shell("apply", plan, "--yes", "--confirm", "champion", "--json")
    assert code == 0 and json.loads(out)["ending"] == "done"
    assert judge(LOOK, model=model)[0] == {"champion": "3", "previous_champion": "1"}

    code, out, _ = shell(
        "promote", model, "2", *to, "--yes", "--confirm", "champion", "--override", "a drill")
    assert code == 0 and judge(LOOK, model=model)[0]["champion"] == "2"
    assert shell("audit", "verify")[0] == 0
    lines = [json.loads(text) for text in shell("audit", "export", "--since", "1h")[1].splitlines()]
    evidence = lines[-1]["evidence"]
    assert evidence["override"] == "a drill" and "failed" in evidence["gate.metric.auc"]


def test_a_policy_with_a_mistake_promotes_nothing(
    shell: Shell, model: str, judge: Judge
) -> None:
    (shell.folder / ".opstui.toml").write_text(POLICY.replace("max_regression", "max_regresion"))
    code, _, err = shell("promote", model, "3", "--to", "champion", "--yes")
    assert code != 0 and ".opstui.toml:5" in err and len(err.splitlines()) == 1
    assert shell("config", "check")[0] != 0
    assert judge(LOOK, model=model)[0] == {"champion": "1"}
