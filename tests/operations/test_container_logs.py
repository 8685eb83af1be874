"""Logs of several containers as one, by the engine's times."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from opstui.domain.container_use import Said
from opstui.domain.errors import OpstuiError
from opstui.operations.container_logs import Words, merged


def said(second: int, text: str) -> Said:
    return Said(b"2026-03-01T12:00:%02d.000000000Z" % second, False, f"{text}\n".encode())


async def given(*batches: list[Said] | str) -> AsyncGenerator[Words, None]:
    for batch in batches:
        await asyncio.sleep(0)
        yield batch


async def told(**sources: AsyncGenerator[Words, None]) -> list[str]:
    """All that is told until the last of them ends."""
    return [
        f"{name}: {one if isinstance(one, str) else one.text.decode().strip()}"
        async for batch in merged(sources) for name, one in batch
    ]


async def test_the_past_of_all_is_told_in_order() -> None:
    assert await told(
        a=given([said(1, "one"), said(4, "four")], [said(5, "five")]),
        b=given([said(2, "two")], [said(3, "three"), said(6, "six")]),
    ) == ["a: one", "b: two", "b: three", "a: four", "a: five", "b: six"]


async def test_one_that_says_nothing_is_not_waited_for() -> None:
    async def silent() -> AsyncGenerator[Words, None]:
        await asyncio.Event().wait()
        yield []

    sources = {"a": given([said(1, "one")]), "b": silent()}
    words = merged(sources)
    async with asyncio.timeout(10):
        batch = await anext(words)
    assert [(name, one) for name, one in batch] == [("a", said(1, "one"))]
    await words.aclose()


async def test_what_comes_later_is_told_as_it_comes() -> None:
    late: asyncio.Queue[list[Said]] = asyncio.Queue()

    async def talking() -> AsyncGenerator[Words, None]:
        while True:
            yield await late.get()

    words = merged({"a": talking(), "b": talking()})
    for second in (7, 8):
        late.put_nowait([said(second, f"line {second}")])
        async with asyncio.timeout(10):
            batch = await anext(words)
        assert [one for _, one in batch] == [said(second, f"line {second}")]
    await words.aclose()


async def test_one_that_fails_says_why_and_the_others_go_on() -> None:
    async def failing() -> AsyncGenerator[Words, None]:
        yield [said(1, "before")]
        raise OpstuiError("container a is gone")

    lines = await told(a=failing(), b=given([said(2, "two")], [said(3, "three")]))
    assert lines[0] == "a: before"
    assert lines[1] == "a: container a is gone"
    assert lines[2:] == ["b: two", "b: three"]


async def test_leaving_closes_every_log() -> None:
    closed: list[str] = []

    async def log(name: str) -> AsyncGenerator[Words, None]:
        try:
            yield [said(1, name)]
            await asyncio.Event().wait()
        finally:
            closed.append(name)

    words = merged({"a": log("a"), "b": log("b")})
    await anext(words)
    await words.aclose()
    assert sorted(closed) == ["a", "b"]


async def test_a_flood_waits_for_its_reader() -> None:
    produced = 0

    async def flood() -> AsyncGenerator[Words, None]:
        nonlocal produced
        while True:
            produced += 1
            yield [said(1, "x")] * 1000
            await asyncio.sleep(0)

    words = merged({"a": flood()})
    await anext(words)
    before = produced
    for _ in range(100):
        await asyncio.sleep(0)
    assert produced - before < 60
    await words.aclose()


@pytest.mark.parametrize("count", [2, 5])
async def test_many_lines_stay_in_order(count: int) -> None:
    sources = {
        f"c{n}": given(*([said(second, f"{second}")] for second in range(n, 60, count)))
        for n in range(count)
    }
    lines = [int(line.partition(": ")[2]) for line in await told(**sources)]
    assert lines == sorted(lines)
    assert len(lines) == 60
