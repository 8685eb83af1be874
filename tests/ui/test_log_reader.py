"""A log over everything, on the screen: searched, followed, copied, saved."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from textual import events
from textual.app import App

from opstui.domain.log_text import LogText
from opstui.panes.table import VIEWS
from opstui.ui.desk import Choice, Detail, no_lines
from opstui.ui.desk import Desk as Desk_
from opstui.ui.house import House
from opstui.ui.keymap import Keymap
from opstui.ui.keys import scopes_of
from opstui.ui.log_feed import Log, Piece
from opstui.ui.log_reader import LogReader
from opstui.ui.paint import Line, line
from opstui.ui.pane_spec import PaneSpec
from opstui.ui.theme import DARK, LOOKS, Brush
from tests.ui.driver import Driver, driving
from tests.ui.toy import NOON, Basket, Fruits


class Desk(App[None]):
    """A house with a log on its table."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, log: Log) -> None:
        super().__init__()
        for look in LOOKS.values():
            self.register_theme(look.textual())
        self.theme = "dark"
        self.log_ = log

        async def headline() -> Line:
            return line("kitchen")

        self.house = House(
            [PaneSpec(1, "fruits", (Fruits(Basket()),))], [], brush=Brush(DARK),
            clock=lambda: NOON, keymap=Keymap({}), headline=headline, place="build2", environ={},
        )

    async def on_mount(self) -> None:
        await self.push_screen(self.house)
        self.run_worker(self.house.keys.desk.read(
            "log of #1", Detail("log/1", "Log", no_lines, log=self.log_)))

    @property
    def reader(self) -> LogReader:
        assert isinstance(self.screen, LogReader)
        return self.screen


def ended(data: bytes, *notes: str, **more: object) -> Log:
    async def pieces() -> AsyncIterator[Piece]:
        yield Piece(data)
        for note in notes:
            yield Piece(note=line(note))

    return Log(pieces, "ci-1", **more)  # type: ignore[arg-type]


class Growing:
    """A log that a test writes."""

    def __init__(self) -> None:
        self.news: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def pieces(self) -> AsyncIterator[Piece]:
        yield Piece(live=True)
        while (data := await self.news.get()) is not None:
            yield Piece(data, live=True)


LINES = b"".join(b"line %d\n" % n for n in range(1, 1001))


async def bottom(person: Driver) -> str:
    return person.screen_text.splitlines()[-1]


async def test_search_counts_and_goes_both_ways(tmp_path: Path) -> None:
    async with driving(Desk(ended(LINES)), 80, 24) as person:
        await person.sees("1,000")
        await person.press("/")
        await person.sees("text to find")
        await person.type("LINE 50")
        await person.press("enter")
        await person.sees("“LINE 50” does not occur")
        await person.press("/")
        await person.press(*["backspace"] * 7)
        await person.type("line 50")
        await person.press("enter")
        await person.sees("/line 50 1/11")
        await person.sees("›line 50 ")
        await person.press("n")
        await person.sees("›line 500")
        await person.press("N", "N")
        await person.sees("›line 509")
        await person.sees("/line 50 11/11")


async def test_what_is_typed_ahead_of_the_search_is_searched() -> None:
    async with driving(Desk(ended(LINES)), 80, 24) as person:
        await person.sees("line 1 ")
        reader = person.app.screen
        for key in ("/", "9", "9", "9", "enter"):
            reader.post_message(events.Key(key, key if len(key) == 1 else None))
        await person.sees("›line 999")


async def test_following_pauses_when_scrolled_up_and_goes_on_by_key() -> None:
    log = Growing()
    async with driving(Desk(Log(log.pieces)), 80, 24) as person:
        log.news.put_nowait(LINES)
        await person.sees("line 1000")
        await person.sees("following")
        await person.press("k")
        await person.sees("paused, G goes on")
        log.news.put_nowait(b"more\n")
        await person.sees("1,001")
        assert "more" not in person.screen_text
        await person.press("F")
        await person.sees("following")
        await person.sees("more")
        await person.press("pageup")
        await person.sees("paused")
        await person.press("G")
        await person.sees("following")
        log.news.put_nowait(b"half a li")
        await person.sees("half a li")
        log.news.put_nowait(None)
        await person.sees_no("following")
        await person.press("F")
        await person.sees("it has ended")


async def test_where_it_cannot_be_followed_it_says_why() -> None:
    log = ended(b"one\n", still="running: forge tells nothing before the end")
    async with driving(Desk(log), 80, 24) as person:
        await person.sees("forge tells nothing before the end")
        await person.press("F")
        await person.until(
            lambda: person.screen_text.count("forge tells nothing before the end") == 2, "twice"
        )


