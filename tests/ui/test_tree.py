"""JSON as a tree on the screen: folded, searched, copied from, with its secrets masked."""

from __future__ import annotations

from typing import Any

from opstui.domain.errors import OpstuiError
from opstui.ui.desk import Desk, Detail, no_lines
from opstui.ui.tree import Tree, written
from tests.ui.driver import Driver, driving
from tests.ui.pages import Shown

FACTS: dict[str, Any] = {
    "Id": "sha256:abc",
    "Config": {
        "Env": ["PATH=/bin", "DB_PASSWORD=hunter2 and more", "URL=https://ana:pw@host/x"],
        "Labels": {"a.b": "leaf", "api-token": "s3cret"}, "Cmd": None, "Tty": False,
    },
    "Size": 5, "Empty": [], "Many": [{"n": n} for n in range(60)],
}


class Kitchen:
    """Shows a tree, and reads it again when it is asked to."""

    def __init__(self, facts: Any = FACTS, problem: str = "") -> None:
        self.facts, self.problem = facts, problem

    async def load(self) -> object:
        if self.problem:
            raise OpstuiError(self.problem)
        return self.facts

    def app(self, *, ascii_only: bool = False) -> Shown:
        async def show(desk: Desk) -> None:
            await desk.read("inspect of web", Detail("x", "Inspect", no_lines, tree=self.load))

        return Shown(show, ascii_only=ascii_only)


async def config(person: Driver) -> None:
    """Stand on `Config`, unfolded."""
    await person.sees("Id  sha256:abc")
    await person.press("j", "space")
    await person.sees("Labels")


async def test_a_long_tree_begins_folded_and_unfolds_by_keys() -> None:
    async with driving(Kitchen().app(), 100, 30) as person:
        await person.sees("▸ Config  {4}")
        assert "Labels" not in person.screen_text
        await person.press("j", "space")
        await person.sees("▸ Labels  {2}")
        await person.sees("Tty  false")
        await person.press("enter")
        await person.sees_no("Labels")
        await person.press("l", "l", "l")
        await person.sees("0  PATH=/bin")
        await person.press("h", "h", "h")
        await person.sees_no("Labels")


async def test_one_key_unfolds_everything_and_folds_it_again() -> None:
    async with driving(Kitchen().app(), 100, 30) as person:
        await person.sees("1/5")
        await person.press("*", "G")
        await person.sees("134/134")
        await person.sees("n  59")
        await person.press("*")
        await person.sees("5/5")


async def test_a_short_tree_is_unfolded_at_once() -> None:
    async with driving(Kitchen({"a": {"b": [1]}}).app(ascii_only=True), 80, 20) as person:
        await person.sees("v b  [1]")
        await person.sees("0  1")


async def test_searching_unfolds_what_was_found() -> None:
    async with driving(Kitchen().app(), 100, 30) as person:
        await person.sees("1/5")
        await person.press("/")
        await person.sees("text in a name or value")
        await person.type("leaf")
        await person.press("enter")
        await person.sees(".Config.Labels[\"a.b\"]")
        await person.press("/")
        await person.sees("text in a name or value")
        for _ in "leaf":
            await person.press("backspace")
        await person.type("59")
        await person.press("enter")
        await person.sees(".Many[59]")
        await person.press("n")
        await person.sees(".Many[59].n")
        await person.press("n")
        await person.until(lambda: ".Many[59].n" not in person.screen_text, "around the end")
        await person.press("N")
        await person.sees(".Many[59].n")


async def test_secrets_are_masked_until_asked_for() -> None:
    async with driving(Kitchen().app(), 100, 30) as person:
        await config(person)
        await person.press("*", "g")
        await person.sees("DB_PASSWORD=***")
        await person.sees("URL=https://***@host/x")
        await person.sees("api-token  ***")
        assert "hunter2" not in person.screen_text
        assert "more" not in person.screen_text
        await person.press("x")
        await person.sees("DB_PASSWORD=hunter2 and more")
        await person.sees("secrets are shown")
        await person.press("x")
        await person.sees("DB_PASSWORD=***")


async def test_values_paths_and_names_are_copied() -> None:
    async with driving(Kitchen().app(), 100, 30) as person:
        await config(person)
        await person.press("y")
        await person.sees("path")
        await person.press("j", "enter")
        await person.sees("copied path: .Config")


async def test_a_value_is_said_in_full() -> None:
    async with driving(Kitchen({"long": "x" * 60 + "END"}).app(), 60, 12) as person:
        await person.sees("xxx…")
        await person.press("enter")
        await person.sees("…")
        assert person.app.screen.query_one("TreeArea").foot  # type: ignore[attr-defined]


async def test_reading_again_keeps_what_is_unfolded() -> None:
    kitchen = Kitchen()
    async with driving(kitchen.app(), 100, 30) as person:
        await config(person)
        kitchen.facts = {**FACTS, "Size": 77}
        await person.press("r")
        await person.sees("Size  77")
        assert "Labels" in person.screen_text
        kitchen.problem = "the engine is away"
        await person.press("r")
        await person.sees("the engine is away")
        assert "Size  77" in person.screen_text


async def test_what_can_not_be_read_says_why() -> None:
    async with driving(Kitchen(problem="web is gone").app(), 80, 20) as person:
        await person.sees("web is gone")
        await person.press("space", "*", "n", "y", "q")
        await person.sees_no("web is gone")


def test_what_is_copied_has_no_secrets_unless_they_are_shown() -> None:
    tree = Tree(FACTS)
    node = next(one for one in tree.every() if one.name == "Config")
    assert "hunter2" not in node.whole(bare=False)
    assert "s3cret" not in node.whole(bare=False)
    assert "hunter2 and more" in node.whole(bare=True)


def test_paths_are_written_as_jq_takes_them() -> None:
    assert written(("Config", "Env", 3)) == ".Config.Env[3]"
    assert written(("a.b", 0)) == '.["a.b"][0]'
    assert written(()) == "."
