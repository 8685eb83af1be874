"""Pruning, pulling, pushing, tagging at a registry and building, by keys."""

from __future__ import annotations

from tests.fakes import story
from tests.fakes.engine_work import NEW, OLD
from tests.fakes.whole import Systems
from tests.house.test_panes_live import at_work
from tests.ui.driver import Driver


def results(systems: Systems, what: str) -> list[str]:
    return [one.result for one in systems.journal.lines if one.what == what and one.result]


async def at_image(person: Driver, name: str) -> None:
    """Go to an image by its name."""
    await person.press("3")
    for _ in range(8):
        item = person.app.house.floor.item  # type: ignore[attr-defined]
        if item is not None and name in item.tags:
            return
        await person.press("j")
    raise AssertionError(f"no image {name}\n{person.screen_text}")


async def test_prune_shows_what_goes_and_stays_and_removes_only_what_was_agreed() -> None:
    systems = Systems()
    async with at_work(systems) as person:
        await person.press("3", "x")
        await person.sees("Prune images")
        await person.sees("a container was made from them")
        await person.sees("no container uses them, nothing known needs them")
        await person.sees("churn-live")
        await person.sees("[✓]")
        before = person.screen_text.count("[✓]")
        await person.press("space")
        await person.sees("you took them out")
        assert person.screen_text.count("[✓]") == before - 1
        await person.press("enter")
        await person.sees("They are removed by id, one after the other")
        await person.press("enter")  # Cancel is the default
        await person.sees_no("They are removed by id")
        assert len(systems.engine.held) == 5
        await person.press("x")
        await person.sees("[✓]")
        await person.press("enter")
        await person.sees("They are removed by id")
        await person.press("y")
        await person.sees("became free")
        left = {one.name for one in systems.engine.held}
        gone = {one.name for one in story.IMAGES} - left
        assert gone
        assert {"churn-api:1.4.0", "redis:7.4-alpine"} <= left
        evidence = next(one for one in systems.journal.lines if one.what == "image.prune").evidence
        assert {id for id, _ in evidence} == {
            one.id for one in story.IMAGES if one.name in gone
        }
        assert results(systems, "image.prune")[0].startswith("done: ")


async def test_prune_removes_nothing_while_the_model_registry_is_away() -> None:
    systems = Systems()
    async with at_work(systems) as person:
        systems.tracking.problem = "MLflow is away"
        await person.press("3", "x")
        await person.sees("nothing can go")
        await person.sees("the model registry can't be read")
        await person.press("enter")
        await person.sees("there is nothing to prune")
        await person.press("escape")
        assert len(systems.engine.held) == 5


async def test_a_prune_is_stopped_between_two_images() -> None:
    systems = Systems()
    async with at_work(systems) as person:
        systems.work.waits.clear()
        await person.press("3", "x")
        await person.sees("[✓]")
        await person.press("enter")
        await person.sees("They are removed by id")
        await person.press("y")
        await person.until(lambda: bool(systems.work.did), "a removal begun")
        await person.press("D")
        await person.sees("Stop the prune")
        await person.press("y")
        await person.sees_no("Stop the prune")
        systems.work.waits.set()
        await person.sees("stopped: ")
        assert len(systems.work.did) == 1
        assert len(systems.engine.held) == 4


async def test_an_image_is_pulled_with_its_progress_in_the_row() -> None:
    systems = Systems()
    systems.work.waits.clear()
    async with at_work(systems) as person:
        await person.press("3", "p")
        await person.sees("repository@sha256")
        await person.type("churn-api:1.5.0")
        await person.press("enter")
        await person.sees("The engine gets churn-api:1.5.0 from Docker Hub")
        await person.press("y")
        await person.sees("30 MB of 90 MB")
        await person.sees("a1b2c3d4e5f6  Downloading")
        systems.work.waits.set()
        await person.sees("churn-api:1.5.0 pulled: 999999999999")
        assert "churn-api:1.5.0" in systems.engine.held[0].tags
        assert results(systems, "image.pull") == [
            "done: churn-api:1.5.0 pulled: 999999999999"
        ]


async def test_a_pull_that_is_stopped_says_what_is_left() -> None:
    systems = Systems()
    systems.work.waits.clear()
    async with at_work(systems) as person:
        await person.press("3", "p")
        await person.sees("repository@sha256")
        await person.type("churn-api:1.5.0")
        await person.press("enter")
        await person.sees("The engine gets")
        await person.press("y")
        await person.sees("30 MB of 90 MB")
        await person.press("D")
        await person.sees("The engine drops what it has of it by now.")
        await person.press("y")
        await person.sees("stopped: the engine has no churn-api:1.5.0; nothing of it is left")
        assert systems.work.did == ["pull churn-api:1.5.0 begun", "pull churn-api:1.5.0 given up"]


