"""A person's machine for the end-to-end tests: a home of its own, a clone, commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e.terminal import Terminal
from tests.servers.mlflow_server import Judge

NO_ENGINE = "unix:///nowhere/docker.sock"
START = 1_780_000_000
"""Time of the first commit."""


@dataclass
class Machine:
    """A home, a clone of a repository with branches, and an environment that names only them."""

    root: Path
    environ: dict[str, str] = field(default_factory=dict)
    commits: int = 0

    @property
    def clone(self) -> Path:
        return self.root / "churn"

    @property
    def state(self) -> Path:
        return self.root / "home" / ".local" / "state" / "opstui"

    def git(self, *words: str, folder: Path | None = None) -> str:
        done = subprocess.run(
            ["git", *words], cwd=folder or self.clone, env=self.environ, check=True,
            capture_output=True, text=True,
        )
        return done.stdout.strip()

    def commit(self, subject: str, files: Mapping[str, str], folder: Path | None = None) -> str:
        """Commit these files on the current branch; its id."""
        folder = folder or self.clone
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(content)
        self.git("add", "--all", folder=folder)
        self.commits += 1
        when = f"{START + 60 * self.commits} +0000"  # so that "newest first" is certain
        self.environ |= {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
        self.git("commit", "--quiet", "--message", subject, folder=folder)
        return self.git("rev-parse", "HEAD", folder=folder)

    def open(
        self, *arguments: str, size: tuple[int, int] = (120, 35), **more: str
    ) -> Terminal:
        """`opstui` in the clone; `more` goes into its environment."""
        return Terminal(arguments, self.clone, {**self.environ, **more}, size)

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """A command without a terminal, such as `opstui status`."""
        return subprocess.run(
            [sys.executable, "-m", "opstui", *arguments], cwd=self.clone, check=False,
            env={**self.environ, **more}, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=60,
        )

    def journal(self) -> list[dict[str, Any]]:
        """The journal's lines."""
        text = (self.state / "journal.jsonl").read_text()
        return [json.loads(line) for line in text.splitlines()]


def inherited() -> dict[str, str]:
    """What programs need of the environment of the tests."""
    names = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in names if name in os.environ}


def machine(root: Path, **more: str) -> Machine:
    """Make a home, an origin, and a clone of it as `git clone` leaves it."""
    made = Machine(root, inherited() | {
        "HOME": str(root / "home"), "LANG": "C.UTF-8", "DOCKER_HOST": NO_ENGINE,
        "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Ana", "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "Ana", "GIT_COMMITTER_EMAIL": "a@example.org", **more,
    })
    (root / "home").mkdir(parents=True)
    seed = root / "seed"
    made.git("init", "--quiet", "--initial-branch", "main", str(seed), folder=root)
    made.commit("Train a first model", {"train.py": "print('auc 0.9')\n"}, seed)
    made.git("branch", "feature/scaler", folder=seed)
    made.commit("Scale the charges", {"scale.py": "SCALE = 2\n"}, seed)
    made.git("clone", "--quiet", str(seed), str(made.clone), folder=root)
    return made


def register(judge: Judge, model: str, commit: str, *aucs: float) -> None:
    """Log a run for each AUC in an experiment of the model's name, and register it."""
    judge(
        "import os, tempfile\n"
        "experiment = client.create_experiment(model)\n"
        "client.create_registered_model(model)\n"
        "for n, auc in enumerate(aucs, 1):\n"
        "    run = client.create_run(experiment, run_name=f'fit-{n}',"
        " tags={'mlflow.source.git.commit': commit})\n"
        "    client.log_metric(run.info.run_id, 'auc', auc)\n"
        "    client.log_param(run.info.run_id, 'C', n)\n"
        "    client.set_terminated(run.info.run_id)\n"
        "    client.create_model_version(model, f'runs:/{run.info.run_id}/model',"
        " run.info.run_id)\n",
        model=model, commit=commit, aucs=aucs,
    )


def aliases(judge: Judge, model: str) -> dict[str, str]:
    """What MLflow's own client says the aliases name."""
    found = judge("answer = client.get_registered_model(model).aliases", model=model)
    return dict(found)
