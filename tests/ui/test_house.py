"""The walls as a person meets them: press a key, see what happens."""

from __future__ import annotations

import asyncio

import pytest

from opstui.domain.status import Status
from tests.ui.driver import Driver, driving
from tests.ui.toy import Basket, Fruit, Toy


def fruits(*names: str) -> Basket:
    return Basket([Fruit(name, weight) for weight, name in enumerate(names, 1)])


def selected(driver: Driver) -> str | None:
    item = driver.app.house.floor.item
    return item.name if item else None


async def test_all_panes_load_and_are_counted() -> None:
    async with driving(Toy(fruits("apple", "pear"), fruits("hazel"))) as person:
        await person.sees("1 Fruits")
        await person.sees("1/2")
        await person.sees("hazel")
        await person.sees("no fruit yet; press n to grow one")
        await person.sees("kitchen")


async def test_cursor_moves_and_stays_on_its_item_when_rows_come_and_go() -> None:
    basket = fruits("apple", "fig", "pear")
    async with driving(Toy(basket)) as person:
        await person.sees("pear")
        await person.press("j", "j")
        assert selected(person) == "pear"
        basket.fruits = [Fruit("aaa"), Fruit("bbb"), *basket.fruits]
        basket.changed.set()
        await person.sees("bbb")
        assert selected(person) == "pear"
        basket.fruits = [fruit for fruit in basket.fruits if fruit.name != "pear"]
        basket.changed.set()
        await person.sees_no("3 pear")
        await person.until(lambda: selected(person) == "fig", "the row before takes over")


async def test_failed_load_keeps_the_rows_greyed_and_says_why() -> None:
    basket = fruits("apple")
    async with driving(Toy(basket)) as person:
        await person.sees("apple")
        basket.problem = "the kitchen is on fire"
        basket.changed.set()
        await person.sees("the kitchen is on fire")
        await person.sees("apple")
        assert person.app.house.floor.pane.worst() is Status.FAILED
        basket.problem = ""
        await person.press("r")
        await person.sees_no("the kitchen is on fire")


async def test_overtaken_load_delivers_nothing() -> None:
    basket = fruits("old")
    gate = basket.gate = asyncio.Event()
    async with driving(Toy(basket)) as person:
        await person.until(lambda: basket.loads == 1, "the first load")
        basket.fruits = [Fruit("new")]
        await person.press("r")
        await person.sees("new")
        gate.set()
        await person.settles()
        assert "old" not in person.screen_text


async def test_one_hung_pane_never_holds_up_the_keys_or_the_others() -> None:
    hung = fruits("never")
    hung.gate = asyncio.Event()
    async with driving(Toy(hung, fruits("hazel", "walnut"))) as person:
        await person.sees("hazel")
        await person.press("2", "j")
        assert selected(person) == "walnut"
        await person.sees("loading")


async def test_data_is_never_markup_and_never_a_control_sequence() -> None:
    nasty = Basket([Fruit("fix[/]bug"), Fruit("\x1b]0;title\x07red\x1b[31m"), Fruit("a\nb\rc")])
    async with driving(Toy(nasty)) as person:
        await person.sees("fix[/]bug")
        await person.sees("a b c")
        assert "\x1b" not in person.screen_text
        assert "\x07" not in person.screen_text


async def test_confirmation_defaults_to_cancel() -> None:
    basket = fruits("apple")
    async with driving(Toy(basket)) as person:
        await person.sees("apple")
        await person.press("p")
        await person.sees("the kitchen")
        await person.sees("evidence")
        await person.press("enter")
        await person.sees_no("Its skin is gone")
        assert basket.fruits


@pytest.mark.parametrize("keys", [("y",), ("tab", "enter"), ("right", "enter")])
async def test_yes_must_be_chosen(keys: tuple[str, ...]) -> None:
    basket = fruits("apple", "pear")
    async with driving(Toy(basket)) as person:
        await person.sees("apple")
        await person.press("p")
        await person.sees("Its skin is gone")
        await person.press(*keys)
        await person.until(lambda: len(basket.fruits) == 1, "peeled")
        await person.sees_no("apple")
        assert selected(person) == "pear"


