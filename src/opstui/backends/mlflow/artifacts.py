"""What runs and MLflow 3's logged models left behind: listed, and read piece by piece.

Endpoints: https://mlflow.org/docs/latest/rest-api.html for lists; files come from where MLflow's
own interface gets them, `get-artifact` and `logged-models/ID/artifacts/files`, so that the
server reads the artifact store and no credentials for that are needed here.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from urllib.parse import quote

from opstui.backends.json_object import Json
from opstui.backends.mlflow import decode
from opstui.backends.mlflow.doorway import Doorway
from opstui.backends.mlflow.http import Door
from opstui.backends.mlflow.plain import API
from opstui.backends.mlflow.refusals import RefusalError
from opstui.domain.experiment import Artifact, LoggedModel, Run

PAGES = 20
"""Pages of one folder that are read at most."""
MODELS = 50
"""Logged models of one run that are told at most."""
MODEL = "m-"
"""What the id of a logged model begins with; a run's is hexadecimal."""


class MlflowArtifacts:
    """The files of an MLflow server. Implements `artifact_protocols.Artifacts`."""

    def __init__(self, doorway: Doorway) -> None:
        self._doorway = doorway
        self._before_3: str = ""
        """The address of a server that has no logged models."""

    async def models(self, run: Run) -> tuple[LoggedModel, ...]:
        """The models that a run logged, newest first, by `POST logged-models/search`.

        Servers before MLflow 3 have none.
        """
        door = await self._doorway.door()
        if door.base == self._before_3:
            return ()
        try:
            answer = await door.read("POST", f"{API}/logged-models/search", body={
                "experiment_ids": [run.experiment_id], "filter": f"source_run_id = '{run.id}'",
                "max_results": MODELS,
            })
        except RefusalError as error:
            if error.status != 404:
                raise
            self._before_3 = door.base
            return ()
        found = (decode.logged_model(one) for one in answer.objects("models"))
        return tuple(one for one in found if one.run_id == run.id)

    async def folder(self, owner: str, path: str = "") -> tuple[Artifact, ...]:
        """One folder of a run's or a logged model's artifacts; folders first."""
        door = await self._doorway.door()
        found: dict[str, Artifact] = {}
        token = ""
        for _ in range(PAGES):
            answer = await _list(door, owner, path, token)
            found |= {
                one.path: one
                for one in (decode.artifact(file, owner) for file in answer.objects("files"))
            }
            last, token = token, answer.text("next_page_token")
            if not token or token == last:
                break
        return tuple(sorted(found.values(), key=lambda one: (not one.is_dir, one.path)))

    async def content(self, file: Artifact) -> AsyncGenerator[bytes, None]:
        """The file's bytes as they come; close it to give up."""
        door = await self._doorway.door()
        if file.owner.startswith(MODEL):
            model = quote(file.owner, safe="")
            where = f"/ajax-api/2.0/mlflow/logged-models/{model}/artifacts/files"
            stream = door.stream(where, {"artifact_file_path": file.path})
        else:
            stream = door.stream("/get-artifact", {"run_id": file.owner, "path": file.path})
        async with aclosing(stream) as pieces:
            async for piece in pieces:
                yield piece


async def _list(door: Door, owner: str, path: str, token: str) -> Json:
    """One page of a folder, by `GET artifacts/list` or the one of logged models."""
    of_model = owner.startswith(MODEL)
    query = {} if of_model else {"run_id": owner}
    if path:
        query["artifact_directory_path" if of_model else "path"] = path
    if token:
        query["page_token"] = token
    if of_model:
        where = f"{API}/logged-models/{quote(owner, safe='')}/artifacts/directories"
        return await door.read("GET", where, query)
    return await door.read("GET", f"{API}/artifacts/list", query)
