"""MLflow's JSON, read strictly: a wrong type is one sentence, never a TypeError later.

Shapes: https://mlflow.org/docs/latest/rest-api.html. Absent fields are normal there (empty
lists and zeros are left out), wrong types are not.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from opstui.domain.errors import OpstuiError
from opstui.domain.experiment import Artifact, Experiment, MetricPoint, Pairs, Run
from opstui.domain.model import ModelVersion, RegisteredModel
from opstui.domain.status import Status

RUN_STATUS = {
    "RUNNING": Status.RUNNING, "SCHEDULED": Status.QUEUED, "FINISHED": Status.PASSED,
    "FAILED": Status.FAILED, "KILLED": Status.CANCELLED,
}
VERSION_STATUS = {
    "READY": Status.PASSED, "PENDING_REGISTRATION": Status.RUNNING,
    "FAILED_REGISTRATION": Status.FAILED,
}


def not_mlflow(detail: str, where: str) -> OpstuiError:
    """The error for an answer that is not what MLflow's REST API says it is."""
    return OpstuiError(
        f"the server answered with something that is not MLflow's JSON: {detail}", where=where,
        hint="check that the address is that of an MLflow server",
    )


@dataclass(frozen=True, slots=True)
class Json:
    """One JSON object of an answer, and where it came from."""

    value: Mapping[str, object]
    where: str
    path: str = ""

    def text(self, name: str) -> str:
        """A string; empty when absent. Whole numbers are taken as their digits."""
        value = self.value.get(name)
        if isinstance(value, str):
            return value
        if value is None:
            return ""
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        raise self._wrong(name, "text")

    def whole(self, name: str) -> int:
        """An integer, which protobuf's JSON may also write as a string; 0 when absent."""
        value = self.value.get(name)
        if value is None:
            return 0
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and len(value) < 25 and value.removeprefix("-").isdecimal():
            return int(value)
        raise self._wrong(name, "a whole number")

    def real(self, name: str) -> float:
        """A number; 0 when absent. "NaN" is a string in MLflow, infinities are ±1.797e308."""
        value = self.value.get(name, 0.0)
        if isinstance(value, str) and value in ("NaN", "Infinity", "-Infinity"):
            return float(value)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self._wrong(name, "a number")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf if value > 0 else -math.inf
        return math.copysign(math.inf, number) if abs(number) >= sys.float_info.max else number

    def truth(self, name: str) -> bool:
        """A boolean; false when absent."""
        value = self.value.get(name, False)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false")
        return value

    def when(self, name: str) -> datetime | None:
        """A time in milliseconds since 1970; None when absent, 0 or beyond the calendar."""
        milliseconds = self.whole(name)
        try:
            return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else None
        except (ValueError, OverflowError, OSError):
            return None

    def inner(self, name: str) -> Json:
        """An object; empty when absent."""
        value = self.value.get(name)
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise self._wrong(name, "an object")
        return Json(cast(Mapping[str, object], value), self.where, self._at(name))

    def objects(self, name: str) -> Iterator[Json]:
        """The objects of a list; none when absent."""
        for number, value in enumerate(self._items(name)):
            if not isinstance(value, dict):
                raise self._wrong(f"{name}[{number}]", "an object")
            yield Json(cast(Mapping[str, object], value), self.where, self._at(f"{name}[{number}]"))

    def texts(self, name: str) -> tuple[str, ...]:
        """The strings of a list; none when absent."""
        items = self._items(name)
        if not all(isinstance(item, str) for item in items):
            raise self._wrong(name, "a list of texts")
        return tuple(str(item) for item in items)

    def pairs(self, name: str) -> Pairs:
        """A list of {key, value}, sorted by key."""
        return tuple(sorted((item.text("key"), item.text("value")) for item in self.objects(name)))

    def needed(self, name: str) -> str:
        """A string that has to be there."""
        if value := self.text(name):
            return value
        raise not_mlflow(f"{self._at(name)} is missing", self.where)

    def _items(self, name: str) -> list[object]:
        value = self.value.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._wrong(name, "a list")
        return value

    def _at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def _wrong(self, name: str, wanted: str) -> OpstuiError:
        return not_mlflow(f"{self._at(name)} is not {wanted}", self.where)


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
    tags = data.pairs("tags")
    named = (one.inner("dataset") for one in answer.inner("inputs").objects("dataset_inputs"))
    return Run(
        id=info.text("run_id") or info.needed("run_uuid"),
        name=info.text("run_name") or dict(tags).get("mlflow.runName", ""),
        experiment_id=info.text("experiment_id"),
        status=RUN_STATUS.get(info.text("status"), Status.UNKNOWN),
        started=info.when("start_time"), finished=info.when("end_time"),
        user=info.text("user_id") or dict(tags).get("mlflow.user", ""),
        params=data.pairs("params"),
        metrics=tuple(sorted(
            ((one.text("key"), one.real("value")) for one in data.objects("metrics")),
            key=lambda pair: pair[0],
        )),
        tags=tags, artifact_uri=info.text("artifact_uri"),
        datasets=tuple((one.text("name"), one.text("digest")) for one in named),
    )


def metric_point(data: Json) -> MetricPoint:
    """An entry of a metric's history."""
    return MetricPoint(data.whole("step"), data.real("value"), data.when("timestamp"))


def artifact(data: Json) -> Artifact:
    """An entry of artifacts/list."""
    is_dir = data.truth("is_dir")
    size = data.whole("file_size") if "file_size" in data.value else None
    return Artifact(data.needed("path"), is_dir, None if is_dir else size)


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
