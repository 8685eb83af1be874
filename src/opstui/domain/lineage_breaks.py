"""Why a chain is broken, and the one line that would mend it or record it the next time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from opstui.domain.experiment import Run
from opstui.domain.image import REVISION_LABEL, Image
from opstui.domain.lineage import (
    ALIAS,
    CI,
    COMMIT,
    CONTAINER,
    IMAGE,
    IMAGE_NAME,
    RUN,
    STEP_OF,
    VERSION,
    Asked,
    Flaw,
    Link,
    Noun,
    Ref,
    Shipped,
    State,
)
from opstui.domain.lineage_graph import Graph
from opstui.domain.lineage_names import COMMIT_TAG, is_dirty, named_image
from opstui.domain.lineage_words import TITLES, name_of
from opstui.domain.model import ModelVersion
from opstui.domain.words import short

N = TypeVar("N")
ENDED = ("created", "exited", "dead")
"""States of a container that runs nothing."""
HEAD = '"$(git rev-parse HEAD)"'


def state_of(
    ref: Ref, noun: Noun | None, asked: Asked, *, loose: bool
) -> tuple[State, Flaw | None]:
    """How sure a link is, and why it leads nowhere where it does."""
    step = STEP_OF.get(ref.kind, "")
    if ref in asked.gone:
        return State.BROKEN, Flaw(f"{_called(ref)} {asked.gone[ref]}", _bring_back(ref))
    if noun is not None or ref.kind == COMMIT:
        return State.INFERRED if loose else State.PROVED, None
    if step in asked.away:
        return State.UNKNOWN, asked.away[step]
    if step in asked.pending:
        return State.ASKED, None
    if step not in asked.whole:
        return State.UNKNOWN, Flaw(f"{_called(ref)} was not looked for")
    return State.BROKEN, Flaw(_nowhere(ref), _bring_back(ref))


def flaws_of(graph: Graph, ref: Ref, noun: Noun | None, asked: Asked) -> tuple[Flaw, ...]:
    """What is wrong with a thing that is there."""
    found: list[Flaw] = []
    if ref.kind == COMMIT:
        found += _of_commit(graph, ref, asked)
    if noun is not None and is_dirty(noun):
        found.append(_dirty(noun))
    if isinstance(noun, Shipped):
        found += _of_container(graph, noun)
    if isinstance(noun, Run):
        found += _of_run(graph, noun)
    return tuple(found)


def break_of(step: str, known: Sequence[Link], asked: Asked) -> Link:
    """The link that is missing, with the reason from what is nearest to it."""
    if step in asked.pending:
        return Link(step, None, State.ASKED)
    if step in asked.away:
        return Link(step, None, State.UNKNOWN, flaws=(asked.away[step],))
    state, flaw = _REASONS[step](known, asked)
    if state is State.BROKEN and step not in asked.whole and not _own_word(step, known):
        return Link(step, None, State.UNKNOWN, flaws=(Flaw("not looked for"),))
    return Link(step, None, state, flaws=(flaw,))


def _own_word(step: str, known: Sequence[Link]) -> bool:
    """Whether what is there would have said it, so that nobody else need be asked."""
    if step == COMMIT:
        return any(link.noun is not None for link in known if link.step in (RUN, IMAGE))
    if step == RUN:
        return any(isinstance(link.noun, ModelVersion) for link in known)
    if step == VERSION:
        return any(isinstance(link.noun, Shipped) for link in known)
    return False


def _first(known: Iterable[Link], kind: type[N]) -> N | None:
    return next((link.noun for link in known if isinstance(link.noun, kind)), None)


def _commit(known: Sequence[Link]) -> str:
    return next((link.ref.key for link in known if link.ref and link.ref.kind == COMMIT), "")


def _broken_above(known: Sequence[Link], step: str) -> Link | None:
    """A link of this step that leads nowhere."""
    return next((one for one in known if one.step == step and one.noun is None), None)


def _no_commit(known: Sequence[Link], _asked: Asked) -> tuple[State, Flaw]:
    record = "train inside the git checkout, with git and GitPython installed"
    if run := _first(known, Run):
        if told := run.tag(COMMIT_TAG):
            return State.BROKEN, Flaw(f"{COMMIT_TAG} is no commit: {told[:40]}", record)
        return State.BROKEN, Flaw(f"run {run.name or run.id[:12]} recorded no commit", record)
    build = f"docker build --label {REVISION_LABEL}={HEAD} ."
    if image := _first(known, Image):
        return State.BROKEN, Flaw(f"no label of {image.name} tells its commit", build)
    if _broken_above(known, RUN):
        return State.UNKNOWN, Flaw("only its training run would tell the commit")
    if _first(known, ModelVersion):
        return State.BROKEN, Flaw("the version names no run, and so no commit", record)
    return State.UNKNOWN, Flaw("nothing here tells a commit", build)


def _no_ci(known: Sequence[Link], _asked: Asked) -> tuple[State, Flaw]:
    if not (sha := _commit(known)):
        return State.UNKNOWN, Flaw("CI runs are found by their commit")
    return State.BROKEN, Flaw(
        f"no CI run of {short(sha)} among the newest", f"run CI on {short(sha)}: t in Commits"
    )


def _no_image(known: Sequence[Link], _asked: Asked) -> tuple[State, Flaw]:
    if not (sha := _commit(known)):
        return State.UNKNOWN, Flaw("images are found by their commit")
    return State.BROKEN, Flaw(
        f"no image on this engine is labelled {short(sha)}",
        f"docker build --label {REVISION_LABEL}={sha} .",
    )


def _no_run(known: Sequence[Link], _asked: Asked) -> tuple[State, Flaw]:
    if version := _first(known, ModelVersion):
        return State.BROKEN, Flaw(
            f"v{version.version} names no run",
            f'mlflow.register_model("runs:/RUN_ID/model", "{version.model}")',
        )
    if _broken_above(known, VERSION):
        return State.UNKNOWN, Flaw("only the model version would tell its run")
    if sha := _commit(known):
        return State.BROKEN, Flaw(
            f"no training run recorded {short(sha)}",
            f'mlflow.set_tag("{COMMIT_TAG}", "{sha}")',
        )
    return State.UNKNOWN, Flaw("training runs are found by their commit")


def _no_version(known: Sequence[Link], _asked: Asked) -> tuple[State, Flaw]:
    if run := _first(known, Run):
        return State.BROKEN, Flaw(
            "no model version was registered from it",
            f'mlflow.register_model("runs:/{run.id}/model", NAME)',
        )
    if one := _first(known, Shipped):
        return State.BROKEN, _says_nothing(one)
    return State.UNKNOWN, Flaw("model versions are found by their training run")


def _no_container(known: Sequence[Link], _asked: Asked) -> tuple[State, Flaw]:
    if version := _first(known, ModelVersion):
        uri = f"models:/{version.model}/{version.version}"
        return State.BROKEN, Flaw(
            "no running container says that it serves this", f"docker run -e MODEL_URI={uri} IMAGE"
        )
    if image := _first(known, Image):
        return State.BROKEN, Flaw(f"no container runs {image.name}", f"docker run {image.name}")
    return State.UNKNOWN, Flaw("containers are found by their image or model")


_REASONS = {
    COMMIT: _no_commit, CI: _no_ci, IMAGE: _no_image, RUN: _no_run, VERSION: _no_version,
    CONTAINER: _no_container,
}


def _called(ref: Ref) -> str:
    match ref.kind:
        case "ci id":
            return f"CI run {ref.key}"
        case "ci job":
            return f"CI job {ref.key}"
        case "alias":
            return f"alias {ref.key.rpartition('@')[2]} of {ref.key.rpartition('@')[0]}"
    return f"{TITLES.get(STEP_OF.get(ref.kind, ''), ref.kind)} {name_of(ref)}"


def _nowhere(ref: Ref) -> str:
    if ref.kind == ALIAS:
        return f"{_called(ref)} names no version"
    if ref.kind in (IMAGE, IMAGE_NAME):
        return f"{_called(ref)} is gone from this engine"
    if STEP_OF.get(ref.kind) == CI:
        return f"{_called(ref)} is not among the newest runs of the CI servers"
    return f"{_called(ref)} does not exist"


def _bring_back(ref: Ref) -> str:
    match ref.kind:
        case "runs":
            return f"mlflow runs restore --run-id {ref.key}"
        case "alias":
            model, _, alias = ref.key.rpartition("@")
            return f"let {alias} name a version of {model}: a in Versions"
        case "image name":
            return f"docker pull {ref.key}"
        case "images":
            return "start the container anew, from an image that is there"
    return ""


def _of_commit(graph: Graph, ref: Ref, asked: Asked) -> list[Flaw]:
    meant = graph.meant(ref.key)
    if len(meant) > 1:
        return [Flaw(f"several commits begin with {ref.key}", "record all 40 digits")]
    if asked.clone.get(ref.key) is False:
        return [Flaw(f"{short(ref.key)} is not in this clone", f"git fetch origin {ref.key}")]
    return []


def _dirty(noun: Noun) -> Flaw:
    what = {Run: "trained", Image: "built", ModelVersion: "trained"}.get(type(noun), "run")
    return Flaw(f"{what} from a work tree with uncommitted changes", f"commit, then {_again(what)}")


def _again(what: str) -> str:
    return {"trained": "train again", "built": "build again"}.get(what, "run it again")


def _of_container(graph: Graph, one: Shipped) -> list[Flaw]:
    container = one.container
    name = one.image or container.image
    named = graph.called(named_image(name)) if name and "sha256:" not in name else ()
    found = [
        Flaw(
            f"tag moved: {name} is {name_of(ref)} now, it runs "
            f"{name_of(Ref(IMAGE, container.image_id))}",
            "start the container anew to run what the tag names",
        )
        for ref in named if ref.kind == IMAGE and container.image_id not in ("", ref.key)
    ]
    if container.state in ENDED:
        found.insert(0, Flaw(f"it does not run: {container.note or container.state}",
                             f"docker start {container.name}"))
    return found if one.served is not None else [*found, _says_nothing(one)]


def _says_nothing(one: Shipped) -> Flaw:
    return Flaw(
        f"{one.container.name} does not say which model it serves",
        "docker run -e MODEL_URI=models:/NAME/VERSION …",
    )


def _of_run(graph: Graph, run: Run) -> list[Flaw]:
    """An image that is younger than the run can't be the one that it was trained in."""
    name = run.tag("mlflow.docker.image.uri")
    if not name or "@" in name or run.started is None:
        return []
    images = (graph.noun(ref) for ref in graph.called(named_image(name)))
    return [
        Flaw(f"tag moved: {name} was built after the run began", "name the image by its digest")
        for image in images
        if isinstance(image, Image) and image.created and image.created > run.started
    ]
