"""The door to a CI server: asking, remembering, waiting, and where a secret may go."""

from __future__ import annotations

import asyncio
import itertools
import math
from collections.abc import AsyncIterator, Iterator
from email.utils import formatdate
from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.ci.web.door import Door
from opstui.backends.ci.web.login import ANONYMOUS, Login, basic, bearer
from opstui.backends.ci.web.refusals import RefusalError
from opstui.domain.errors import OpstuiError, WriteUnconfirmed
from tests.fakes.ci.base import Ask, FakeServer, Reply, route

TOKEN = "tok-3141592653"


class Forge(FakeServer):
    """A few routes, enough to walk through every door."""

    etags = True

    def __init__(self) -> None:
        super().__init__()
        self.things: list[dict[str, object]] = [{"id": number} for number in range(25)]
        self.extra: dict[str, str] = {}
        self.log = b"".join(b"line %d\n" % number for number in range(100))
        self.log_elsewhere = ""

    def headers(self) -> dict[str, str]:
        return self.extra

    @route("GET", r"/api/things")
    def listed(self, ask: Ask) -> Reply:
        shown, links = self.page(ask, self.things, default=10)
        return Reply({"things": shown, "count": len(self.things)}, headers=links)

    @route("GET", r"/api/plain")
    def plain(self, ask: Ask) -> Reply:
        shown, links = self.page(ask, self.things, default=10)
        return Reply(shown, headers=links)

    @route("GET", r"/api/circle")
    def circle(self, ask: Ask) -> Reply:
        return Reply([{"id": 1}], headers={"Link": f'<{self.address}/api/circle>; rel="next"'})

    @route("GET", r"/api/lure")
    def lure(self, ask: Ask) -> Reply:
        return Reply([{"id": 1}], headers={"Link": f'<{self.elsewhere}/api/lure>; rel="next"'})

    @route("GET", r"/api/old")
    def old(self, ask: Ask) -> Reply:
        return Reply(None, 301, {"Location": "/api/plain"})

    @route("GET", r"/job/.*")
    def job(self, ask: Ask) -> Reply:
        return Reply({"path": ask.path})

    @route("POST", r"/api/things")
    def made(self, ask: Ask) -> Reply:
        return Reply(None, 302, {"Location": "/api/things/7"})

    @route("POST", r"/api/moved")
    def moved(self, ask: Ask) -> Reply:
        return Reply(None, 302, {"Location": f"{self.elsewhere}/api/moved"})

    @route("GET", r"/api/log")
    def read(self, ask: Ask) -> Reply:
        if self.log_elsewhere:
            return Reply(None, 302, {"Location": self.log_elsewhere})
        return self.part(ask)

    @route("GET", r"/store/log")
    def stored(self, ask: Ask) -> Reply:
        return self.part(ask)

    def part(self, ask: Ask) -> Reply:
        wish = ask.headers.get("Range", "")
        if not wish:
            return Reply(self.log)
        start = int(wish.removeprefix("bytes=").rstrip("-"))
        size = len(self.log)
        if start >= size:
            return Reply(None, 416, {"Content-Range": f"bytes */{size}"})
        return Reply(self.log[start:], 206, {"Content-Range": f"bytes {start}-{size - 1}/{size}"})


@pytest.fixture
def forge() -> Iterator[Forge]:
    with Forge() as fake:
        yield fake


@pytest.fixture
def other() -> Iterator[Forge]:
    """A host that must never see a secret."""
    with Forge() as fake:
        yield fake


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def calls() -> RecentCalls:
    return RecentCalls()


@pytest.fixture
async def door(forge: Forge, clock: Clock, calls: RecentCalls) -> AsyncIterator[Door]:
    door = Door(f"{forge.address}/api", bearer(TOKEN, "FORGE_TOKEN"), calls, name="forge",
                product="Forge", headers={"PRIVATE-TOKEN": TOKEN}, seconds=5, clock=clock)
    yield door
    await door.close()


def heard_no_secret(fake: FakeServer) -> bool:
    """Neither the header nor the value reached it, in whatever form."""
    return not any(
        TOKEN in f"{ask.target} {ask.headers} {ask.body!r}" or "Authorization" in ask.headers
        or "Cookie" in ask.headers for ask in fake.requests
    )


