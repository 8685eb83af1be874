"""Registered models, versions and aliases over MLflow's REST API.

Endpoints: https://mlflow.org/docs/latest/rest-api.html. Setting an alias or a tag bumps no
timestamp there, so what is shown is always read again, never guessed from times.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import quote

from opstui.backends.mlflow import decode
from opstui.backends.mlflow.doorway import Doorway
from opstui.backends.mlflow.plain import API, MODELS
from opstui.backends.mlflow.refusals import RefusalError
from opstui.domain.errors import OpstuiError, WriteUnconfirmed
from opstui.domain.model import PROMPT_TAG, ModelVersion, RegisteredModel
from opstui.domain.page import Page

PAGE = 100
"""Versions on one page."""


class MlflowRegistry:
    """An MLflow model registry. Implements `protocols.Registry`."""

    def __init__(self, doorway: Doorway) -> None:
        self._doorway = doorway

    async def where(self) -> str:
        """The registry's address without secrets."""
        return (await self._doorway.door()).base

    async def models(self, token: str = "") -> Page[RegisteredModel]:
        """A page of models by name, by `GET registered-models/search`, prompts left out.

        Newer servers leave prompts out themselves; a page may therefore hold fewer models.
        """
        door = await self._doorway.door()
        query = {**(MODELS.query or {}), **({"page_token": token} if token else {})}
        answer = await door.read(MODELS.method, MODELS.path, query)
        found = map(decode.registered_model, answer.objects("registered_models"))
        items = tuple(one for one in found if not is_prompt(one.tags))
        return Page(items, answer.text("next_page_token"))

    async def model(self, name: str) -> RegisteredModel:
        """One model with all its aliases, by `GET registered-models/get`."""
        door = await self._doorway.door()
        answer = await door.read("GET", f"{API}/registered-models/get", {"name": name})
        return decode.registered_model(answer.inner("registered_model"))

    async def versions(self, name: str, token: str = "") -> Page[ModelVersion]:
        """A page of versions, newest first, by `GET model-versions/search`.

        That search gives no aliases, so they come from the model.
        """
        door = await self._doorway.door()
        query: dict[str, str | int] = {
            "filter": named(name), "max_results": PAGE, "order_by": "version_number DESC",
        }
        if token:
            query["page_token"] = token
        model, answer = await asyncio.gather(
            self.model(name), door.read("GET", f"{API}/model-versions/search", query)
        )
        found = map(decode.model_version, answer.objects("model_versions"))
        items = tuple(
            replace(one, aliases=model.aliases_of(one.version)) for one in found
            if one.model == name and not is_prompt(one.tags)
        )
        return Page(items, answer.text("next_page_token"))

    async def version(self, name: str, version: str) -> ModelVersion:
        """One version with its aliases, by `GET model-versions/get`."""
        door = await self._doorway.door()
        answer = await door.read(
            "GET", f"{API}/model-versions/get", {"name": name, "version": version}
        )
        return decode.model_version(answer.inner("model_version"))

    async def has_model(self, name: str) -> bool:
        """Whether there is a model of this name, by `GET registered-models/get`."""
        try:
            await self.model(name)
        except RefusalError as error:
            if error.code == "RESOURCE_DOES_NOT_EXIST":
                return False
            raise
        return True

    async def version_file(self, name: str, version: str, path: str) -> str:
        """A file of a version, by `GET /model-versions/get-artifact`, as MLflow's own page does.

        Source: mlflow/server/handlers.py, `get_model_version_artifact_handler`.
        """
        door = await self._doorway.door()
        content = await door.read_bytes(
            "/model-versions/get-artifact", {"name": name, "version": version, "path": path}
        )
        return content.decode("utf-8", "replace")

    async def copy_version(
        self, name: str, version: str, target: str, tags: Mapping[str, str], drop: Iterable[str],
    ) -> str:
        """Copy as `MlflowClient.copy_model_version` does: there is no endpoint for it.

        The model is made first, then a version with the source `models:/NAME/VERSION`.
        """
        door = await self._doorway.door()
        found = (await door.read(
            "GET", f"{API}/model-versions/get", {"name": name, "version": version}
        )).inner("model_version")
        try:
            await self._write("POST", "registered-models/create", name=target)
        except RefusalError as error:
            if error.code != "RESOURCE_ALREADY_EXISTS":
                raise
        gone = set(drop)
        kept = {one.text("key"): one.text("value") for one in found.objects("tags")}
        kept = {key: value for key, value in kept.items() if key not in gone} | dict(tags)
        body: dict[str, object] = {
            "name": target, "source": f"models:/{name}/{version}",
            "tags": [{"key": key, "value": value} for key, value in kept.items()],
        }
        for fact in ("run_id", "run_link", "description", "model_id"):
            if value := found.text(fact):
                body[fact] = value
        answer = await door.write("POST", f"{API}/model-versions/create", body)
        made = answer.inner("model_version").text("version")
        if not made:
            raise WriteUnconfirmed("MLflow did not say which version the copy is", where=door.base)
        return made

    async def register_version(
        self, name: str, source: str, run_id: str, model_id: str = ""
    ) -> str:
        """Make a version, as `MlflowClient.create_model_version` does, and its model before.

        source: where the files lie, as the run or the logged model names it.
        """
        door = await self._doorway.door()
        try:
            await self._write("POST", "registered-models/create", name=name)
        except RefusalError as error:
            if error.code != "RESOURCE_ALREADY_EXISTS":
                raise
        body = {"name": name, "source": source, "run_id": run_id, "model_id": model_id}
        answer = await door.write("POST", f"{API}/model-versions/create", {
            key: value for key, value in body.items() if value
        })
        made = answer.inner("model_version").text("version")
        if not made:
            raise WriteUnconfirmed("MLflow did not say which version it made", where=door.base)
        return made

    async def delete_version(self, name: str, version: str) -> None:
        """Delete a version for good, by `DELETE model-versions/delete`; its files stay."""
        await self._write("DELETE", "model-versions/delete", name=name, version=version)

    async def delete_model(self, name: str) -> None:
        """Delete a model with all its versions, by `DELETE registered-models/delete`."""
        await self._write("DELETE", "registered-models/delete", name=name)

    async def set_alias(self, name: str, alias: str, version: str) -> None:
        """Point the alias at a version, by `POST registered-models/alias`; no compare-and-set."""
        await self._write(
            "POST", "registered-models/alias", name=name, alias=alias, version=version
        )

    async def delete_alias(self, name: str, alias: str) -> None:
        """Remove the alias, by `DELETE registered-models/alias`; a missing one is no error."""
        await self._write("DELETE", "registered-models/alias", name=name, alias=alias)

    async def set_version_tag(self, name: str, version: str, key: str, value: str) -> None:
        """Set a version's tag, by `POST model-versions/set-tag`."""
        await self._write(
            "POST", "model-versions/set-tag", name=name, version=version, key=key, value=value
        )

    async def delete_version_tag(self, name: str, version: str, key: str) -> None:
        """Remove a version's tag, by `DELETE model-versions/delete-tag`."""
        await self._write(
            "DELETE", "model-versions/delete-tag", name=name, version=version, key=key
        )

    async def describe_version(self, name: str, version: str, text: str) -> None:
        """Replace a version's description, by `PATCH model-versions/update`."""
        await self._write(
            "PATCH", "model-versions/update", name=name, version=version, description=text
        )

    async def describe_model(self, name: str, text: str) -> None:
        """Replace a model's description, by `PATCH registered-models/update`."""
        await self._write("PATCH", "registered-models/update", name=name, description=text)

    def model_url(self, name: str, version: str = "") -> str:
        """The page in MLflow's own interface; empty while there is no server."""
        base = self._doorway.base()
        link = f"{base}/#/models/{quote(name, safe='')}"
        if not base:
            return ""
        return f"{link}/versions/{quote(version, safe='')}" if version else link

    async def _write(self, method: str, endpoint: str, **body: str) -> None:
        door = await self._doorway.door()
        await door.write(method, f"{API}/{endpoint}", body)


def is_prompt(tags: tuple[tuple[str, str], ...]) -> bool:
    """Whether these are the tags of a prompt, which MLflow keeps among the models."""
    return dict(tags).get(PROMPT_TAG, "").lower() == "true"


def named(name: str) -> str:
    """The filter for one model. MLflow's filters have no escape: the quote has to be absent."""
    for mark in ("'", '"'):
        if mark not in name:
            return f"name = {mark}{name}{mark}"
    raise OpstuiError(
        "MLflow cannot search for a model whose name holds both kinds of quotes", where=name
    )