async def test_dangerous_question_wants_the_name_typed() -> None:
    basket = Basket([Fruit("pear", 99)])
    async with driving(Toy(basket)) as person:
        await person.sees("pear")
        await person.press("p")
        await person.sees("type pear to go on")
        await person.type("peer")
        await person.press("enter")
        assert basket.fruits
        await person.press("backspace", "backspace", "backspace")
        await person.type("ear")
        await person.press("enter")
        await person.until(lambda: not basket.fruits, "peeled")


async def test_refresh_between_question_and_answer_does_not_change_the_target() -> None:
    basket = fruits("apple", "pear")
    async with driving(Toy(basket)) as person:
        await person.sees("pear")
        await person.press("j", "p")
        await person.sees("Its skin is gone")
        basket.fruits.insert(0, Fruit("aaa"))
        basket.changed.set()
        await person.until(lambda: basket.loads >= 2, "reloaded")
        await person.press("y")
        await person.until(lambda: len(basket.fruits) == 2, "peeled")
        assert [fruit.name for fruit in basket.fruits] == ["aaa", "apple"]


async def test_dimmed_action_says_why_and_does_nothing() -> None:
    basket = Basket([Fruit("nut", 0)])
    async with driving(Toy(basket)) as person:
        await person.sees("p peel: hard")
        await person.press("p")
        await person.sees("Peel: hard")
        assert basket.fruits


async def test_read_only_takes_every_change_away() -> None:
    basket = fruits("apple")
    async with driving(Toy(basket, read_only=True)) as person:
        await person.sees("read-only")
        await person.press("p")
        await person.sees("Peel: read-only")
        await person.press("n")
        await person.sees("New: read-only")


async def test_expected_error_of_an_action_is_one_sentence() -> None:
    async with driving(Toy(fruits("apple"))) as person:
        await person.sees("apple")
        await person.press("x")
        await person.sees("the kitchen is closed (downstairs); come back at noon")
        await person.press("j")
        await person.sees_no("the kitchen is closed")


async def test_filter_narrows_counts_and_clears() -> None:
    async with driving(Toy(fruits("apple", "apricot", "pear"))) as person:
        await person.sees("pear")
        await person.press("slash")
        await person.type("ap")
        await person.sees("1/2 of 3")
        await person.press("enter")
        await person.sees("/ap")
        await person.sees_no("pear")
        await person.press("escape")
        await person.sees("pear")


async def test_filter_that_hides_all_says_so_and_gives_the_row_back() -> None:
    async with driving(Toy(fruits("apple", "pear"))) as person:
        await person.sees("pear")
        await person.press("j", "slash", "z", "z", "enter")
        await person.sees("nothing matches “zz”")
        await person.press("escape")
        await person.sees("pear")
        assert selected(person) == "pear"


async def test_sort_by_a_column_both_ways() -> None:
    async with driving(Toy(fruits("apple", "pear"))) as person:
        await person.sees("pear")
        await person.press("s")
        await person.sees("Sort by")
        await person.press("j", "enter")
        await person.sees("weight ↓")
        await person.press("g")
        assert selected(person) == "pear"
        await person.press("s", "j", "enter")
        await person.sees("weight ↑")


async def test_enter_goes_inside_and_escape_comes_back_to_the_same_place() -> None:
    inside = fruits("seed", "skin")
    async with driving(Toy(fruits("apple", "pear"), inside=inside)) as person:
        await person.sees("pear")
        await person.press("j", "enter")
        await person.sees("Fruits › pear")
        await person.sees("seed")
        await person.press("escape")
        await person.sees_no("Fruits › pear")
        assert selected(person) == "pear"


async def test_details_follow_the_cursor_and_turn_tabs() -> None:
    async with driving(Toy(fruits("apple", "pear"))) as person:
        await person.sees("about apple")
        await person.press("j")
        await person.sees("about pear")
        await person.press("right_square_bracket")
        await person.sees("the other tab")
        await person.press("k")
        await person.sees("[Other]")


