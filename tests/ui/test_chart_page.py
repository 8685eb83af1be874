"""Charts on the screen: from all to one, along the axis, read off, saved."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from opstui.ui import chart_page
from opstui.ui.chart_page import ChartPage
from tests.ui.driver import Driver, driving
from tests.ui.pages import Fields, Shown


def app(fields: Fields, *, ascii_only: bool = False) -> Shown:
    return Shown(lambda desk: desk.plot(fields), ascii_only=ascii_only)


def braille(person: Driver) -> int:
    return sum(0x2800 < ord(one) < 0x2900 for one in person.screen_text)


@pytest.mark.parametrize("size", [(160, 45), (120, 35), (80, 24)])
async def test_all_metrics_are_small_charts_with_names_and_marks(size: tuple[int, int]) -> None:
    fields = Fields()
    async with driving(app(fields), *size) as person:
        await person.sees("● field 0  ▲ field 1")
        for name in fields.names:
            await person.sees(name)
        await person.until(lambda: braille(person) > 50, "lines")
        assert {metric for metric, _ in fields.asked} == set(fields.names)


async def test_one_chart_tells_what_every_line_has() -> None:
    async with driving(app(Fields()), 100, 30) as person:
        await person.sees("field 0")
        await person.press("enter")
        await person.sees("field 0  last 9.9 at step 99")
        await person.sees("lowest 0  highest 9.9")
        await person.press("j")
        await person.sees("2/3")
        await person.press("L")
        await person.sees("log")
        await person.press("s")
        await person.sees("smooth 0.6")
        await person.press("x")
        await person.sees("by time since the start")
        await person.sees("1m39s")
        await person.press("x")
        await person.sees("by wall clock")
        await person.sees("00:18:19")
        await person.press("enter")
        await person.sees("height")


async def test_reading_off_follows_the_cursor_and_escape_gives_it_up() -> None:
    async with driving(app(Fields(names=("height",))), 100, 30) as person:
        await person.sees("last 9.9 at step 99")
        await person.press("]")
        await person.sees("field 0  4.9 at step 49")
        await person.press("}", "}")
        await person.sees_no("at step 49")
        await person.press("escape")
        await person.sees("last 9.9 at step 99")
        await person.press("escape")
        await person.until(lambda: not isinstance(person.app.screen, ChartPage), "closed")


async def test_zooming_reads_the_part_once_more_with_all_its_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chart_page, "RESTS", 0.0)
    fields = Fields(count=1, names=("height",), length=50_000)
    async with driving(app(fields), 100, 30) as person:
        await person.sees("sampled")
        await person.press(*["+"] * 9)
        await person.sees("a part")
        await person.until(
            lambda: 24_000 < (fields.asked[-1][1] or (0, 0))[0] < 25_000, "a closer look")
        low, high = fields.asked[-1][1] or (0, 0)
        assert 24_000 < low < 25_000 < high < 26_000
        await person.sees_no("sampled")
        await person.press("l", "-")
        await person.sees("a part")
        await person.press("0")
        await person.sees_no("a part")


async def test_every_value_on_demand() -> None:
    fields = Fields(count=1, names=("height",), length=5000)
    async with driving(app(fields), 100, 30) as person:
        await person.sees("sampled")
        await person.press("e")
        await person.sees("5,000 values of height")
        await person.sees_no("sampled")


async def test_lines_can_be_left_out() -> None:
    async with driving(app(Fields(names=("height",))), 100, 30) as person:
        await person.sees("field 0")
        await person.press("t")
        await person.sees("pick or leave out")
        await person.press("enter", "escape")
        await person.sees("1 hidden")
        assert "field 0" not in person.screen_text
        assert "▲ field 1" in person.screen_text


async def test_a_metric_is_chosen_by_name_and_odd_values_are_told() -> None:
    async with driving(app(Fields()), 100, 30) as person:
        await person.sees("odd")
        await person.press("enter", "m")
        await person.sees("Metric")
        await person.press("j", "j", "enter")
        await person.sees("3/3")
        await person.sees("×")
        await person.sees("↑")


async def test_what_cannot_be_read_is_said_in_its_place() -> None:
    async with driving(app(Fields(broken="the field is flooded")), 100, 30) as person:
        await person.sees("the field is flooded")


async def test_growing_lines_are_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chart_page, "LIVE", 0.05)
    fields = Fields(names=("height",), live=True)
    async with driving(app(fields), 100, 30) as person:
        await person.sees("step 99")
        fields.length = 201
        await person.sees("step 200")
        fields.broken = "gone"
        await person.sees("gone")
        assert "step 200" in person.screen_text


async def test_ascii_terminals_get_ascii() -> None:
    async with driving(app(Fields(), ascii_only=True), 100, 30) as person:
        await person.sees("* field 0  o field 1")
        await person.press("enter", "b")
        await person.sees("last 9.9")
        await person.settles()
        assert person.screen_text.isascii()


async def test_half_blocks_for_fonts_without_braille() -> None:
    async with driving(app(Fields()), 100, 30) as person:
        await person.until(lambda: braille(person) > 50, "lines")
        await person.press("b")
        await person.until(lambda: braille(person) == 0, "no braille")
        await person.sees("▀")


async def test_saving_a_picture_and_the_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with driving(app(Fields()), 100, 30) as person:
        await person.sees("field 0")
        await person.press("enter", "j", "j")
        await person.sees("3/3")
        for form, presses in (("svg", ()), ("csv", ("j",))):
            await person.press("S")
            await person.sees("Save as")
            await person.press(*presses, "enter")
            await person.sees("Save the chart")
            await person.press(*["backspace"] * len("Fields-odd.svg"))
            await person.type(f"odd.{form}")
            await person.press("enter")
            await person.until((tmp_path / f"odd.{form}").exists, "a file")
            await person.sees("saved to")
    root = ElementTree.fromstring((tmp_path / "odd.svg").read_text())
    said = [one.text for one in root.iter() if one.text]
    assert {"odd", "field 0", "field 1", "×", "↑"} <= set(said)
    rows = list(csv.DictReader((tmp_path / "odd.csv").read_text().splitlines()))
    assert [row["value"] for row in rows[:3]] == ["nan", "inf", "1.0"]
    assert rows[0]["time"] == "1970-01-01T00:16:40+00:00"
