"""Which images can go: what somebody needs stays, and what is not known stays too."""

from __future__ import annotations

from opstui.domain.image import REVISION_LABEL, Image
from opstui.domain.prune import Claim, Gap, Known, Share, Why, prune_plan

COMMIT = "4f2c1e9aa0b1c2d3e4f5060718293a4b5c6d7e8f"


def image(
    letter: str, *tags: str, commit: str = "", users: tuple[str, ...] = (),
    digests: tuple[str, ...] = (),
) -> Image:
    labels = ((REVISION_LABEL, commit),) if commit else ()
    return Image("sha256:" + letter * 64, tags, digests, 100, None, labels, users)


def id_of(letter: str) -> str:
    return "sha256:" + letter * 64


def went(plan: object) -> list[str]:
    return [one.image.id[7] for one in plan.go]  # type: ignore[attr-defined]


def test_images_go_by_reason_with_the_bytes_only_they_have() -> None:
    images = (image("a"), image("b", "old:1"), image("c", "web:1", users=("web",)))
    known = Known(shares={id_of("a"): Share(100, 40), id_of("b"): Share(50, 0)})
    plan = prune_plan(images, known)
    assert plan.totals() == ((Why.DANGLING, 1, 60), (Why.UNUSED, 1, 50))
    assert plan.bytes == 110
    assert [(one.image.name, one.why, one.reason) for one in plan.keep] == [
        ("web:1", Why.CONTAINER, "web")
    ]


def test_what_was_pulled_by_digest_has_a_name() -> None:
    plan = prune_plan((image("a", digests=(f"app@{id_of('9')}",)),), Known())
    assert [one.why for one in plan.go] == [Why.UNUSED]


def test_an_engine_that_does_not_count_shared_layers_is_not_taken_for_nothing() -> None:
    plan = prune_plan((image("a"),), Known(shares={id_of("a"): Share(100, None)}))
    assert plan.go[0].bytes is None
    assert plan.bytes == 0


def test_a_version_keeps_the_image_of_its_runs_commit_or_the_one_that_the_run_names() -> None:
    digest = f"reg/x@{id_of('9')}"
    images = (
        image("a", "churn:9", commit=COMMIT), image("b", "train:3"), image("c", "serve:latest"),
        image("d", "x:1", digests=(digest,)), image("e"),
    )
    claims = (
        Claim("churn v9 @champion", commit=COMMIT[:10]), Claim("v3", image="train:3"),
        Claim("v4", image="serve"), Claim("v5", image=f"mirror/x@{id_of('9')}"),
        Claim("v6", image="e" * 12),
    )
    plan = prune_plan(images, Known(models=claims))
    assert plan.go == ()
    assert [one.reason for one in plan.keep] == ["churn v9 @champion", "v3", "v4", "v5", "v6"]
    assert {one.why for one in plan.keep} == {Why.MODEL}


def test_the_head_of_a_branch_keeps_its_image_and_an_old_commit_does_not() -> None:
    images = (image("a", "app:1", commit=COMMIT), image("b", "app:0", commit="0" * 40))
    plan = prune_plan(images, Known(branches=(Claim("head of main", COMMIT),)))
    assert went(plan) == ["b"]
    assert plan.keep[0].reason == "head of main"


def test_a_registry_that_is_down_keeps_everything_that_it_could_be_about() -> None:
    images = (image("a"), image("b", "app:1"), image("c", "w:1", users=("w",)))
    plan = prune_plan(images, Known(gaps=(Gap("the registry is away"),)))
    assert plan.go == ()
    assert [one.why for one in plan.keep] == [Why.UNKNOWN, Why.UNKNOWN, Why.CONTAINER]
    assert plan.keep[0].reason == "the registry is away"


def test_unreadable_branches_keep_only_what_tells_its_commit() -> None:
    images = (image("a"), image("b", "app:1", commit=COMMIT))
    plan = prune_plan(images, Known(gaps=(Gap("git is away", labelled=True),)))
    assert went(plan) == ["a"]


def test_what_an_image_that_stays_was_built_on_stays_and_the_others_go_children_first() -> None:
    images = (
        image("a", "base:1"), image("b", "kept:1", users=("web",)), image("c", "child:1"),
        image("d", "lone:1"),
    )
    parents = {id_of("b"): id_of("f"), id_of("f"): id_of("a"), id_of("c"): id_of("d")}
    plan = prune_plan(images, Known(parents=parents))
    assert went(plan) == ["c", "d"]
    assert [(one.image.name, one.why, one.reason) for one in plan.keep] == [
        ("base:1", Why.PARENT, "kept:1"), ("kept:1", Why.CONTAINER, "web"),
    ]


def test_taking_an_image_out_keeps_it_and_what_it_was_built_on() -> None:
    images = (image("a", "base:1"), image("b", "child:1"), image("c"))
    known = Known(parents={id_of("b"): id_of("a")})
    plan = prune_plan(images, known, {id_of("b")})
    assert went(plan) == ["c"]
    assert [one.why for one in plan.keep] == [Why.PARENT, Why.SPARED]
