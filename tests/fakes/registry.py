"""A model registry and tracking server in memory, with the failures and races of real ones."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from opstui.domain.errors import OpstuiError
from opstui.domain.experiment import Run
from opstui.domain.model import ModelVersion, RegisteredModel
from opstui.domain.page import Page
from opstui.domain.status import Status

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SHA = "4f2c1e9" + "0" * 33


class FakeRegistry:
    """Upserts like MLflow's; `before` is called with the name of each method first."""

    def __init__(self, delay: float = 0) -> None:
        self.aliases: dict[str, dict[str, str]] = {}
        self.held: dict[str, dict[str, ModelVersion]] = {}
        self.wrote: list[str] = []
        self.files: dict[str, str] = {}
        """Texts of artifacts by `model/version/path`."""
        self.delay = delay
        self.before: Callable[[str], None] = lambda method: None
        self.after: Callable[[str], None] = lambda method: None

    def add(self, model: str, version: str, **facts: object) -> None:
        self.aliases.setdefault(model, {})
        known = ModelVersion(
            model, version, run_id=f"run{version}", created=NOW - timedelta(hours=1)
        )
        self.held.setdefault(model, {})[version] = replace(known, **facts)  # type: ignore[arg-type]

    def tags(self, model: str, version: str) -> dict[str, str]:
        return dict(self.held[model][version].tags)

    async def _enter(self, method: str) -> None:
        self.before(method)
        await asyncio.sleep(self.delay)

    async def where(self) -> str:
        return "http://mlflow.example"

    async def models(self, token: str = "") -> Page[RegisteredModel]:
        return Page(tuple([await self.model(name) for name in sorted(self.held)]))

    async def model(self, name: str) -> RegisteredModel:
        await self._enter("model")
        if name not in self.held:
            raise OpstuiError(f"MLflow knows no model {name}")
        latest = max(self.held[name], key=int)
        return RegisteredModel(name, tuple(sorted(self.aliases[name].items())), latest)

    def _version(self, name: str, version: str) -> ModelVersion:
        if version not in self.held.get(name, {}):
            raise OpstuiError(f"MLflow knows no version {version} of {name}")
        aliases = sorted(a for a, v in self.aliases[name].items() if v == version)
        return replace(self.held[name][version], aliases=tuple(aliases))

    async def version(self, name: str, version: str) -> ModelVersion:
        await self._enter("version")
        return self._version(name, version)

    async def versions(self, name: str, token: str = "") -> Page[ModelVersion]:
        await self._enter("versions")
        order = sorted(self.held[name], key=int, reverse=True)
        return Page(tuple(self._version(name, one) for one in order))

    async def has_model(self, name: str) -> bool:
        return name in self.held

    async def version_file(self, name: str, version: str, path: str) -> str:
        await self._enter("version_file")
        if f"{name}/{version}/{path}" not in self.files:
            raise OpstuiError(f"MLflow says: no such artifact: {path}")
        return self.files[f"{name}/{version}/{path}"]

    async def copy_version(
        self, name: str, version: str, target: str, tags: Mapping[str, str], drop: Iterable[str],
    ) -> str:
        await self._enter("copy_version")
        number = str(max(map(int, self.held.get(target, {"0": None})), default=0) + 1)
        source = self._version(name, version)
        kept = {key: value for key, value in source.tags if key not in set(drop)} | dict(tags)
        self.add(target, number, run_id=source.run_id, tags=tuple(sorted(kept.items())))
        self.wrote.append(f"copy {name}/{version} to {target}/{number}")
        self.after("copy_version")
        return number

    async def delete_version(self, name: str, version: str) -> None:
        await self._enter("delete_version")
        del self.held[name][version]
        self.wrote.append(f"delete {name}/{version}")

    async def delete_model(self, name: str) -> None:
        await self._enter("delete_model")
        del self.held[name], self.aliases[name]
        self.wrote.append(f"delete {name}")

    async def set_alias(self, name: str, alias: str, version: str) -> None:
        await self._enter("set_alias")
        self._version(name, version)
        self.aliases[name][alias] = version
        self.wrote.append(f"{alias}={version}")
        self.after("set_alias")

    async def delete_alias(self, name: str, alias: str) -> None:
        await self._enter("delete_alias")
        self.aliases[name].pop(alias, None)
        self.wrote.append(f"{alias}=")

    def _retag(self, name: str, version: str, tags: dict[str, str]) -> None:
        held = self.held[name][version]
        self.held[name][version] = replace(held, tags=tuple(sorted(tags.items())))

    async def set_version_tag(self, name: str, version: str, key: str, value: str) -> None:
        await self._enter("set_version_tag")
        self._retag(name, version, {**self.tags(name, version), key: value})
        self.wrote.append(f"tag {key}")

    async def delete_version_tag(self, name: str, version: str, key: str) -> None:
        await self._enter("delete_version_tag")
        tags = self.tags(name, version)
        tags.pop(key, None)
        self._retag(name, version, tags)
        self.wrote.append(f"untag {key}")

    async def describe_version(self, name: str, version: str, text: str) -> None:
        await self._enter("describe_version")
        self.held[name][version] = replace(self.held[name][version], description=text)

    async def describe_model(self, name: str, text: str) -> None:
        raise NotImplementedError

    def model_url(self, name: str, version: str = "") -> str:
        return f"http://mlflow.example/#/models/{name}/versions/{version}"


class FakeTracking:
    """Runs by id; every one of experiment 1."""

    def __init__(self) -> None:
        self.held: dict[str, Run] = {}
        self.asked: list[str] = []

    async def where(self) -> str:
        return "http://mlflow.example"

    def add(self, run_id: str, commit: str = SHA, **metrics: float) -> None:
        self.held[run_id] = Run(
            run_id, f"name-{run_id}", "1", Status.PASSED, metrics=tuple(metrics.items()),
            tags=(("mlflow.source.git.commit", commit),), datasets=(("train", "d1"),),
        )

    async def run(self, run_id: str) -> Run:
        self.asked.append(run_id)
        if run_id not in self.held:
            raise OpstuiError(f"MLflow knows no run {run_id}")
        return self.held[run_id]

    async def runs(
        self, experiment: str, *, filter: str = "", order_by: str = "", token: str = "",
        limit: int = 100, parent: str | None = None,
    ) -> Page[Run]:
        self.asked.append(filter)
        return Page(tuple(run for run in self.held.values() if f"'{run.id}'" in filter))
