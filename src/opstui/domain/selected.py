"""What a selected thing is called: the facts that commands of the person's own get of it."""

from __future__ import annotations

from typing import Any

from opstui.domain.branch import Branch, Commit
from opstui.domain.ci import CiJob, CiRun
from opstui.domain.experiment import Artifact, Experiment, Run
from opstui.domain.image import Container, Image
from opstui.domain.model import ModelVersion, RegisteredModel

FACTS = {
    "kind": "the list it is in, such as `branches`",
    "key": "its identity there",
    "name": "what it is called",
    "repository": "the repository's folder",
    "branch": "a branch's short name, or the branch of a CI run",
    "ref": "a branch's full reference",
    "commit": "full id of the commit: of a branch's head, a CI run, an image's revision, a run",
    "ci_server": "the CI server's name",
    "ci_run_id": "the CI run's id there",
    "ci_job_id": "the CI job's id",
    "workflow": "the workflow of a CI run",
    "url": "the web page of a CI run or job",
    "image": "an image's name, or its id where it has none; that of a container or run",
    "image_id": "an image's full id",
    "container": "a container's name",
    "container_id": "its full id",
    "experiment": "an experiment's name",
    "experiment_id": "its id, or that of a run's experiment",
    "run_id": "the id of a run, or of the run behind a version or an artifact",
    "artifact": "an artifact's path",
    "model": "a registered model's name",
    "version": "a version's number",
    "model_uri": "`models:/NAME/VERSION`",
}
"""Names of all facts; a thing has those that fit it."""
PREFIX = "OPSTUI_"
"""Of the environment variables: `OPSTUI_COMMIT` and so on."""


def facts_of(item: Any) -> dict[str, str]:
    """The facts of a thing by name, empty ones left out."""
    facts = _facts(item)
    key = getattr(item, "key", "")
    return {name: value for name, value in {"key": key, **facts}.items() if value}


def _facts(item: Any) -> dict[str, str]:
    match item:
        case Branch():
            return {"branch": item.name, "ref": item.ref, "commit": item.commit}
        case Commit():
            return {"commit": item.sha}
        case CiRun():
            return {"ci_server": item.server, "ci_run_id": item.id, "workflow": item.workflow,
                    "branch": item.branch, "commit": item.commit, "url": item.url}
        case CiJob():
            return {"ci_job_id": item.id, "url": item.url}
        case Image():
            return {"image": item.name, "image_id": item.id, "commit": item.revision}
        case Container():
            return {"container": item.name, "container_id": item.id, "image": item.image,
                    "image_id": item.image_id}
        case Experiment():
            return {"experiment": item.name, "experiment_id": item.id}
        case Run():
            return {"run_id": item.id, "experiment_id": item.experiment_id, "commit": item.commit,
                    "image": item.image}
        case Artifact():
            return {"run_id": item.owner, "artifact": item.path}
        case RegisteredModel():
            return {"model": item.name}
        case ModelVersion():
            return {"model": item.model, "version": item.version, "run_id": item.run_id,
                    "model_uri": f"models:/{item.model}/{item.version}"}
    return {}


def variables(facts: dict[str, str]) -> dict[str, str]:
    """The facts as environment variables; what no variable can hold is left out."""
    return {f"{PREFIX}{name.upper()}": value for name, value in facts.items()
            if "\0" not in value}
