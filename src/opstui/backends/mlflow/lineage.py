"""Runs and versions by what they record of each other, over MLflow's REST API.

Endpoints: https://mlflow.org/docs/latest/rest-api.html#search-runs and #search-modelversions.
"""

from __future__ import annotations

from opstui.backends.mlflow import decode
from opstui.backends.mlflow.doorway import Doorway
from opstui.backends.mlflow.http import Door
from opstui.backends.mlflow.plain import API, EXPERIMENTS
from opstui.backends.mlflow.refusals import RefusalError
from opstui.backends.mlflow.registry import is_prompt
from opstui.domain.experiment import Run
from opstui.domain.model import ModelVersion

EXPERIMENT_PAGES = 10
"""Pages of experiments that are searched at most, 200 each, last changed first."""
VERSIONS = 50
MISSING = "RESOURCE_DOES_NOT_EXIST"


class MlflowProvenance:
    """Implements `lineage_protocols.Provenance`."""

    def __init__(self, tracking: Doorway, registry: Doorway) -> None:
        self._tracking = tracking
        self._registry = registry

    async def run(self, run_id: str) -> tuple[Run | None, str]:
        """One run, by `GET runs/get`, which gives deleted ones too and says so."""
        door = await self._tracking.door()
        try:
            answer = await door.read("GET", f"{API}/runs/get", {"run_id": run_id})
        except RefusalError as error:
            if error.code == MISSING:
                return None, "is not on this server"
            raise
        found = answer.inner("run")
        if found.inner("info").text("lifecycle_stage") == "deleted":
            return None, "was deleted"
        return decode.run(found), ""

    async def runs_of(self, commit: str, limit: int) -> tuple[Run, ...]:
        """By `POST runs/search` over all experiments; `commit` has to be hexadecimal."""
        door = await self._tracking.door()
        experiments = await _experiments(door)
        if not experiments or not commit.isalnum():
            return ()
        answer = await door.read("POST", f"{API}/runs/search", body={
            "experiment_ids": experiments, "max_results": limit, "run_view_type": "ACTIVE_ONLY",
            "filter": f"tags.`mlflow.source.git.commit` = '{commit}'",
            "order_by": ["attributes.start_time DESC"],
        })
        return tuple(decode.run(one) for one in answer.objects("runs"))

    async def version(self, name: str, version: str) -> ModelVersion | None:
        """One version with its aliases, by `GET model-versions/get`."""
        door = await self._registry.door()
        try:
            answer = await door.read(
                "GET", f"{API}/model-versions/get", {"name": name, "version": version}
            )
        except RefusalError as error:
            if error.code == MISSING:
                return None
            raise
        return decode.model_version(answer.inner("model_version"))

    async def versions_of(self, run_id: str) -> tuple[ModelVersion, ...]:
        """By `GET model-versions/search` with the attribute run_id."""
        return await self._versions(f"run_id = '{run_id}'") if run_id.isalnum() else ()

    async def versions_from(self, source: str) -> tuple[ModelVersion, ...]:
        """By `GET model-versions/search` with the attribute source_path."""
        return await self._versions(f"source_path = '{source}'") if "'" not in source else ()

    async def _versions(self, query: str) -> tuple[ModelVersion, ...]:
        door = await self._registry.door()
        answer = await door.read("GET", f"{API}/model-versions/search", {
            "filter": query, "max_results": VERSIONS, "order_by": "last_updated_timestamp DESC",
        })
        found = map(decode.model_version, answer.objects("model_versions"))
        return tuple(one for one in found if not is_prompt(one.tags))


async def _experiments(door: Door) -> list[str]:
    found: list[str] = []
    token = ""
    for _ in range(EXPERIMENT_PAGES):
        body = {**(EXPERIMENTS.body or {}), **({"page_token": token} if token else {})}
        answer = await door.read(EXPERIMENTS.method, EXPERIMENTS.path, body=body)
        found += [one.needed("experiment_id") for one in answer.objects("experiments")]
        token = answer.text("next_page_token")
        if not token:
            break
    return found
