"""MLflow's JSON as domain nouns.

Shapes: https://mlflow.org/docs/latest/rest-api.html. Absent fields are normal there (empty
lists and zeros are left out), wrong types are not.
"""

from __future__ import annotations

from functools import lru_cache
from sys import intern

from opstui.backends.json_object import Json, not_json
from opstui.domain.errors import OpstuiError
from opstui.domain.experiment import Artifact, Experiment, LoggedModel, MetricPoint, Pairs, Run
from opstui.domain.model import ModelVersion, RegisteredModel
from opstui.domain.status import Status

PRODUCT = "MLflow"

RUN_STATUS = {
    "RUNNING": Status.RUNNING, "SCHEDULED": Status.QUEUED, "FINISHED": Status.PASSED,
    "FAILED": Status.FAILED, "KILLED": Status.CANCELLED,
}
MODEL_STATUS = {
    "LOGGED_MODEL_READY": Status.PASSED, "LOGGED_MODEL_PENDING": Status.RUNNING,
    "LOGGED_MODEL_UPLOAD_FAILED": Status.FAILED,
}
VERSION_STATUS = {
    "READY": Status.PASSED, "PENDING_REGISTRATION": Status.RUNNING,
    "FAILED_REGISTRATION": Status.FAILED,
}


def not_mlflow(detail: str, where: str) -> OpstuiError:
    """The error for an answer that is not what MLflow's REST API says it is."""
    return not_json(PRODUCT, detail, where)


def experiment(data: Json) -> Experiment:
    """An entry of experiments/search."""
    return Experiment(
        id=data.needed("experiment_id"), name=data.text("name"),
        created=data.when("creation_time"), updated=data.when("last_update_time"),
        tags=data.pairs("tags"), artifact_location=data.text("artifact_location"),
    )


def run(answer: Json) -> Run:
    """An entry of runs/search, or what runs/get calls `run`."""
    info, data = answer.inner("info"), answer.inner("data")
    tags = shared(data.pairs("tags"))
    named = (one.inner("dataset") for one in answer.inner("inputs").objects("dataset_inputs"))
    return Run(
        id=info.text("run_id") or info.needed("run_uuid"),
        name=info.text("run_name") or dict(tags).get("mlflow.runName", ""),
        experiment_id=intern(info.text("experiment_id")),
        status=RUN_STATUS.get(info.text("status"), Status.UNKNOWN),
        started=info.when("start_time"), finished=info.when("end_time"),
        user=intern(info.text("user_id") or dict(tags).get("mlflow.user", "")),
        params=shared(data.pairs("params")),
        metrics=tuple(sorted(
            ((intern(one.text("key")), one.real("value")) for one in data.objects("metrics")),
            key=lambda pair: pair[0],
        )),
        tags=tags, artifact_uri=info.text("artifact_uri"),
        datasets=tuple((one.text("name"), one.text("digest")) for one in named),
    )


def shared(pairs: Pairs) -> Pairs:
    """Names with values that are the same in thousands of runs are kept once."""
    return tuple(_pair(name, value) for name, value in pairs)


@lru_cache(maxsize=2_000)
def _pair(name: str, value: str) -> tuple[str, str]:
    return intern(name), value


def metric_point(data: Json) -> MetricPoint:
    """An entry of a metric's history."""
    return MetricPoint(data.whole("step"), data.real("value"), data.when("timestamp"))


def artifact(data: Json, owner: str = "") -> Artifact:
    """An entry of artifacts/list; owner is the run or the logged model that was asked about."""
    is_dir = data.truth("is_dir")
    size = data.whole("file_size") if "file_size" in data.value else None
    return Artifact(data.needed("path"), is_dir, None if is_dir else size, owner)


def logged_model(data: Json) -> LoggedModel:
    """An entry of logged-models/search."""
    info = data.inner("info")
    return LoggedModel(
        id=info.needed("model_id"), name=info.text("name"),
        status=MODEL_STATUS.get(info.text("status"), Status.UNKNOWN),
        run_id=info.text("source_run_id"), kind=info.text("model_type"),
        created=info.when("creation_timestamp_ms"), artifact_uri=info.text("artifact_uri"),
        tags=info.pairs("tags"),
    )


def registered_model(data: Json) -> RegisteredModel:
    """An entry of registered-models/search, or of registered-models/get."""
    newest = max((version_number(one) for one in data.objects("latest_versions")), default=None)
    return RegisteredModel(
        name=data.needed("name"),
        aliases=tuple(sorted(
            (one.needed("alias"), str(version_number(one))) for one in data.objects("aliases")
        )),
        latest="" if newest is None else str(newest),
        tags=data.pairs("tags"), description=data.text("description"),
        created=data.when("creation_timestamp"), updated=data.when("last_updated_timestamp"),
    )


def model_version(data: Json) -> ModelVersion:
    """An entry of model-versions/search (which has no aliases), or of model-versions/get."""
    stage, status = data.text("current_stage"), data.text("status")
    return ModelVersion(
        model=data.needed("name"), version=str(version_number(data)),
        aliases=tuple(sorted(data.texts("aliases"))),
        ready=status == "READY", status=VERSION_STATUS.get(status, Status.UNKNOWN),
        status_note=data.text("status_message"), stage="" if stage == "None" else stage,
        run_id=data.text("run_id"), source=data.text("source"), tags=data.pairs("tags"),
        description=data.text("description"), user=data.text("user_id"),
        created=data.when("creation_timestamp"), updated=data.when("last_updated_timestamp"),
    )


def version_number(data: Json) -> int:
    """A model version, which MLflow writes as a decimal string."""
    text = data.text("version")
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise not_mlflow(f"{data.path}.version is not a number", data.where)
    return int(text)