async def test_a_list_comes_in_pages_and_no_further_than_it_was_asked(
    door: Door, forge: Forge
) -> None:
    assert [one.whole("id") for one in await door.pages("/plain", limit=12)] == list(range(12))
    assert [ask.target for ask in forge.requests] == ["/api/plain", "/api/plain?page=2"]
    found = await door.pages("/things", {"per_page": 7}, limit=100, under="things")
    assert len(found) == 25


async def test_what_did_not_change_is_not_sent_again(door: Door, forge: Forge) -> None:
    first = await door.get("/plain", {"page": 1})
    again = await door.get("/plain", {"page": 1})
    assert "If-None-Match" in forge.requests[1].headers
    assert [one.value for one in first.items()] == [one.value for one in again.items()]
    assert again.headers["Link"] == first.headers["Link"]
    forge.things.insert(0, {"id": 99})
    assert (await door.get("/plain", {"page": 1})).items()[0].whole("id") == 99


async def test_pages_that_go_in_circles_are_refused(door: Door) -> None:
    with pytest.raises(OpstuiError, match="circles"):
        await door.pages("/circle", limit=10)


async def test_a_moved_repository_is_followed_on_the_same_server(door: Door) -> None:
    assert len((await door.get("/old")).items()) == 10


async def test_percent_signs_of_a_path_stay_as_they_are(forge: Forge, calls: RecentCalls) -> None:
    door = Door(forge.address, ANONYMOUS, calls, name="jenkins", product="Jenkins")
    answer = await door.get(f"{forge.address}/job/feature%252Fx/api/json", {"tree": "a[b,c]"})
    assert answer.json().text("path") == "/job/feature%252Fx/api/json"
    await door.close()


@pytest.mark.parametrize("status", [302, 307])
async def test_no_secret_follows_a_redirect_of_an_answer(
    door: Door, forge: Forge, other: Forge, status: int
) -> None:
    forge.break_with("redirect", other.address)
    with pytest.raises(OpstuiError, match=rf"sends on to {other.address}/api/plain; opstui does"):
        await door.get("/plain")
    with pytest.raises(OpstuiError, match="sends on to"):
        await door.send("POST", "/things", {"name": "x"})
    assert other.requests == []


async def test_no_secret_follows_a_link_to_the_next_page(
    door: Door, forge: Forge, other: Forge
) -> None:
    forge.elsewhere = other.address.replace("127.0.0.1", "localhost")
    with pytest.raises(OpstuiError, match="sends on to"):
        await door.pages("/lure", limit=10)
    assert other.requests == []


async def test_a_link_that_names_another_port_of_the_host_stays_at_the_servers_own(
    door: Door, forge: Forge, other: Forge
) -> None:
    """Behind a proxy servers know no better; what is asked is the address the person knows."""
    forge.elsewhere = other.address
    with pytest.raises(OpstuiError, match="circles"):
        await door.pages("/lure", limit=10)
    assert other.requests == []


async def test_a_log_is_fetched_from_its_store_without_any_secret(
    door: Door, forge: Forge, other: Forge, calls: RecentCalls
) -> None:
    forge.log_elsewhere = f"{other.address}/store/log?sig=short-lived-key"
    assert (await door.text("/log")).data == other.log
    assert len(other.requests) == 1
    assert heard_no_secret(other)
    assert "short-lived-key" not in " ".join(f"{call}" for call in calls.calls())


async def test_a_log_that_comes_back_from_another_host_gets_no_secret_either(
    door: Door, forge: Forge, other: Forge
) -> None:
    forge.log_elsewhere = f"{other.address}/api/log"
    other.log_elsewhere = f"{forge.address}/store/log"
    assert (await door.text("/log")).data == forge.log
    assert "Authorization" in forge.requests[0].headers
    assert "Authorization" not in forge.requests[1].headers
    assert heard_no_secret(other)


