"""What a container uses, as it is drawn, and when it is measured."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from opstui.domain.container_use import Use
from opstui.panes.container_charts import drawn
from opstui.panes.container_stats import KEPT, Courses
from opstui.ui.measure import width_of
from opstui.ui.paint import text_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def use(second: float, cpu: float | None = 10.0, **more: int | None) -> Use:
    facts = {"received": int(second * 1000), "sent": 0, "pids": 4, **more}
    return Use(NOON + timedelta(seconds=second), cpu, 2, 54_000_000, 512_000_000,
               **facts)  # type: ignore[arg-type]


def text(uses: list[Use], width: int = 70, *, ascii_only: bool = False) -> str:
    return "\n".join(text_of(line) for line in drawn(uses, width, ascii_only=ascii_only))


def test_figures_now_and_what_was_highest() -> None:
    said = text([use(0, 80.0), use(1, 20.5), use(2, 12.25)])
    for fact in ("12.2 %", "of 2 processors", "highest 80.0 %", "54 MB of 512 MB", "11 %",
                 "1.0 kB/s", "2.0 kB in all", "Processes  4", "the last 2.0s"):
        assert fact in said
    assert "Read       not counted" in said


def test_nothing_but_ascii_where_that_is_asked() -> None:
    assert text([use(0), use(1, 90.0), use(2)], ascii_only=True).isascii()


@pytest.mark.parametrize("width", [20, 40, 120])
def test_charts_fit(width: int) -> None:
    lines = drawn([use(n, n * 1.0) for n in range(30)], width, ascii_only=False)
    charts = [line for line in lines if "│" in text_of(line)]
    assert charts
    assert max(map(width_of, charts)) <= width


def test_a_pause_breaks_the_line() -> None:
    whole = [use(n, 50.0 + n % 2) for n in range(60)]
    paused = [one for one in whole if not 20 < (one.at - NOON).total_seconds() < 45]
    dots = [sum(ch > "⠀" and "⠀" <= ch <= "⣿" for ch in text(uses)) for uses in (whole, paused)]
    assert dots[1] < dots[0] * 0.8


def test_only_the_last_minutes_are_remembered() -> None:
    courses = Courses()
    for second in range(0, 400, 2):
        courses.add("web", use(second))
    kept = courses.of("web")
    assert kept[-1].at - kept[0].at <= KEPT
    courses.add("web", use(401, None))  # the first measurement of another look
    assert courses.of("web")[-1].cpu is not None


def test_an_idle_network_has_the_lowest_bars() -> None:
    said = text([use(n, received=5) for n in range(5)])
    assert "Received   0 B/s       ▁▁▁▁" in said
