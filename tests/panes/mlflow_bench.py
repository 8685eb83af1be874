"""What the tests of the MLflow panes share: a world on a real server, and runs made by REST."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import httpx

from opstui.backends.calls import RecentCalls
from opstui.backends.git.repository import GitRepository
from opstui.backends.journal import FileJournal
from opstui.backends.mlflow.connection import MlflowConnection
from opstui.domain.experiment import Experiment
from opstui.operations.world import World
from opstui.ui.desk import Detail
from opstui.ui.paint import text_of
from tests.backends.mlflow.talking import NoLocal


@dataclass
class Rest:
    """The server's REST interface, as a script would use it."""

    url: str
    _client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30, verify=False))

    def __enter__(self) -> Rest:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def post(self, path: str, **body: object) -> Any:
        answer = self._client.post(f"{self.url}/api/2.0/mlflow/{path}", json=body)
        answer.raise_for_status()
        return answer.json()

    def experiment(self, name: str) -> Experiment:
        made = self.post("experiments/create", name=name)
        return Experiment(made["experiment_id"], name)

    def run(
        self, experiment: Experiment, name: str, start: int, *, params: dict[str, str],
        metrics: dict[str, Sequence[float | str]], tags: dict[str, str] | None = None,
        status: str = "FINISHED",
    ) -> str:
        """A run that began at `start` (ms) and took a minute; metrics step by step."""
        made = self.post(
            "runs/create", experiment_id=experiment.id, run_name=name, start_time=start,
            user_id="ana", tags=[{"key": k, "value": v} for k, v in (tags or {}).items()],
        )
        run_id = made["run"]["info"]["run_id"]
        self.post(
            "runs/log-batch", run_id=run_id,
            params=[{"key": k, "value": v} for k, v in params.items()],
            metrics=[
                {"key": k, "value": value, "step": step, "timestamp": start + step * 1000}
                for k, values in metrics.items() for step, value in enumerate(values)
            ],
        )
        if status != "RUNNING":
            self.post("runs/update", run_id=run_id, status=status, end_time=start + 60_000)
        return str(run_id)


def world(
    connection: MlflowConnection, repository: Path, *, now: datetime | None = None,
) -> World:
    """A world with the parts that the MLflow panes use."""
    calls, nothing = RecentCalls(), cast(Any, None)
    return World(
        git=GitRepository(repository, calls), ci=(), trust=nothing, engine=nothing,
        tracking=connection.tracking, registry=connection.registry,
        artifacts=connection.artifacts, local=cast(Any, NoLocal()),
        journal=FileJournal(repository / "journal.jsonl"), calls=calls,
        clock=(lambda: now) if now else lambda: datetime.now(UTC),
    )


def repository(folder: Path) -> str:
    """A git repository with one commit; returns its id."""
    def git(*words: str) -> str:
        return subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=folder, check=True,
            capture_output=True, text=True,
        ).stdout.strip()

    git("init", "--quiet", "--initial-branch=main")
    git("commit", "--quiet", "--allow-empty", "--message", "one")
    return git("rev-parse", "HEAD")


async def shown(detail: Detail, width: int = 80) -> str:
    """A detail's text."""
    return "\n".join(text_of(line) for line in await detail.load(width))
