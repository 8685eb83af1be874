"""A world whose registry and tracking are in memory and whose journal is a real file."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from opstui.backends.calls import RecentCalls
from opstui.backends.journal import FileJournal
from opstui.domain.branch import Commit
from opstui.domain.ci import CiRun
from opstui.domain.errors import OpstuiError
from opstui.domain.image import REVISION_LABEL, Container, Image
from opstui.domain.local_mlflow import FoundStore, LocalPhase, LocalState, Offer
from opstui.domain.status import Status
from opstui.operations.world import Rules, World
from tests.fakes.registry import NOW, SHA, FakeRegistry, FakeTracking


def ci_run(status: Status = Status.PASSED, commit: str = SHA, **more: Any) -> CiRun:
    facts: dict[str, Any] = {
        "server": "local", "id": "1", "number": 1, "workflow": "unit", "branch": "main",
        "created": NOW - timedelta(hours=1),
    }
    return CiRun(status=status, commit=commit, **{**facts, **more})


@dataclass
class FakeCi:
    name: str = "local"
    known: tuple[CiRun, ...] = ()
    error: str = ""

    async def runs(self, limit: int) -> tuple[CiRun, ...]:
        if self.error:
            raise OpstuiError(self.error)
        return self.known


@dataclass
class FakeEngine:
    known: tuple[Image, ...] = ()
    error: str = ""

    async def images(self) -> tuple[Image, ...]:
        if self.error:
            raise OpstuiError(self.error)
        return self.known

    async def containers(self) -> tuple[Container, ...]:
        if self.error:
            raise OpstuiError(self.error)
        return ()


@dataclass
class FakeGit:
    commits: tuple[str, ...] = (SHA,)
    remotes: tuple[str, ...] = ("origin/main",)

    async def remotes_with(self, commit: str) -> tuple[str, ...]:
        await self.resolve(commit)
        return self.remotes

    async def resolve(self, revision: str) -> str:
        if revision.removesuffix("^{commit}") in self.commits:
            return revision.removesuffix("^{commit}")
        raise OpstuiError(f"git knows no {revision}")

    async def commits_since(self, ref: str, without: str, limit: int) -> tuple[Commit, ...]:
        return ()


@dataclass
class FakeLocal:
    phase: LocalPhase = LocalPhase.OFF
    found: tuple[FoundStore, ...] = ()
    did: list[str] = field(default_factory=list)

    def state(self) -> LocalState:
        return LocalState(self.phase)

    async def offer(self) -> Offer:
        return Offer(True, "mlflow server", "/data/opstui/mlflow.db", "0.44 GB, 7 s", self.found)

    async def start(self) -> None:
        self.did.append("start")
        self.phase = LocalPhase.READY

    async def adopt(self, store: FoundStore) -> None:
        self.did.append(f"adopt {store.path}")
        self.phase = LocalPhase.READY


def image(commit: str = SHA) -> Image:
    return Image("sha256:" + "a" * 64, ("churn:1",), (), 1, None, ((REVISION_LABEL, commit),))


def fake_world(tmp_path: Path, registry: Any = None, who: str = "ana@build", **more: Any) -> World:
    """Model churn: v7 is champion, v9 challenger, v5 previous; all evidence is good."""
    tracking = FakeTracking()
    if registry is None:
        registry = FakeRegistry()
        for version in ("5", "7", "9", "10"):
            registry.add("churn", version)
        registry.aliases["churn"] = {
            "champion": "7", "challenger": "9", "previous_champion": "5",
        }
        tracking.add("run5", auc=0.9, logloss=0.3)
        tracking.add("run7", auc=0.904, logloss=0.291, old=1.0)
        tracking.add("run9", auc=0.912, logloss=0.288, width=3.0, odd=float("nan"))
    parts: dict[str, Any] = {
        "git": FakeGit(), "ci": (FakeCi(known=(ci_run(),)),), "trust": None,
        "engine": FakeEngine((image(),)), "tracking": tracking, "registry": registry,
        "local": FakeLocal(), "journal": FileJournal(tmp_path / "journal.jsonl", who=who),
        "calls": RecentCalls(), "clock": lambda: NOW, "rules": Rules(settle=0.0),
    }
    return World(**{**parts, **more})
