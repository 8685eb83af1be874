"""Byte offsets in a log of lines: any reads, in any order, of a log that grows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from opstui.backends.ci.buildbot import ledger
from opstui.backends.ci.buildbot.ledger import Ledger

LINE = st.builds(
    lambda kind, text: f"{kind}{text}\n", st.sampled_from("oeh"),
    st.text(st.characters(exclude_characters="\n", codec="utf-8"), max_size=12),
)


class Log:
    """What the server has, and what it was asked."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.asked = 0

    async def fetch(self, line: int, count: int) -> str:
        self.asked += 1
        return "".join(self.lines[line : line + count])

    @property
    def bare(self) -> bytes:
        return "".join(line[1:] for line in self.lines if line[0] != "h").encode()


@given(
    first=st.lists(LINE, max_size=30), more=st.lists(LINE, max_size=30),
    reads=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 60)), max_size=6),
    window=st.integers(1, 7), heading=st.sampled_from([b"", b"=== unit ===\n"]),
)
async def test_every_read_is_the_same_as_of_the_whole(
    first: list[str], more: list[str], reads: list[tuple[int, int]], window: int, heading: bytes,
) -> None:
    before, ledger.WINDOW = ledger.WINDOW, window
    try:
        log, book = Log(first), Ledger(prefixed=True, heading=heading)
        for lines in (first, first + more):
            log.lines = lines
            for start, limit in reads:
                wanted = (heading + log.bare)[start : start + limit]
                assert await book.read(log.fetch, len(lines), start, limit) == wanted
            assert await book.walk(log.fetch, len(lines)) == len(heading + log.bare)
        log.asked = 0
        await book.read(log.fetch, len(log.lines), book.size, 100)
        assert log.asked == 0
    finally:
        ledger.WINDOW = before


async def test_a_place_far_down_costs_one_request_once_it_was_passed() -> None:
    log = Log([f"o{number}\n" for number in range(3 * ledger.WINDOW)])
    book = Ledger(prefixed=True)
    size = await book.walk(log.fetch, len(log.lines))
    assert log.asked == 3
    await book.read(log.fetch, len(log.lines), size - 10, 10)
    assert log.asked == 4