async def test_details_scroll_and_search() -> None:
    async with driving(Toy(fruits("apple"))) as person:
        await person.sees("about apple")
        await person.press("enter", "G")
        await person.sees("line 99")
        await person.press("g", "slash")
        await person.type("line 57")
        await person.press("enter")
        await person.sees("line 57")
        await person.press("n")
        await person.press("escape", "escape")
        assert person.app.house.floor.in_detail is False


async def test_narrow_screen_shows_one_pane_and_enter_opens_the_details_over_it() -> None:
    async with driving(Toy(fruits("apple"), fruits("hazel")), 80, 24) as person:
        await person.sees("apple")
        assert "hazel" not in person.screen_text
        await person.sees("2 Nuts")
        await person.press("enter")
        await person.sees("about apple")
        await person.press("escape")
        await person.press("2")
        await person.sees("hazel")


async def test_zoom_gives_the_whole_screen_and_back() -> None:
    async with driving(Toy(fruits("apple"), fruits("hazel"))) as person:
        await person.sees("hazel")
        await person.press("plus")
        await person.sees_no("hazel")
        await person.press("plus")
        await person.sees("hazel")


async def test_help_lists_live_actions_with_reasons() -> None:
    async with driving(Toy(Basket([Fruit("nut", 0)]))) as person:
        await person.sees("nut")
        await person.press("question_mark")
        await person.sees("Peel the fruit")
        await person.sees("not now: hard")
        await person.press("q")
        await person.sees_no("Peel the fruit")


async def test_palette_finds_an_action_by_name() -> None:
    async with driving(Toy(fruits("apple"))) as person:
        await person.sees("apple")
        await person.press("ctrl+p")
        await person.sees("type to narrow")
        await person.type("peel")
        await person.press("enter")
        await person.sees("Its skin is gone")


async def test_prompt_and_menu() -> None:
    basket = fruits("apple")
    async with driving(Toy(basket)) as person:
        await person.sees("apple")
        await person.press("n")
        await person.sees("its name")
        await person.type("plum")
        await person.press("enter")
        await person.sees("plum")
        await person.press("m")
        await person.sees("ripe")
        await person.press("j", "enter")
        await person.sees("chose g")


async def test_remapped_key_works_and_the_old_one_does_not() -> None:
    basket = fruits("apple")
    async with driving(Toy(basket, keys={"fruits.peel": "P"})) as person:
        await person.sees("P peel")
        await person.press("p")
        await person.settles()
        assert "Its skin is gone" not in person.screen_text
        await person.press("P")
        await person.sees("Its skin is gone")


async def test_scrolling_to_the_end_asks_for_the_next_page() -> None:
    many = Basket([Fruit(f"fruit-{n:03d}") for n in range(250)])
    async with driving(Toy(many, page=100)) as person:
        await person.sees("1/100+")
        await person.press("G")
        await person.sees("200+")
        await person.press("G")
        await person.sees("/250")
        await person.press("G")
        assert selected(person) == "fruit-249"
        many.changed.set()
        await person.until(lambda: many.loads >= 4, "refreshed")
        await person.sees("250/250")


async def test_ctrl_c_only_says_how_to_quit() -> None:
    async with driving(Toy(fruits("apple"))) as person:
        await person.sees("apple")
        await person.press("ctrl+c")
        await person.sees("press q to quit")
        assert person.app.is_running


async def test_unchanged_refresh_repaints_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    basket = fruits(*(f"fruit{n}" for n in range(30)))
    async with driving(Toy(basket)) as person:
        await person.sees("about fruit0")
        await person.settles()
        painted: list[object] = []
        rows = person.app.house.floor.pane.list
        monkeypatch.setattr(rows, "refresh", lambda *args, **kw: painted.append(args))
        before = basket.loads
        basket.changed.set()
        await person.until(lambda: basket.loads > before, "a refresh")
        await person.settles()
        assert painted == []


async def test_every_theme_draws() -> None:
    async with driving(Toy(fruits("apple"))) as person:
        await person.sees("apple")
        for _ in range(3):
            await person.press("ctrl+t", "j", "enter")
            await person.sees("apple")
