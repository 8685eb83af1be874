"""Which part of a log is meant, and how lines of several containers are told apart."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from opstui.domain.container_use import Said, Window
from opstui.domain.errors import OpstuiError
from opstui.domain.log_text import LogText
from opstui.panes.container_log import prefixes, stamped, window_of
from opstui.ui.log_lines import LogLines
from opstui.ui.paint import text_of

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(("typed", "meant"), [
    ("100", Window(tail=100)),
    ("all", Window()),
    ("15m", Window(since="2026-03-01T12:15:00+00:00")),
    ("90 m ago", Window(since="2026-03-01T11:00:00+00:00")),
    ("2d", Window(since="2026-02-27T12:30:00+00:00")),
    ("12:05", Window(since="2026-03-01T12:05:00+00:00")),
    ("14:30:10", Window(since="2026-02-28T14:30:10+00:00")),
    ("2026-02-01 08:00", Window(since="2026-02-01T08:00:00+00:00")),
    ("2026-02-01T08:00:00+02:00", Window(since="2026-02-01T06:00:00+00:00")),
])
def test_a_part_is_typed_as_people_say_it(typed: str, meant: Window) -> None:
    assert window_of(typed, NOW) == meant


@pytest.mark.parametrize("typed", ["yesterday", "25:00", "12:75", ""])
def test_what_is_no_time_is_said(typed: str) -> None:
    with pytest.raises(OpstuiError, match="is no time"):
        window_of(typed, NOW)


def shown(*lines: bytes) -> tuple[list[str], str]:
    """The lines as they read, and what stands left of them."""
    text = LogLines(LogText())
    for one in lines:
        text.append(one)
    count = range(len(text))
    return ([text_of(text.line(n)) for n in count],
            "".join(text.margin_of(n).text for n in count))


def test_names_are_equally_wide_and_errors_have_a_mark_that_is_no_colour() -> None:
    heads = prefixes(["web", "worker"], ascii_only=False)
    stamp = b"2026-03-01T12:00:00.000000001Z"
    lines, margin = shown(
        stamped(0, Said(stamp, False, b"GET /\n"), heads["web"]),
        stamped(1, Said(stamp, True, b"oh \x1b[31mno\x1b[0m\n"), heads["worker"]),
    )
    assert lines == ["web    │ GET /", "worker │ oh no"]
    assert margin == " !"


def test_long_names_keep_both_ends_and_ascii_stays_ascii() -> None:
    names = ["a-very-long-project-service-1", "a-very-long-project-service-2"]
    heads = prefixes(names, ascii_only=True)
    lines, _ = shown(*(
        stamped(n, Said(b"2026-03-01T12:00:00.000000001Z", False, b"x\n"), heads[name])
        for n, name in enumerate(names)
    ))
    assert lines == ["a-very-long..t-service-1 | x", "a-very-long..t-service-2 | x"]
