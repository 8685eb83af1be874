"""What each thing is called, and which others it mentions, with the place that does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from opstui.domain.branch import Branch, Commit
from opstui.domain.ci import CiRun
from opstui.domain.experiment import CI_TAGS, Run
from opstui.domain.image import REVISION_LABEL, Image
from opstui.domain.lineage import (
    ALIAS,
    BRANCH,
    CI,
    CI_ID,
    CI_JOB,
    CI_URL,
    COMMIT,
    CONTAINER,
    IMAGE,
    IMAGE_NAME,
    LOGGED,
    MODEL,
    RUN,
    VERSION,
    Noun,
    Ref,
    Shipped,
)
from opstui.domain.model import ModelVersion, RegisteredModel

COMMIT_TAG = "mlflow.source.git.commit"
IMAGE_TAGS = ("mlflow.docker.image.id", "mlflow.docker.image.uri")
"""What MLflow records of the image that a run was trained in."""
DIRTY_TAG = "mlflow.source.git.dirty"
DIRTY_LABEL = "opstui.git.dirty"
_HEX = re.compile(r"[0-9a-f]{7,64}")
_DIRTY = re.compile(r"[-+.]dirty$")
_SOURCE = re.compile(r"models:/(?:(m-[0-9a-f]{32})|([^/@:]+)/(\d{1,18}))")


class Mention(NamedTuple):
    """One thing names another."""

    of: Ref
    proof: str
    loose: bool = False
    """It only speaks for it: the name may have led elsewhere when the thing was made."""


def ref_of(noun: Noun) -> Ref:
    """The list that holds a thing, and its key there."""
    match noun:
        case Branch():
            return Ref(BRANCH, noun.ref)
        case Commit():
            return Ref(COMMIT, noun.sha)
        case CiRun():
            return Ref(CI, noun.key)
        case Image():
            return Ref(IMAGE, noun.id)
        case Run():
            return Ref(RUN, noun.id)
        case ModelVersion():
            return Ref(VERSION, noun.key)
        case RegisteredModel():
            return Ref(MODEL, noun.name)
        case Shipped():
            return Ref(CONTAINER, noun.container.id)


def names(noun: Noun) -> Iterator[Ref]:
    """What else a thing is called, beside its key."""
    match noun:
        case CiRun():
            yield Ref(CI_ID, noun.id)
            yield Ref(CI_ID, noun.key)
            yield Ref(CI_ID, f"{noun.server} #{noun.number}")
            if noun.url:
                yield Ref(CI_URL, noun.url.rstrip("/"))
        case Image():
            for name in (*noun.tags, *noun.digests):
                yield Ref(IMAGE_NAME, name)
        case ModelVersion() if found := _SOURCE.fullmatch(noun.source):
            if found[1]:
                yield Ref(LOGGED, found[1])


def mentions(noun: Noun, ci_tags: Sequence[str] = CI_TAGS) -> Iterator[Mention]:
    """What a thing says that it comes from."""
    match noun:
        case Branch():
            yield Mention(Ref(COMMIT, noun.commit), f"head of {noun.name}")
        case CiRun():
            if noun.commit:
                of = Ref(COMMIT, noun.commit.lower())
                yield Mention(of, f"the run's commit on {noun.server}")
        case Image():
            yield from _of_image(noun, ci_tags)
        case Run():
            yield from _of_run(noun, ci_tags)
        case ModelVersion():
            yield from _of_version(noun)
        case Shipped():
            yield from _of_container(noun)


def commit_said(text: str) -> str:
    """The commit id in a label or tag, in lower case without the word that tells of changes
    beside it; empty where it is none."""
    text = _DIRTY.sub("", text.strip().lower())
    return text if _HEX.fullmatch(text) else ""


def is_dirty(noun: Noun) -> bool:
    """Whether it was made from changes that no commit holds, as far as it says."""
    match noun:
        case CiRun():
            return noun.dirty
        case Image():
            said = dict(noun.labels)
            return bool(_DIRTY.search(noun.revision)) or said.get(DIRTY_LABEL, "") == "true"
        case Run() | ModelVersion():
            return noun.tag(DIRTY_TAG).lower() == "true" or bool(
                _DIRTY.search(noun.tag(COMMIT_TAG))
            )
    return False


def named_image(text: str) -> Ref:
    """What an image is meant by a text: its id, or a name with the tag that is meant without."""
    if text.startswith("sha256:"):
        return Ref(IMAGE, text)
    name = text.removeprefix("docker.io/").removeprefix("library/")
    if "@" not in name and ":" not in name.rpartition("/")[2]:
        name += ":latest"
    return Ref(IMAGE_NAME, name)


def ci_named(name: str, value: str) -> Ref:
    """What a tag that a CI system leaves is about: a run's page, a run, or one of its jobs."""
    if "://" in value:
        return Ref(CI_URL, value.rstrip("/"))
    return Ref(CI_JOB if "JOB" in name.upper() else CI_ID, value)


def _of_image(image: Image, ci_tags: Sequence[str]) -> Iterator[Mention]:
    for name, value in image.labels:
        if name == REVISION_LABEL and (sha := commit_said(value)):
            yield Mention(Ref(COMMIT, sha), f"label {name}")
        elif name in ci_tags and value:
            yield Mention(ci_named(name, value), f"label {name}")


def _of_run(run: Run, ci_tags: Sequence[str]) -> Iterator[Mention]:
    for name, value in run.tags:
        if name == COMMIT_TAG:
            if sha := commit_said(value):
                yield Mention(Ref(COMMIT, sha), f"tag {name}")
        elif not value:
            continue
        elif name in IMAGE_TAGS:
            of = named_image(value)
            yield Mention(of, f"tag {name}", loose=of.kind == IMAGE_NAME and "@" not in of.key)
        elif name in ci_tags:
            yield Mention(ci_named(name, value), f"tag {name}")


def _of_version(version: ModelVersion) -> Iterator[Mention]:
    if version.run_id:
        yield Mention(Ref(RUN, version.run_id), "run_id of the version")
    elif sha := commit_said(version.tag(COMMIT_TAG)):
        yield Mention(Ref(COMMIT, sha), f"tag {COMMIT_TAG}")
    if (found := _SOURCE.fullmatch(version.source)) and found[2]:
        yield Mention(Ref(VERSION, f"{found[2]}/{found[3]}"), "source of the version")


def _of_container(one: Shipped) -> Iterator[Mention]:
    container, served = one.container, one.served
    if container.image_id:
        yield Mention(Ref(IMAGE, container.image_id), "the image id of the container")
    label = dict(container.labels).get(REVISION_LABEL, "")
    if sha := commit_said(label):
        yield Mention(Ref(COMMIT, sha), f"label {REVISION_LABEL}")
    if served is None:
        return
    if served.version:
        yield Mention(Ref(VERSION, served.version_key), served.proof)
    elif served.alias:
        # it names another version once it is moved, while the container goes on with the old one
        yield Mention(Ref(ALIAS, f"{served.model}@{served.alias}"), served.proof, loose=True)
    elif served.logged_model:
        yield Mention(Ref(LOGGED, served.logged_model), served.proof)
    elif served.run_id:
        yield Mention(Ref(RUN, served.run_id), served.proof)
