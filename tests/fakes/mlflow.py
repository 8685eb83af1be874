"""The story's MLflow: experiments, runs with odd values, models; and nobody's, when unset."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from opstui.domain.course import Course
from opstui.domain.errors import OpstuiError
from opstui.domain.experiment import Artifact, Experiment, MetricPoint, Run
from opstui.domain.local_mlflow import FoundStore, LocalPhase, LocalState, Offer
from opstui.domain.model import ModelVersion, RegisteredModel
from opstui.domain.page import Page
from opstui.domain.status import Status
from tests.fakes import story
from tests.fakes.registry import FakeRegistry
from tests.fakes.story import MAIN, SCALER, ago, sha

UNSET = "no MLflow server is configured"


def _run(id: str, name: str, status: Status, minutes: float, commit: str, *,
         params: dict[str, str], tags: dict[str, str] | None = None, **metrics: float) -> Run:
    began = ago(minutes=minutes)
    every = {"mlflow.source.git.commit": commit, "mlflow.source.git.branch": "main", **(tags or {})}
    return Run(
        id, name, "1", status, began, began + timedelta(seconds=44) if status.finished else None,
        "ana", tuple(sorted(params.items())), tuple(metrics.items()), tuple(sorted(every.items())),
        f"mlflow-artifacts:/1/{id}/artifacts", (("churn-2026-04", "d1f00d"),),
    )


RUNS = (
    _run("run10", "scaler-robust", Status.RUNNING, 1, MAIN, params={"C": "1", "scaler": "robust"},
         auc=0.8, logloss=0.41),
    _run("run9", "scaler-quantile", Status.PASSED, 130, SCALER,
         params={"C": "0.5", "scaler": "quantile"}, tags={"opstui.ci_run": "local #811"},
         auc=0.9123, logloss=0.288, width=3.0),
    _run("run8", "nan-auc", Status.FAILED, 200, sha("c2"), params={"C": "100", "scaler": "none"},
         auc=float("nan"), logloss=float("inf")),
    _run("run7", "baseline [v7]", Status.PASSED, 14_000, sha("release"),
         params={"C": "1", "scaler": "standard"}, auc=0.904, logloss=0.291),
    _run("run5", "größe-模型", Status.CANCELLED, 90_000, "", params={"C": "1"}, auc=0.887),
)


@dataclass
class StoryTracking:
    """Remembers how runs were asked for: the filter and the order are the server's work."""

    problem: str = ""
    configured: bool = True
    asked: list[tuple[str, str]] = field(default_factory=list)

    def check(self) -> None:
        if not self.configured:
            raise OpstuiError(UNSET, hint="press S to start a local one")
        if self.problem:
            raise OpstuiError(self.problem, where="https://mlflow.example.org")

    async def where(self) -> str:
        if not self.configured:
            raise OpstuiError(UNSET, hint="press S to start a local one")
        return "https://mlflow.example.org"

    async def version(self) -> str:
        return "3.17.2"

    async def experiments(self, token: str = "") -> Page[Experiment]:
        self.check()
        return Page(story.EXPERIMENTS)

    async def runs(
        self, experiment: str, *, filter: str = "", order_by: str = "", token: str = "",
        limit: int = 100, parent: str | None = None,
    ) -> Page[Run]:
        self.check()
        if parent or "parentRunId" in filter:
            return Page(())
        self.asked.append((filter, order_by))
        if "run_id IN" in filter:
            return Page(tuple(run for run in RUNS if f"'{run.id}'" in filter))
        if "auc > 0.9" in filter:
            return Page(tuple(run for run in RUNS if (run.metric("auc") or 0) > 0.9))
        if "ILIKE" in filter:
            return Page(tuple(run for run in RUNS if run.name in filter))
        return Page(RUNS)

    async def run(self, run_id: str) -> Run:
        self.check()
        found = next((run for run in RUNS if run.id == run_id), None)
        if found is None:
            raise OpstuiError(f"MLflow knows no run {run_id}")
        return found

    async def history(
        self, run_id: str, metric: str, points: int = 320
    ) -> tuple[MetricPoint, ...]:
        return story.course(metric)

    async def courses(
        self, run_ids: Sequence[str], metric: str, *, interval: tuple[int, int] | None = None,
        points: int = 1000, grown: Callable[[tuple[Course, ...]], None] | None = None,
    ) -> tuple[Course, ...]:
        self.check()
        began = {run.id: run.started for run in RUNS}
        return tuple(
            story.long_course(metric, run, n, began.get(run)) for n, run in enumerate(run_ids)
        )

    async def whole_course(self, run_id: str, metric: str) -> Course:
        return story.long_course(metric, run_id, 0, None)

    async def artifacts(self, run_id: str, path: str = "") -> tuple[Artifact, ...]:
        inside = f"{path}/" if path else ""
        return tuple(
            one for one in story.ARTIFACTS
            if one.path.startswith(inside) and "/" not in one.path.removeprefix(inside)
        )

    def run_url(self, run: Run) -> str:
        return f"https://mlflow.example.org/#/experiments/1/runs/{run.id}"


