"""What MLflow's own client, git and /proc say of a demo that somebody made."""

from __future__ import annotations

import asyncio
import os
import subprocess
from pathlib import Path

from opstui.demo.plan import TRAININGS
from tests.servers.mlflow_server import Judge

HOSTILE = {"MLFLOW_REGISTRY_URI": "http://127.0.0.1:9", "MLFLOW_EXPERIMENT_ID": "4711"}
"""What a person's own environment may hold; it must not lead the demo's training away."""


def git(repository: Path, *words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=repository, check=True, capture_output=True, text=True
    ).stdout.strip()


def check_models(repository: Path, judge: Judge) -> None:
    """The models of a new demo are real: they were trained, registered, and can be loaded."""
    runs = judge(
        "ids = [e.experiment_id for e in client.search_experiments()]\n"
        "answer = [[r.info.run_name, r.info.status, r.info.run_id,"
        " r.data.tags['mlflow.source.git.commit'], r.data.tags['mlflow.user'],"
        " len(r.inputs.dataset_inputs), r.data.metrics.get('auc')]"
        " for r in client.search_runs(ids)]"
    )
    check_runs(repository, runs)
    boosted = next(run[2] for run in runs if run[0] == "boost-slow")
    history = judge("answer = [m.value for m in client.get_metric_history(run, 'auc')]",
                    run=boosted)
    assert len(history) == 60
    assert history[-1] > history[0]
    assert judge("answer = client.get_registered_model('churn').aliases") == {
        "champion": "3", "previous_champion": "2", "challenger": "4", "candidate": "5",
    }
    assert judge("answer = [int(v.version) for v in"
                 " client.search_model_versions(\"name='churn-lite'\")]") == [2, 1]
    score = judge(
        "import pandas\n"
        "model = mlflow.sklearn.load_model('models:/churn@champion')\n"
        "row = pandas.DataFrame([[3.0, 90.0, 5.0, 2.0, 1.0]],"
        " columns=['tenure', 'charge', 'calls', 'late', 'contract'])\n"
        "answer = float(model.predict_proba(row)[0][1])"
    )
    assert 0.5 < score < 1


def check_runs(repository: Path, runs: list[list[object]]) -> None:
    """Every run of the plan is there, from a real commit; the one of the broken branch failed."""
    assert sorted(str(run[0]) for run in runs) == sorted(one.name for one in TRAININGS)
    assert [run[0] for run in runs if run[1] != "FINISHED"] == ["missing-charges"]
    assert {run[4] for run in runs} == {"ana", "ben", "chao"}
    for name, status, _, commit, _, datasets, auc in runs:
        assert git(repository, "cat-file", "-t", str(commit)) == "commit"
        assert datasets == 1, name
        if status == "FINISHED":
            assert isinstance(auc, float)
            assert 0.6 < auc < 1


def check_trained_by_hand(repository: Path, judge: Judge) -> None:
    """The newest version is the run `by-hand`, trained from the work tree's commit."""
    newest = judge(
        "v = client.get_model_version('churn', '6')\n"
        "r = client.get_run(v.run_id)\n"
        "answer = [r.info.run_name, r.data.tags['mlflow.source.git.commit']]"
    )
    assert newest == ["by-hand", git(repository, "rev-parse", "HEAD")]


def servers_of(folder: Path) -> list[str]:
    """Command lines of the processes that still work in the folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in words and str(os.getpid()) != entry.parent.name:
            found.append(words)
    return found


async def ended(folder: Path) -> None:
    """Wait until nothing works in the folder any more."""
    async with asyncio.timeout(20):
        while servers_of(folder):
            await asyncio.sleep(0.1)