async def test_errors_are_marked_and_jumped_between() -> None:
    data = LINES + b"E   boom\n" + LINES + b"error: bang\n" + LINES
    async with driving(Desk(ended(data)), 80, 24) as person:
        await person.sees("line 1 ")
        await person.press("e")
        await person.sees("›E   boom")
        await person.press("e")
        await person.sees("›error: bang")
        await person.press("e")
        await person.sees("›E   boom")
        await person.press("j", "E")
        await person.sees("›error: bang")
        await person.press("g")
        await person.sees("line 1 ")


async def test_stamps_are_hidden_until_asked_for() -> None:
    data = b"".join(b"2026-11-23T10:00:%02d.1230000Z step %d\n" % (n, n) for n in range(20))
    async with driving(Desk(ended(data)), 80, 24) as person:
        await person.sees("step 7")
        assert "10:00:07" not in person.screen_text
        await person.press("T")
        await person.sees("10:00:07.123 step 7")
        await person.press("T")
        await person.sees_no("10:00:07")


async def test_long_lines_are_wrapped_or_reached_sideways() -> None:
    async with driving(Desk(ended(b"a" * 70 + b" " + b"b" * 70 + b" END\n")), 80, 24) as person:
        await person.sees("aaaa")
        assert "END" not in person.screen_text
        await person.press("w")
        await person.sees("END")
        await person.press("w")
        await person.sees_no("END")
        await person.press(*["right"] * 5)
        await person.sees("END")


