"""What `doctor`, `status` and the evidence make of CI servers that have to be found first."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from opstui.backends.ci.base import BaseServer
from opstui.backends.ci_protocols import CiServer
from opstui.domain.ci import CiPlace, CiRun
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from opstui.operations import checkup, status
from opstui.operations.evidence import ci_evidence
from opstui.operations.world import World
from tests.fakes.whole import Systems

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Forge(BaseServer):
    """A server with one red run, or one that says why it has none."""

    def __init__(self, name: str, problem: str = "") -> None:
        super().__init__(name, f"https://{name}.example.org/ana/churn")
        self.problem = problem

    async def runs(self, limit: int) -> tuple[CiRun, ...]:
        if self.problem:
            raise OpstuiError(self.problem, where=self.where)
        return (CiRun(
            server=self.name, id="1", number=1, workflow="tests", commit=COMMIT, branch="main",
            status=Status.FAILED, created=WHEN,
        ),)


class Looking:
    """A search that finds servers one by one; the last host may never answer."""

    def __init__(self, servers: list[CiServer], coming: list[CiServer], *, hangs: bool) -> None:
        self.servers, self.coming, self.hangs = servers, coming, hangs

    async def find(self) -> bool:
        if self.coming:
            self.servers.append(self.coming.pop(0))
            return True
        if self.hangs:
            await asyncio.Event().wait()
        return False

    def forget(self) -> None:
        raise AssertionError("nobody asked to look again")

    def places(self) -> tuple[CiPlace, ...]:
        found = [CiPlace(one.name, "gitlab", "https://x.org", "GITLAB_TOKEN")
                 for one in self.servers]
        return (*found, CiPlace("git.acme.org", "", "https://git.acme.org", note="it is none"))


def world_of(coming: list[CiServer], *, hangs: bool = False) -> World:
    servers: list[CiServer] = []
    return replace(
        Systems().world(), ci=servers, ci_search=Looking(servers, coming, hangs=hangs)
    )


WHEN = Systems().world().clock()


async def test_doctor_names_each_place_with_its_login_and_what_it_answers() -> None:
    found = {one.name: one for one in await checkup.look(
        world_of([Forge("lab"), Forge("dead", "lab is not there")])
    )}
    assert found["CI lab"].status is Status.PASSED
    assert found["CI lab"].text == (
        "gitlab at https://lab.example.org/ana/churn, login: GITLAB_TOKEN"
    )
    assert found["CI dead"].status is Status.FAILED and "lab is not there" in found["CI dead"].text
    assert (found["CI git.acme.org"].status, found["CI git.acme.org"].hint) == (
        Status.WARNED, "it is none",
    )


async def test_one_failing_server_takes_nothing_from_the_others_status() -> None:
    section = (await status.gather(world_of([Forge("lab"), Forge("dead", "it broke")])))["ci"]
    assert [run["server"] for run in section["items"]] == ["lab"]
    assert "dead: it broke" in section["error"]


async def test_the_evidence_waits_for_the_search_and_not_for_ever() -> None:
    soon = asyncio.get_running_loop().time() + 1.0
    found = await ci_evidence(world_of([Forge("lab")], hangs=True), COMMIT, soon)
    assert (found.status, "(lab #1)" in found.text) == (Status.FAILED, True)


async def test_a_host_that_never_answers_does_not_hold_doctor_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checkup, "CI_SECONDS", 0.4)
    found = await checkup.look(world_of([Forge("lab")], hangs=True))
    assert {"CI lab", "CI servers"} <= {one.name for one in found}
