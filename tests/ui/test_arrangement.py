from __future__ import annotations

import pytest

from opstui.ui.arrangement import LEAST, NARROW, arrange


@pytest.mark.parametrize("height", [12, 22, 33, 43, 80])
@pytest.mark.parametrize("active", range(5))
def test_wide_screens_show_all_panes_and_use_every_line(height: int, active: int) -> None:
    rows = arrange(160, height, main=5, total=6, active=active, in_detail=False, zoomed=False)
    assert sum(rows.heights) == height
    assert rows.heights[5] == 0
    assert rows.heights[active] == max(rows.heights)
    assert rows.detail
    if height >= 20:
        assert min(rows.heights[:5]) >= LEAST


def test_extra_pane_stands_alone() -> None:
    rows = arrange(160, 40, main=5, total=6, active=5, in_detail=False, zoomed=False)
    assert rows.heights == (0, 0, 0, 0, 0, 40)


def test_narrow_screens_show_one_thing() -> None:
    rows = arrange(NARROW - 1, 22, main=5, total=6, active=2, in_detail=False, zoomed=False)
    assert rows.heights == (0, 0, 22, 0, 0, 0)
    assert rows.narrow
    assert not rows.detail
    inside = arrange(80, 22, main=5, total=6, active=2, in_detail=True, zoomed=False)
    assert inside.detail
    assert inside.list_width == 0


def test_zoom_hides_the_others() -> None:
    rows = arrange(160, 40, main=5, total=6, active=1, in_detail=False, zoomed=True)
    assert rows.heights == (0, 40, 0, 0, 0, 0)
    assert rows.list_width == 160
    assert not rows.narrow


def test_one_pane_alone_has_all_lines() -> None:
    rows = arrange(160, 40, main=1, total=1, active=0, in_detail=False, zoomed=False)
    assert rows.heights == (40,)


@pytest.mark.parametrize("strip, lines", [(0, 1), (1, 1), (4, 4), (9, 6)])
@pytest.mark.parametrize("active", range(6))
def test_a_strip_takes_as_many_lines_as_it_has_rows(strip: int, lines: int, active: int) -> None:
    rows = arrange(160, 43, main=6, total=7, active=active, in_detail=False, zoomed=False,
                   strip=strip)
    assert rows.heights[0] == lines
    assert sum(rows.heights) == 43
    assert min(rows.heights[1:6]) >= LEAST
    assert rows.heights[6] == 0


@pytest.mark.parametrize("strip, lines", [(0, 0), (1, 1), (9, 3)])
def test_on_a_narrow_screen_a_strip_takes_lines_only_while_there_is_something(
    strip: int, lines: int
) -> None:
    here = arrange(80, 21, main=6, total=7, active=2, in_detail=False, zoomed=False, strip=strip)
    assert here.heights == (lines, 0, 21 - lines, 0, 0, 0, 0)
    alone = arrange(80, 21, main=6, total=7, active=0, in_detail=False, zoomed=False, strip=strip)
    assert alone.heights == (21, 0, 0, 0, 0, 0, 0)
    inside = arrange(80, 21, main=6, total=7, active=2, in_detail=True, zoomed=False, strip=strip)
    assert inside.detail
    assert sum(inside.heights) == 0