async def test_a_push_says_what_the_registry_has_there_before_it_asks() -> None:
    systems = Systems()
    async with at_work(systems) as person:
        await at_image(person, "churn-api:1.4.0")
        await person.press("P")
        await person.sees("Push ")
        await person.press("enter")
        await person.sees(f"now it names {OLD[:19]}")
        await person.press("y")
        await person.sees(f"churn-api:1.4.0 pushed: {NEW[:19]}")
        assert systems.work.tagged["churn-api:1.4.0"] == NEW


async def test_a_push_under_another_name_tags_it_first() -> None:
    systems = Systems()
    async with at_work(systems) as person:
        await at_image(person, "churn-api:1.4.0")
        await person.press("P")
        await person.sees("another name")
        await person.press("G", "enter")
        await person.sees("it names the registry")
        await person.press("ctrl+a", "ctrl+k")
        await person.type("registry.example/churn-api:9")
        await person.press("enter")
        await person.sees("now there is no such tag.")
        await person.press("y")
        await person.until(lambda: "tag churn-api:1.4.0 registry.example/churn-api:9"
                           in systems.engine.did, "the tag")


async def test_a_digest_is_tagged_at_the_registry_without_being_pulled() -> None:
    systems = Systems()
    async with at_work(systems) as person:
        await at_image(person, "churn-api:1.4.0")
        await person.press("T")
        await person.sees("Tags of which repository")
        await person.press("enter")
        await person.sees("1.5.0")
        await person.sees("2222222222")
        await person.press("g", "t")
        await person.sees("tag in the registry")
        await person.type("canary")
        await person.press("enter")
        await person.sees("now there is no such tag.")
        await person.press("y")
        await person.sees(f"churn-api:canary names {OLD[:19]}")
        assert systems.work.did == [f"name churn-api@{OLD} canary"]
        await person.sees("canary")
        await person.press("g", "c")
        await person.until(lambda: person.app.house.floor.item.name == "release/1.4",  # type: ignore[attr-defined]
                           "the branch")


async def test_a_build_asks_for_the_dockerfile_its_name_and_trust_and_shows_its_log() -> None:
    systems = Systems()
    async with at_work(systems) as person:
        await person.press("1", "B")
        await person.sees("serving/Dockerfile")
        await person.press("j", "enter")
        await person.sees("name of the image")
        await person.sees(f"churn-service:{story.MAIN[:7]}")
        await person.press("enter")
        await person.sees("You did not say yes to this Dockerfile before")
        await person.sees("RUN pip install .")
        await person.press("y")
        await person.sees("Step 1/2 : FROM python:3.12-slim")
        await person.sees(f"churn-service:{story.MAIN[:7]} built at {story.MAIN[:7]}")
        await person.press("escape")
        assert systems.work.trusted == {"serving/Dockerfile"}
        assert results(systems, "build.trust") == ["done"]
        await person.press("3")
        await person.sees(f"churn-service:{story.MAIN[:7]}")


async def test_a_build_goes_on_behind_its_closed_log_and_is_stopped_in_the_jobs() -> None:
    systems = Systems()
    systems.work.waits.clear()
    systems.work.trusted.add("Dockerfile")
    async with at_work(systems) as person:
        await person.press("1", "B")
        await person.sees("serving/Dockerfile")
        await person.press("enter")
        await person.sees("name of the image")
        await person.press("enter")
        await person.sees("is built from Dockerfile")
        await person.press("y")
        await person.sees("Step 1/2")
        await person.press("escape")
        await person.sees("goes on being built")
        await person.press("3", "J")
        await person.sees("build")
        await person.press("D")
        await person.sees("Stop the build")
        await person.press("y")
        await person.sees("was not made")
        assert systems.work.did[-1].endswith("given up")
        assert results(systems, "image.build")[0].startswith("stopped: ")


async def test_read_only_changes_nothing_and_still_shows_tags_and_jobs() -> None:
    systems = Systems()
    async with at_work(systems, read_only=True) as person:
        await at_image(person, "churn-api:1.4.0")
        for key, label in (("x", "Prune"), ("p", "Pull"), ("P", "Push"), ("B", "Build image")):
            await person.press(key)
            await person.sees(f"{label}: read-only")
        await person.press("T")
        await person.sees("Tags of which repository")
        await person.press("enter")
        await person.sees("2222222222")
        await person.press("t")
        await person.sees("Tag digest: read-only")
        await person.press("escape", "J")
        await person.sees("nothing was pulled, pushed, built or pruned yet")
        assert systems.work.did == []