def copied(person: Driver, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is put on the clipboard from now on."""
    texts: list[str] = []
    driver = person.app._driver
    assert driver is not None

    def write(data: str) -> None:
        held = re.findall(r"\x1b\]52;c;([^\x07]*)\x07", data)
        texts.extend(base64.b64decode(one).decode() for one in held)

    monkeypatch.setattr(driver, "write", write)
    return texts


async def test_lines_are_chosen_and_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    async with driving(Desk(ended(LINES)), 80, 24) as person:
        await person.sees("line 1 ")
        texts = copied(person, monkeypatch)
        await person.press("v", "j", "j")
        await person.sees("3 lines")
        await person.press("y")
        await person.sees("copied 3 lines")
        assert texts == ["line 1\nline 2\nline 3"]
        await person.press("v", "G", "escape")
        await person.sees("search")
        await person.press("g", "y")
        await person.sees("what is in sight")
        await person.press("down", "enter")
        await person.sees("copied 22 lines")
        assert texts[1].splitlines()[-1] == "line 22"


async def test_the_whole_log_is_saved_and_nothing_is_written_over_unasked(tmp_path: Path) -> None:
    data = b"\x1b[31mred\x1b[0m \x1b]52;c;aGk=\x07end\r\n" + LINES
    path = tmp_path / "out.log"
    async with driving(Desk(ended(data)), 120, 24) as person:
        await person.sees("red end")
        await person.press("S")
        await person.sees("Save the log")
        await person.press("ctrl+e", *["backspace"] * len("ci-1.log"))
        await person.type(str(path))
        await person.press("enter")
        await person.sees("saved to")
        wanted = b"\x1b[31mred\x1b[0m end\r\n" + LINES
        assert path.read_bytes() == wanted
        path.write_bytes(b"mine")
        for answer, left in (("enter", b"mine"), ("y", wanted)):
            await person.press("S")
            await person.sees("Save the log")
            await person.press("ctrl+e", *["backspace"] * len("ci-1.log"))
            await person.type(str(path))
            await person.press("enter")
            await person.sees("Replace the file")
            await person.press(answer)
            await person.sees_no("Replace the file")
            if answer == "y":
                await person.sees("saved to")
            assert path.read_bytes() == left


async def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    async with driving(Desk(ended(LINES)), 120, 24) as person:
        await person.sees("line 1 ")
        await person.press("S")
        await person.sees("Save the log")
        await person.press("ctrl+e", *["backspace"] * len("ci-1.log"))
        await person.type(f"{tmp_path}/no/such.log")
        await person.press("enter")
        await person.sees("could not be saved")


async def test_it_begins_at_the_failing_line_with_what_failed_above() -> None:
    text = LogText()
    text.append(LINES)

    async def nothing() -> AsyncIterator[Piece]:
        yield Piece(note=line("✗ failed after 3.0s"))

    log = Log(nothing, text=text, at=500, head=(line("unit › make test"), line("2 failing tests")))
    async with driving(Desk(log), 80, 24) as person:
        await person.sees("›line 501")
        await person.sees("unit › make test")
        await person.press("G")
        await person.sees("failed after 3.0s")
        await person.sees("2 failing tests")


async def test_a_hostile_log_moves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    data = (b"\x1b]0;owned\x07title\n\x1b[2J\x1b[1;1Hhome\n\x1b]52;c;aGk=\x07clip\n"
            b"10%\r20%\r30%\nab\x08\x08cd\n\xff\xfe bad\n" + b"z" * 10_000_000 + b"\nlast\n")
    async with driving(Desk(ended(data)), 80, 24) as person:
        await person.sees("title")
        sent = copied(person, monkeypatch)
        for text in ("home", "clip", "30%", "cd", "zzz"):
            await person.sees(text)
        assert "10%" not in person.screen_text
        await person.press("w", "G")
        await person.sees("last")
        await person.press("k", "w", "G")
        await person.sees("last")
        assert sent == []


async def test_keys_are_told_on_the_spot() -> None:
    async with driving(Desk(ended(LINES)), 80, 40) as person:
        await person.sees("line 1 ")
        await person.press("?")
        await person.sees("Save the whole log to a file")
        await person.sees("Scroll one line down")
        await person.press("escape")
        await person.sees("line 1 ")


def test_no_key_is_declared_twice_where_both_would_be_meant() -> None:
    scopes: Sequence[Sequence[object]] = [scope for _, scope in scopes_of(VIEWS)]
    Keymap({}).check(scopes)  # type: ignore[arg-type]


async def test_only_some_lines_are_shown_while_it_is_followed() -> None:
    log = Growing()
    async with driving(Desk(Log(log.pieces)), 80, 24) as person:
        log.news.put_nowait(LINES)
        await person.sees("line 1000")
        await person.press("&")
        await person.sees("Show only lines with")
        await person.type("line 9")
        await person.press("enter")
        await person.sees("&line 9 ")
        await person.sees("111/111")
        assert "line 1000" not in person.screen_text
        log.news.put_nowait(b"not this\nline 9 again\n")
        await person.sees("line 9 again")
        await person.sees("following")
        assert "not this" not in person.screen_text
        await person.press("/")
        await person.type("line 95")
        await person.press("enter")
        await person.sees("/line 95 1/11")
        await person.press("&")
        await person.sees("Show only lines with")
        await person.press(*["backspace"] * 6)
        await person.press("enter")
        await person.sees_no("&line 9")
        await person.sees("1,002")


async def test_lines_without_a_text_and_the_whole_log_is_saved(tmp_path: Path) -> None:
    async with driving(Desk(ended(LINES)), 80, 24) as person:
        await person.sees("1,000")
        await person.press("f")
        await person.sees("Show only lines with")
        await person.type("!line")
        await person.press("enter")
        await person.sees_no("line 1")
        await person.press("S")
        await person.sees("Save the log")
        await person.press(*["backspace"] * 8)
        await person.type(str(tmp_path / "all.log"))
        await person.press("enter")
        await person.sees("saved to")
        assert (tmp_path / "all.log").read_bytes() == LINES


async def test_another_part_is_read_with_the_same_lines_shown() -> None:
    asked: list[str] = []

    async def other(desk: Desk_) -> Log | None:
        chosen = await desk.choose("Which part", [Choice("all", "all of it")])
        asked.append(chosen or "")
        return ended(b"older line\nolder other\n" + LINES, other=other) if chosen else None

    async with driving(Desk(ended(LINES, other=other)), 80, 24) as person:
        await person.sees("1,000")
        await person.press("&")
        await person.sees("Show only lines with")
        await person.type("line")
        await person.press("enter", "t")
        await person.sees("Which part")
        await person.press("escape")
        await person.until(lambda: asked == [""], "the menu left")
        await person.press("t")
        await person.sees("Which part")
        await person.press("enter")
        await person.sees("older line")
        assert "older other" not in person.screen_text


async def test_a_log_without_other_parts_says_so() -> None:
    async with driving(Desk(ended(LINES)), 80, 24) as person:
        await person.sees("1,000")
        await person.press("t")
        await person.sees("this log is read as a whole")


async def test_what_went_to_the_error_output_has_a_mark() -> None:
    data = (b"2026-03-01T12:00:00.000000001Z 00O fine\n"
            b"2026-03-01T12:00:00.000000002Z 00E oh no\n")
    async with driving(Desk(ended(data)), 80, 24) as person:
        await person.sees("│!oh no")
        await person.sees("│ fine")
