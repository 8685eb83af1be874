"""The thread: found whole from each of its ends, and every way in which it breaks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opstui.domain.ci import CiRun
from opstui.domain.experiment import Run
from opstui.domain.image import REVISION_LABEL, Image
from opstui.domain.lineage import STEPS, Asked, Flaw, Link, Noun, Ref, Shipped, State
from opstui.domain.lineage_chain import chain, related
from opstui.domain.lineage_graph import MOST, Graph, layer
from opstui.domain.lineage_names import ref_of
from opstui.domain.lineage_words import said
from opstui.domain.model import ModelVersion, RegisteredModel
from tests.domain import lineage_story as story
from tests.domain.lineage_story import (
    BUILD,
    EVERYTHING,
    IMAGE,
    OTHER,
    REFS,
    RUN,
    SHA,
    STORY,
    TRAINED,
    VERSION,
    flaws,
    graph_of,
    hours,
    shipped,
    tagged,
    without,
)

GRAPH = graph_of(*STORY)


def only(links: tuple[Link, ...]) -> Link:
    (one,) = links
    return one


@pytest.mark.parametrize("end", STEPS)
def test_the_chain_is_whole_from_each_of_its_ends(end: str) -> None:
    found = chain(GRAPH, REFS[end], EVERYTHING)
    assert [link.ref for link in found.links] == [REFS[step] for step in STEPS]
    assert found.whole
    assert [link.step for link in found.links if link.here] == [end]
    assert not [flaw for link in found.links for flaw in link.flaws]
    sure = {link.step for link in found.links if link.state is State.PROVED}
    assert sure >= {"commits", "runs", "versions", "containers"}


def test_each_link_says_what_proves_it() -> None:
    found = chain(GRAPH, REFS["versions"], EVERYTHING)
    assert {link.step: link.proof for link in found.links} == {
        "commits": "tag mlflow.source.git.commit", "ci": "tag GITHUB_RUN_ID",
        "images": "tag mlflow.docker.image.id", "runs": "run_id of the version", "versions": "",
        "containers": "label opstui.model_uri",
    }
    assert [said(link).name for link in found.links] == [
        "3f2a91c", "#412 unit", "churn-api:9", "nimble-fox", "churn v9", "churn-api",
    ]


def test_a_branch_stands_for_its_head_and_a_model_for_what_serves() -> None:
    assert chain(GRAPH, Ref("branches", "refs/heads/main")).of == REFS["commits"]
    assert chain(GRAPH, Ref("models", "churn")).of == REFS["versions"]


def test_what_only_shares_the_commit_is_marked_as_such() -> None:
    bare = replace(TRAINED, tags=(("mlflow.source.git.commit", SHA),))
    graph = graph_of(bare, *without(Run))
    found = chain(graph, REFS["versions"], EVERYTHING)
    assert [(link.step, link.state, link.proof) for link in found.links if link.step in
            ("ci", "images")] == [
        ("ci", State.INFERRED, "same commit 3f2a91c"),
        ("images", State.INFERRED, "same commit 3f2a91c"),
    ]
    assert only(chain(graph, REFS["ci"], EVERYTHING).at("runs")).state is State.INFERRED


def test_what_a_thing_is_used_by_goes_down_only() -> None:
    found = chain(GRAPH, REFS["images"], EVERYTHING, used_by=True)
    assert [link.step for link in found.links] == ["images", "runs", "versions", "containers"]
    assert only(found.at("runs")).proof == "tag mlflow.docker.image.id"


def test_all_that_belongs_to_a_thing_lights_up_in_every_list() -> None:
    lit = related(GRAPH, REFS["versions"])
    assert lit == {*REFS.values(), Ref("branches", "refs/heads/main"), Ref("models", "churn"),
                   Ref("experiments", "1")}
    assert related(GRAPH, Ref("branches", "refs/heads/main")) == lit


# how other systems name things

@pytest.mark.parametrize(("tag", "value"), [
    ("GITHUB_RUN_ID", "9001"), ("BUILD_URL", "https://ci.example.org/runs/9001"),
    ("opstui.ci_run", "github/9001"),
])
def test_ci_is_found_by_the_tag_that_it_left(tag: str, value: str) -> None:
    run = tagged(TRAINED, **{"GITHUB_RUN_ID": None, tag: value})
    found = chain(graph_of(run, *without(Run)), REFS["runs"], EVERYTHING)
    assert only(found.at("ci")).proof == f"tag {tag}"
    assert only(found.at("ci")).state is State.PROVED


def test_ci_tags_may_have_other_names() -> None:
    run = tagged(TRAINED, GITHUB_RUN_ID=None, **{"team.build": "9001"})
    built = layer((run, *without(Run)), ("team.build",))
    found = chain(Graph(built, ci_tags=("team.build",)), REFS["runs"], EVERYTHING)
    assert only(found.at("ci")).proof == "tag team.build"


@pytest.mark.parametrize("uri", [
    "models:/churn/9", f"models:/{story.LOGGED}", f"runs:/{RUN}/model",
])
def test_what_serves_is_found_by_version_logged_model_and_run(uri: str) -> None:
    graph = graph_of(shipped(uri), *without(Shipped))
    assert only(chain(graph, REFS["runs"], EVERYTHING).at("containers")).state is State.PROVED


def test_an_alias_leads_to_what_it_names_now_which_is_no_proof() -> None:
    graph = graph_of(shipped("models:/churn@champion"), *without(Shipped))
    found = chain(graph, REFS["containers"], EVERYTHING)
    assert only(found.at("versions")).ref == REFS["versions"]
    assert only(found.at("versions")).state is State.INFERRED
    assert only(chain(graph, REFS["versions"], EVERYTHING).at("containers")).state is State.INFERRED


def test_a_copy_leads_to_what_it_was_copied_from() -> None:
    copy = ModelVersion("prod.churn", "2", source="models:/churn/9", created=hours(1))
    graph = graph_of(copy, shipped("models:/prod.churn/2"), *without(Shipped))
    found = chain(graph, Ref("versions", "prod.churn/2"), EVERYTHING)
    assert [link.ref for link in found.at("versions")] == [
        Ref("versions", "prod.churn/2"), REFS["versions"],
    ]
    assert found.whole


def test_first_digits_lead_to_the_only_commit_that_begins_with_them() -> None:
    image = replace(IMAGE, labels=((REVISION_LABEL, SHA[:7]),))
    graph = graph_of(image, *without(Image))
    assert only(chain(graph, REFS["images"], EVERYTHING).at("commits")).ref == REFS["commits"]
    assert Ref("images", image.id) in related(graph, REFS["commits"])


def test_a_container_that_serves_another_version_is_not_this_ones() -> None:
    graph = graph_of(shipped("models:/churn/7"), *without(Shipped))
    assert only(chain(graph, REFS["versions"], EVERYTHING).at("containers")).state is State.BROKEN
    bare = replace(TRAINED, tags=(("mlflow.source.git.commit", SHA),))
    graph = graph_of(bare, shipped("models:/churn/7"), *without(Shipped, Run))
    found = chain(graph, REFS["versions"], EVERYTHING)
    assert only(found.at("images")).state is State.INFERRED, "the container runs this image, but"
    assert only(found.at("containers")).state is State.BROKEN
    ci = chain(graph_of(bare, *without(Run)), REFS["ci"], EVERYTHING)
    assert only(ci.at("containers")).state is State.INFERRED, "that of a run that is inferred"


def test_a_container_that_says_nothing_is_inferred_from_the_commit() -> None:
    graph = graph_of(shipped("", labels=((REVISION_LABEL, SHA),)), *without(Shipped))
    link = only(chain(graph, REFS["versions"], EVERYTHING).at("containers"))
    assert (link.state, link.proof) == (State.INFERRED, "same commit 3f2a91c")
    assert link.flaws[0].reason == "churn-api does not say which model it serves"


# how it breaks

AWAY = Flaw("no container engine")
BROKEN: list[tuple[str, tuple[Noun, ...], Asked, str, str, State, str]] = [
    ("no commit recorded", (replace(TRAINED, tags=()), *without(Run)), EVERYTHING, "versions",
     "commits", State.BROKEN, "run nimble-fox recorded no commit"),
    ("an image without a label", (replace(IMAGE, labels=()),), EVERYTHING, "images", "commits",
     State.BROKEN, "no label of churn-api:9 tells its commit"),
    ("the commit is elsewhere", STORY, replace(EVERYTHING, clone={SHA: False}), "versions",
     "commits", State.PROVED, "3f2a91c is not in this clone"),
    ("CI ran on changes", (replace(BUILD, dirty=True), *without(CiRun)), EVERYTHING, "ci", "ci",
     State.PROVED, "run from a work tree with uncommitted changes"),
    ("trained on changes", (
        tagged(TRAINED, **{"mlflow.source.git.dirty": "true"}), *without(Run)), EVERYTHING,
     "runs", "runs", State.PROVED, "trained from a work tree with uncommitted changes"),
    ("built from changes", (
        replace(IMAGE, labels=((REVISION_LABEL, f"{SHA}-dirty"),)), *without(Image)), EVERYTHING,
     "images", "images", State.PROVED, "built from a work tree with uncommitted changes"),
    ("the tag moved", (replace(IMAGE, id="sha256:" + "b" * 64), replace(IMAGE, tags=()),
                       *without(Image)), EVERYTHING, "containers", "containers", State.PROVED,
     "tag moved: churn-api:9 is bbbbbbbbbbbb now, it runs aaaaaaaaaaaa"),
    ("the tag moved since the training", (
        replace(IMAGE, created=hours(1)), tagged(TRAINED, **{
            "mlflow.docker.image.uri": "churn-api:9", "mlflow.docker.image.id": None}),
        *without(Image, Run)), EVERYTHING, "runs", "runs", State.PROVED,
     "tag moved: churn-api:9 was built after the run began"),
    ("the run was deleted", without(Run), replace(EVERYTHING, gone={REFS["runs"]: "was deleted"}),
     "versions", "runs", State.BROKEN, "training 0123456789ab was deleted"),
    ("the version names no run", (replace(VERSION, run_id=""),), EVERYTHING, "versions", "runs",
     State.BROKEN, "v9 names no run"),
    ("the image is gone", without(Image), EVERYTHING, "containers", "images", State.BROKEN,
     "image aaaaaaaaaaaa is gone from this engine"),
    ("the alias names nothing", (shipped("models:/churn@staging"), *without(Shipped)), EVERYTHING,
     "containers", "versions", State.BROKEN, "alias staging of churn names no version"),
    ("it does not say what it serves", (shipped(""),), EVERYTHING, "containers", "versions",
     State.BROKEN, "churn-api does not say which model it serves"),
    ("nothing serves it", without(Shipped), EVERYTHING, "versions", "containers", State.BROKEN,
     "no running container says that it serves this"),
    ("nothing was registered", without(ModelVersion, RegisteredModel, Shipped), EVERYTHING, "runs",
     "versions", State.BROKEN, "no model version was registered from it"),
    ("CI did not run", without(CiRun), EVERYTHING, "commits", "ci", State.BROKEN,
     "no CI run of 3f2a91c among the newest"),
    ("the engine is away", without(Image, Shipped), Asked(
        {"images": AWAY, "containers": AWAY},
        whole=frozenset(("ci", "runs", "versions"))), "commits", "images", State.UNKNOWN,
     "no container engine"),
    ("MLflow is away", without(Run), Asked({"runs": Flaw("MLflow does not answer")}), "versions",
     "runs", State.UNKNOWN, "MLflow does not answer"),
    ("nobody asked", without(Image), Asked(), "containers", "images", State.UNKNOWN,
     "image aaaaaaaaaaaa was not looked for"),
]


@pytest.mark.parametrize(("nouns", "asked", "start", "step", "state", "reason"),
                         [one[1:] for one in BROKEN], ids=[one[0] for one in BROKEN])
def test_a_broken_link_says_why(
    nouns: tuple[Noun, ...], asked: Asked, start: str, step: str, state: State, reason: str
) -> None:
    found = chain(graph_of(*nouns), REFS[start], asked)
    assert reason in flaws(found, step)
    assert state in [link.state for link in found.at(step) if link.flaws]


@pytest.mark.parametrize(("nouns", "asked", "start", "step"), [
    (one[1], one[2], one[3], one[4]) for one in BROKEN if one[5] is State.BROKEN
], ids=[one[0] for one in BROKEN if one[5] is State.BROKEN])
def test_what_is_broken_says_what_would_mend_it(
    nouns: tuple[Noun, ...], asked: Asked, start: str, step: str
) -> None:
    links = [link for link in chain(graph_of(*nouns), REFS[start], asked).at(step) if link.flaws]
    mends = [flaw.mend for link in links for flaw in link.flaws]
    assert all(mend and "\n" not in mend for mend in mends), "one line"


def test_what_is_still_asked_is_neither_missing_nor_unknown() -> None:
    asked = Asked(pending=frozenset(("images", "ci")))
    found = chain(graph_of(TRAINED), REFS["runs"], asked)
    assert {link.state for link in (*found.at("images"), *found.at("ci"))} == {State.ASKED}


# whatever there is

shas = st.sampled_from([SHA, OTHER, SHA[:8], OTHER[:9] + "-dirty", "", "no commit"])
ids = st.sampled_from(["1", "2", "3"])
SERVED_RUN = f"runs:/{RUN}/m"


@st.composite
def anything(draw: Any) -> tuple[Noun, ...]:
    made: list[Noun] = []
    for n in range(draw(st.integers(0, 6))):
        sha, one, other = draw(shas), draw(ids), draw(ids)
        uri = draw(st.sampled_from(["", "models:/churn/1", "models:/churn@champion", SERVED_RUN]))
        made.append(draw(st.sampled_from([
            replace(story.BRANCH, ref=f"refs/heads/b{n}", commit=SHA if n % 2 else OTHER),
            replace(BUILD, id=one, commit=sha), story.MODEL,
            replace(IMAGE, id="sha256:" + one * 64, labels=((REVISION_LABEL, sha),)),
            tagged(TRAINED, **{"mlflow.source.git.commit": sha, "GITHUB_RUN_ID": one}),
            replace(VERSION, version=one, run_id=draw(st.sampled_from([RUN, "x", ""]))),
            shipped(uri, id=one * 64, image_id="sha256:" + other * 64),
        ])))
    return tuple({ref_of(noun): noun for noun in made}.values())


@settings(max_examples=50)
@given(anything(), st.sampled_from([Asked(), EVERYTHING]))
def test_every_chain_holds_together(nouns: tuple[Noun, ...], asked: Asked) -> None:
    graph = graph_of(*nouns)
    for start in [ref_of(noun) for noun in nouns]:
        found = chain(graph, start, asked)
        refs = [link.ref for link in found.links if link.ref is not None]
        assert len(refs) == len(set(refs)), "nothing twice"
        assert [STEPS.index(link.step) for link in found.links] == sorted(
            STEPS.index(link.step) for link in found.links)
        if found.of.kind not in STEPS:
            continue
        assert {link.step for link in found.links} == set(STEPS), "every step says something"
        assert sum(link.here for link in found.links) == 1
        for link in found.links:
            assert link.here or link.ref is None or link.proof, "nothing is claimed without proof"
            assert link.here or link.ref is None or link.by in refs, "and hangs on something"
            assert link.flaws or link.ref is not None or link.state is State.ASKED
        assert set(refs) <= related(graph, start)


@settings(max_examples=50)
@given(anything())
def test_what_was_made_from_a_thing_comes_from_it(nouns: tuple[Noun, ...]) -> None:
    """Down and up are the same links, as far as they are proved."""
    graph = graph_of(*nouns)
    for start in [ref_of(noun) for noun in nouns]:
        for link in chain(graph, start, used_by=True).links:
            if link.ref is not None and link.state is State.PROVED and not link.here:
                above = [one.ref for one in chain(graph, link.ref).links]
                assert chain(graph, start).of in above


def test_many_things_cost_no_more_than_a_few() -> None:
    many = [replace(TRAINED, id=f"{n:032x}") for n in range(5000)]
    graph = graph_of(*many, *without(Run))
    found = chain(graph, REFS["commits"], EVERYTHING)
    assert len(found.at("runs")) == MOST
    assert found.more["runs"] == 5000 - MOST
    assert graph.touched < 40 * MOST
