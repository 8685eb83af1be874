"""Looking into images by keys: layers, files, waste, differences, inspection, scans."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from opstui.domain.status import Status
from tests.fakes import story
from tests.fakes.contents import story_files
from tests.fakes.whole import Systems
from tests.house.test_image_work_live import at_image
from tests.house.test_panes_live import at_work
from tests.ui.driver import Driver

NEW, OLD = "churn-api:latest", "churn-api:1.4.0"


def configured(systems: Systems) -> None:
    """Images that differ in how they are run."""
    configs: dict[str, Any] = {
        story.IMAGES[0].id: {"Env": ["A=2", "DB_PASSWORD=hunter2"], "Cmd": ["churn", "serve"],
                             "ExposedPorts": {"8080/tcp": {}}, "Labels": {"team": "retention"}},
        story.IMAGES[1].id: {"Env": ["A=1", "DB_PASSWORD=other"], "Cmd": ["churn", "serve"],
                             "User": "1000"},
    }

    async def inspect(key: str) -> str:
        return json.dumps({"Id": key, "Os": "linux", "Config": configs.get(key, {})})

    systems.engine.inspect = inspect  # type: ignore[method-assign]


async def in_layers(person: Driver, name: str) -> None:
    await at_image(person, name)
    await person.press("plus", "enter")
    await person.sees("RUN pip install --no-cache-dir .")


async def test_enter_lists_layers_oldest_first_with_sums() -> None:
    systems = Systems()
    async with at_work(systems) as person:
        await in_layers(person, NEW)
        text = person.screen_text
        assert text.index("no command recorded") < text.index("RUN pip install")
        assert text.index("RUN pip install") < text.index('CMD ["churn", "serve"]')
        assert "181 MB" in text  # the running total
        assert "#(nop)" not in text
        assert systems.contents.asked == []  # nothing is read that nobody asked for


async def test_enter_on_a_layer_reads_its_files_and_folders_unfold() -> None:
    systems = Systems()
    async with at_work(systems) as person:
        await in_layers(person, NEW)
        await person.press("j", "enter")
        await person.sees("model.pkl")
        for row in ("~     os-release", "-     motd", "+     model.pkl"):
            assert row in person.screen_text
        await person.press("g", "enter")
        await person.sees_no("os-release")
        await person.press("enter")
        await person.sees("os-release")
        await person.press("escape")
        await person.sees("Wasted")
        assert "+2 ~1 -1" in person.screen_text
        assert systems.contents.asked == [story.IMAGES[0].name]


async def test_the_whole_image_is_searched_folded_and_sorted() -> None:
    async with at_work(Systems()) as person:
        await at_image(person, NEW)
        await person.press("plus", "f")
        await person.sees("▸ usr/")
        await person.press("/")
        await person.type("tool1")
        await person.press("enter")
        await person.sees("usr/bin/tool19")
        assert "usr/bin/tool2 " not in person.screen_text
        await person.press("escape")
        await person.sees("▸ usr/")
        await person.press("E")
        await person.sees("tool19")
        await person.press("E")
        await person.sees_no("tool19")
        await person.press("G", "enter")
        await person.sees("▾ usr/")


async def test_a_large_image_is_read_only_once_the_cost_is_agreed_to() -> None:
    systems = Systems()
    async with at_work(systems) as person:
        await at_image(person, "postgres:17")
        await person.press("plus", "f")
        await person.sees("1.2 GB have to come through the engine")
        assert systems.contents.asked == []
        await person.press("f")
        await person.sees("▸ usr/")
        assert systems.contents.asked == ["postgres:17"]


async def test_reading_tells_how_far_it_is_and_is_given_up_by_leaving() -> None:
    systems = Systems()
    systems.contents.gate = asyncio.Event()
    async with at_work(systems) as person:
        await at_image(person, NEW)
        await person.press("plus", "f")
        await person.sees("reading its files: 12 MB of about 184 MB")
        await person.press("escape")
        await person.until(lambda: systems.contents.given_up == [story.IMAGES[0].name], "given up")
        await person.sees("churn-api:1.4.0")
        assert systems.contents.kept == {}
        systems.contents.gate.set()
        await person.press("f")
        await person.sees("▸ usr/")


async def test_why_an_image_can_not_be_read_is_said() -> None:
    systems = Systems()
    systems.contents.problem = "what the engine sent is no image that can be read"
    async with at_work(systems) as person:
        await at_image(person, NEW)
        await person.press("plus", "f")
        await person.sees("what the engine sent is no image that can be read")


async def test_wasted_files_name_the_layers() -> None:
    async with at_work(Systems()) as person:
        await in_layers(person, NEW)
        await person.press("w")
        await person.sees("etc/os-release")
        await person.sees("etc/motd")
        assert "~ layer 2" in person.screen_text
        assert "- layer 2" in person.screen_text
        await person.press("plus")
        await person.sees("can be seen in the end")


async def test_two_marked_images_are_compared() -> None:
    systems = Systems()
    configured(systems)
    async with at_work(systems) as person:
        await at_image(person, NEW)
        await person.press("space")
        await person.until(lambda: person.app.house.floor.item.name == OLD,  # type: ignore[attr-defined]
                           "the older one")
        await person.press("space", "=", "plus")
        await person.sees(f"{story.IMAGES[0].name} is 3.2 MB larger than {OLD}")
        for row in ("numpy (python)", "site/model.pkl", "environment A", "label       team",
                    "config      ports", "config      user"):
            await person.sees(row)
        assert "hunter2" not in person.screen_text
        await person.press("/")
        await person.type("package")
        await person.sees_no("site/model.pkl")
        await person.sees("2.1")


async def test_one_image_is_compared_with_another_of_its_repository() -> None:
    systems = Systems()
    configured(systems)
    async with at_work(systems) as person:
        await at_image(person, NEW)
        await person.press("=")
        await person.sees("used by churn-live")
        text = person.screen_text
        assert text.index("used by churn-live") < text.index("used by cache")
        await person.press("enter", "plus")
        await person.sees("larger than churn-api:1.4.0")


async def test_a_comparison_with_a_large_image_begins_without_files() -> None:
    systems = Systems()
    configured(systems)
    systems.contents.kept[story.IMAGES[0].id] = story_files(story.IMAGES[0])
    async with at_work(systems) as person:
        await at_image(person, NEW)
        await person.press("=")
        await person.sees("Compare churn-api")
        await person.press("G", "enter", "plus")
        await person.sees("f reads files and packages: ")
        await person.press("f")
        await person.sees("site/model.pkl")


async def test_inspect_is_a_tree_without_secrets() -> None:
    systems = Systems()
    configured(systems)
    async with at_work(systems) as person:
        await at_image(person, NEW)
        await person.press("i")
        await person.sees("inspect of churn-api")
        await person.sees("DB_PASSWORD=***")
        await person.press("escape")
        assert "hunter2" not in person.screen_text


async def test_the_config_tab_is_readable() -> None:
    systems = Systems()
    configured(systems)
    async with at_work(systems) as person:
        await at_image(person, NEW)
        person.app.house.floor.detail.turn_tab(1)  # type: ignore[attr-defined]
        await person.sees("churn serve")
        await person.sees("8080/tcp")
        await person.sees("DB_PASSWORD  ***")
        await person.sees("retention")


async def test_a_scan_counts_in_a_column_and_a_tab() -> None:
    systems = Systems()
    async with at_work(systems) as person:
        await at_image(person, NEW)
        assert "Scan" not in person.screen_text
        await person.press("v")
        await person.sees("2 critical, 1 high, 14 medium; 118 packages")
        await person.press("plus")
        await person.sees("2C 1H 14M")
        await person.press("plus")
        for _ in range(4):
            person.app.house.floor.detail.turn_tab(1)  # type: ignore[attr-defined]
        await person.sees("CVE-2024-2961")
        await person.sees("trivy 0.59.1")


async def test_a_scan_is_given_up_by_the_same_key_and_begun_by_no_other() -> None:
    systems = Systems()
    systems.scanners.gate = asyncio.Event()
    systems.scanners.installed = ("trivy", "syft")
    async with at_work(systems) as person:
        await at_image(person, NEW)
        await person.press("v")
        await person.sees("vulnerabilities and packages")
        await person.press("enter")
        await person.sees("v gives it up")
        jobs = person.app.front.world.jobs  # type: ignore[attr-defined]
        await person.press("v")
        await person.sees("was given up")
        assert [one.status for one in jobs.all()] == [Status.CANCELLED]
        assert systems.scanners.known == {}


async def test_without_a_scanner_the_key_says_so() -> None:
    systems = Systems()
    systems.scanners.installed = ()
    async with at_work(systems) as person:
        await at_image(person, NEW)
        await person.press("v")
        await person.sees("neither trivy nor grype nor syft is on the PATH")
