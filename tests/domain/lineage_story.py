"""One story for the tests of lineage: a commit, what came of it, and things beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from opstui.domain.branch import Branch
from opstui.domain.ci import CiRun
from opstui.domain.experiment import Run
from opstui.domain.image import REVISION_LABEL, Container, Image
from opstui.domain.lineage import STEPS, Asked, Chain, Noun, Ref, Shipped
from opstui.domain.lineage_graph import Graph, layer
from opstui.domain.model import ModelVersion, RegisteredModel
from opstui.domain.served import ServedNames, served
from opstui.domain.status import Status

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SHA, OTHER = "3f2a91c" + "0" * 33, "77aa001" + "1" * 33
RUN, LOGGED = "0123456789abcdef" * 2, "m-" + "fedcba9876543210" * 2
EVERYTHING = Asked(whole=frozenset(STEPS))


def hours(count: float) -> datetime:
    return NOON - timedelta(hours=count)


BRANCH = Branch("refs/heads/main", "main", SHA, hours(9))
BUILD = CiRun("github", "9001", 412, "unit", SHA, "main", Status.PASSED, hours(8),
              url="https://ci.example.org/runs/9001/")
IMAGE = Image("sha256:" + "a" * 64, ("churn-api:9",),
              ("reg.example.org/churn-api@sha256:" + "d" * 64,), 812_000_000, hours(7),
              ((REVISION_LABEL, SHA),))
TRAINED = Run(RUN, "nimble-fox", "1", Status.PASSED, hours(6), hours(5), tags=(
    ("GITHUB_RUN_ID", "9001"), ("mlflow.docker.image.id", IMAGE.id),
    ("mlflow.source.git.commit", SHA),
), metrics=(("auc", 0.914),))
VERSION = ModelVersion("churn", "9", ("champion",), run_id=RUN, source=f"models:/{LOGGED}",
                       created=hours(4))
MODEL = RegisteredModel("churn", (("champion", "9"),), "9")


def shipped(uri: str = "models:/churn/9", **more: object) -> Shipped:
    """A container that says that it serves this, or nothing."""
    labels = (("opstui.model_uri", uri),) if uri else ()
    facts = {"id": "c" * 64, "name": "churn-api", "image": "churn-api:9", "image_id": IMAGE.id,
             "state": "running", "status": Status.UP, "created": hours(3), "labels": labels}
    box = Container(**{**facts, **more})  # type: ignore[arg-type]
    return Shipped(box, served(box, {}, ServedNames()))


STORY: tuple[Noun, ...] = (BRANCH, BUILD, IMAGE, TRAINED, VERSION, MODEL, shipped())
REFS = {
    "commits": Ref("commits", SHA), "ci": Ref("ci", "github/9001"),
    "images": Ref("images", IMAGE.id),
    "runs": Ref("runs", RUN), "versions": Ref("versions", "churn/9"),
    "containers": Ref("containers", "c" * 64),
}


def graph_of(*nouns: Noun) -> Graph:
    return Graph(layer(nouns))


def without(*types: type) -> tuple[Noun, ...]:
    return tuple(noun for noun in STORY if not isinstance(noun, types))


def tagged(run: Run, **tags: str | None) -> Run:
    """The run with other tags; None takes one away."""
    known: dict[str, str | None] = {**dict(run.tags), **tags}
    return replace(run, tags=tuple(sorted((k, v) for k, v in known.items() if v is not None)))


def flaws(chain: Chain, step: str) -> list[str]:
    return [flaw.reason for link in chain.at(step) for flaw in link.flaws]