async def test_an_absolute_address_of_another_host_is_not_asked(
    door: Door, other: Forge
) -> None:
    for asked in (door.get(f"{other.address}/api/plain"), door.text(f"{other.address}/api/log"),
                  door.send("POST", f"{other.address}/api/things")):
        with pytest.raises(OpstuiError, match="does not follow"):
            await asked
    assert other.requests == []


async def test_a_log_can_be_read_from_an_offset(door: Door, forge: Forge) -> None:
    part = await door.text("/log", start=700)
    assert (part.data, part.start, part.total) == (forge.log[700:], 700, len(forge.log))
    beyond = await door.text("/log", start=5000)
    assert (beyond.data, beyond.start, beyond.total) == (b"", 5000, len(forge.log))
    short = await door.text("/log", most=10)
    assert (short.data, short.cut) == (forge.log[:10], True)


async def test_what_is_sent_is_sent_once_and_may_answer_with_a_place(
    door: Door, forge: Forge
) -> None:
    assert (await door.send("POST", "/things", {"name": "x"})).location == "/api/things/7"
    forge.break_with("dropped")
    before = len(forge.requests)
    with pytest.raises(WriteUnconfirmed, match="whether it was done is not known"):
        await door.send("POST", "/things", {"name": "x"})
    assert len(forge.requests) == before + 1


async def test_reading_is_tried_twice_on_a_lost_connection(door: Door, forge: Forge) -> None:
    forge.break_with("dropped")
    with pytest.raises(OpstuiError, match="the connection to Forge was lost"):
        await door.get("/plain")
    assert len(forge.requests) == 2


async def test_a_gateway_that_gave_up_leaves_a_write_open(door: Door, forge: Forge) -> None:
    forge.break_with("502")
    with pytest.raises(WriteUnconfirmed):
        await door.send("POST", "/things")


@pytest.mark.parametrize(("kind", "words"), [
    ("401", "Forge did not accept the login from FORGE_TOKEN"),
    ("403", "Forge does not allow this with the login from FORGE_TOKEN: no .403."),
    ("404", "Forge has no /plain, or does not show it to the login from FORGE_TOKEN"),
    ("409", "Forge can't do this now: no .409."),
    ("429", "Forge was asked too often and wants to be left alone until"),
    ("500", "Forge failed inside"),
    ("503", "Forge is not available now"),
    ("cut off", "the connection to Forge was lost"),
    ("not json", "not Forge's JSON: not JSON"),
    ("wrong type", "not Forge's JSON: .*id is not a whole number"),
])
async def test_every_no_is_one_sentence(door: Door, forge: Forge, kind: str, words: str) -> None:
    forge.break_with(kind)
    with pytest.raises(OpstuiError, match=words) as caught:
        for one in (await door.get("/plain")).items():
            one.whole("id")
    assert caught.value.where == door.base
    assert TOKEN not in str(caught.value)


async def test_a_stalled_server_is_given_up(forge: Forge, calls: RecentCalls) -> None:
    door = Door(forge.address, ANONYMOUS, calls, name="f", product="Forge", seconds=0.2)
    forge.break_with("stalled")
    with pytest.raises(OpstuiError, match="Forge did not answer in time"):
        await door.get("/api/plain")
    with pytest.raises(WriteUnconfirmed):
        await door.send("POST", "/api/things")
    await door.close()


async def test_a_refused_login_is_not_tried_again_until_the_person_acts(
    door: Door, forge: Forge
) -> None:
    forge.break_with("401")
    with pytest.raises(RefusalError):
        await door.get("/plain")
    assert door.rest() == math.inf
    assert door.note() == "the login from FORGE_TOKEN was refused"
    door.forgive()
    assert door.rest() == 0


async def test_too_often_is_honoured_before_anything_else_is_sent(
    door: Door, forge: Forge, clock: Clock
) -> None:
    forge.break_with("429")
    with pytest.raises(RefusalError):
        await door.get("/plain")
    assert 7 <= door.rest() <= 8
    forge.mend()
    asked = len(forge.requests)
    with pytest.raises(OpstuiError, match="asked to be left alone"):
        await door.get("/plain")
    assert len(forge.requests) == asked
    clock.now += 9
    assert door.rest() == 0
    await door.get("/plain")