class StoryRegistry(FakeRegistry):
    """Models churn (all aliases), fraud[bold] (none), größe-模型 (no version)."""

    def __init__(self, tracking: StoryTracking) -> None:
        super().__init__()
        self.tracking = tracking
        for version, days in (("5", 62), ("7", 9.7), ("8", 0.2), ("9", 0.09)):
            self.add("churn", version, user="ana", created=ago(days=days), updated=ago(days=days),
                     source=f"models:/m-{version}")
        self.held["churn"]["8"] = replace(
            self.held["churn"]["8"], ready=False, status=Status.FAILED,
            status_note="the artifact is missing",
        )
        self.held["churn"]["7"] = replace(
            self.held["churn"]["7"], stage="Production", description="The first with weights.",
            tags=(("previous_champion_version", "5"), ("promoted_at", "2026-04-22T09:00:00Z"),
                  ("promoted_by", "bo@build2"), ("validated", "yes")),
        )
        self.aliases["churn"] = {
            "champion": "7", "challenger": "9", "previous_champion": "5",
        }
        self.add("fraud[bold]", "1", run_id="", created=ago(days=2))
        self.aliases["größe-模型"] = {}
        self.held["größe-模型"] = {}

    async def where(self) -> str:
        return await self.tracking.where()

    async def models(self, token: str = "") -> Page[RegisteredModel]:
        self.tracking.check()
        return Page(tuple([await self.model(name) for name in sorted(self.held)]))

    async def model(self, name: str) -> RegisteredModel:
        await self._enter("model")
        if name not in self.held:
            raise OpstuiError(f"MLflow knows no model {name}")
        versions = self.held[name]
        return RegisteredModel(
            name, tuple(sorted(self.aliases[name].items())), max(versions, key=int, default=""),
            description="Who will leave next month." if name == "churn" else "",
            created=ago(days=80), updated=ago(days=2) if versions else None,
        )

    async def versions(self, name: str, token: str = "") -> Page[ModelVersion]:
        self.tracking.check()
        return await super().versions(name, token)

    def model_url(self, name: str, version: str = "") -> str:
        return f"https://mlflow.example.org/#/models/{name}/versions/{version}"


@dataclass
class StoryLocal:
    """The embedded server: starting it configures the story's MLflow."""

    tracking: StoryTracking
    phase: LocalPhase = LocalPhase.OFF
    found: tuple[FoundStore, ...] = ()
    installed: bool = True
    did: list[str] = field(default_factory=list)

    def state(self) -> LocalState:
        return LocalState(self.phase, "http://127.0.0.1:41000")

    def running(self) -> bool:
        return False

    async def offer(self) -> Offer:
        return Offer(
            self.installed, "mlflow server --host 127.0.0.1 --port 0 --workers 1",
            "/home/ana/.local/share/opstui/mlflow/mlflow.db", "0.44 GB of memory, about 7 s",
            self.found,
        )

    async def start(self) -> None:
        self.did.append("start")
        self.phase, self.tracking.configured = LocalPhase.READY, True

    async def adopt(self, store: FoundStore) -> None:
        self.did.append(f"adopt {store.path}")
        self.phase, self.tracking.configured = LocalPhase.READY, True

    async def stop(self) -> None:
        self.did.append("stop")