async def test_a_used_up_budget_is_waited_for_by_the_servers_own_clock(
    door: Door, forge: Forge, clock: Clock
) -> None:
    """The server's clock is an hour ahead: its reset in 100 s is 100 s from now."""
    forge.extra = {
        "X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": "1800003700",
    }
    forge.extra["Date"] = formatdate(1_800_003_600, usegmt=True)
    await door.get("/plain")
    assert 99 <= door.rest() <= 102
    assert "left alone until" in door.note()


async def test_a_small_budget_is_told_and_a_large_one_is_not(
    forge: Forge, clock: Clock, calls: RecentCalls
) -> None:
    forge.extra = {"RateLimit-Limit": "60", "RateLimit-Remaining": "12", "RateLimit-Reset": "90"}
    door = Door(forge.address, ANONYMOUS, calls, name="f", product="Forge", clock=clock)
    await door.get("/api/plain")
    assert door.note().startswith("anonymous: 12 of 60 requests left until ")
    await door.close()
    forge.extra = {"RateLimit-Limit": "5000", "RateLimit-Remaining": "4000"}
    known = Door(forge.address, bearer(TOKEN, "T"), calls, name="f", product="Forge", clock=clock)
    await known.get("/api/plain")
    assert known.note() == ""
    await known.close()


async def test_a_small_budget_is_spread_and_half_of_it_left_to_the_person(
    door: Door, forge: Forge
) -> None:
    forge.extra = {"RateLimit-Limit": "60", "RateLimit-Remaining": "30", "RateLimit-Reset": "1800"}
    await door.get("/plain")
    assert door.rest() == pytest.approx(120, abs=1)
    forge.extra = {"RateLimit-Limit": "60", "RateLimit-Remaining": "30", "RateLimit-Reset": "0"}
    await door.get("/plain")
    assert door.rest() == 0


async def test_closing_while_an_answer_is_awaited_is_a_lost_connection(
    door: Door, forge: Forge
) -> None:
    forge.break_with("stalled")
    asked = asyncio.create_task(door.get("/plain"))
    while not forge.requests:
        await asyncio.sleep(0.01)
    await door.close()
    with pytest.raises(OpstuiError):
        await asked
    forge.mend()


async def test_failures_are_met_with_patience_that_doubles_up_to_five_minutes(
    door: Door, forge: Forge
) -> None:
    forge.break_with("500")
    pauses = []
    for _ in range(9):
        with pytest.raises(OpstuiError):
            await door.get("/plain")
        pauses.append(door.rest())
    assert 3.7 <= pauses[0] <= 5
    assert all(one < other for one, other in itertools.pairwise(pauses[:6]))
    assert 225 <= pauses[-1] <= 300
    forge.mend()
    await door.get("/plain")
    assert door.rest() == 0


async def test_what_is_recorded_can_be_pasted_and_holds_no_secret(
    door: Door, calls: RecentCalls, forge: Forge
) -> None:
    await door.send("POST", "/things", {
        "ref": "main", "inputs": {"level": "high", "db_password": "hunter2", "odd": "hush"},
        "variables": [{"key": "API_TOKEN", "value": "hunter2"}],
    }, hide={"odd"})
    line = calls.calls()[-1].command
    assert line.startswith('curl -sS -g -X POST -H "Authorization: Bearer $LOGIN"')
    assert '"level": "high"' in line and f"{forge.address}/api/things" in line
    for secret in ("hunter2", "hush", TOKEN):
        assert secret not in line


@pytest.mark.parametrize("login", [bearer(TOKEN, "GH_TOKEN"), basic("ana", TOKEN, "netrc")])
def test_a_login_never_shows_its_value(login: Login) -> None:
    for shown in (repr(login), str(login), f"{login}"):
        assert TOKEN not in shown and login.value not in shown
    assert login.source in repr(login)


def test_a_token_with_a_line_break_is_refused_without_showing_it(tmp_path: Path) -> None:
    with pytest.raises(OpstuiError) as caught:
        bearer("abc\r\nX-Evil: 1", "GH_TOKEN")
    assert "Evil" not in str(caught.value)
