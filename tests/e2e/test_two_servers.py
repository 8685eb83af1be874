"""The ground for walks over two CI servers is what it says, by opstui's own eyes."""

from __future__ import annotations

from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.ci.buildbot.server import Buildbot as OurBuildbot
from opstui.backends.ci.local.runner import LocalRunner
from opstui.backends.ci.web.door import Door
from opstui.backends.ci.web.login import ANONYMOUS
from opstui.domain.status import Status
from tests.e2e.two_servers import NAME, Ground

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("buildbot")]


async def test_both_servers_say_the_same_of_each_commit(ground: Ground) -> None:
    clone = ground.machine.clone
    origin = ground.machine.git("remote", "get-url", "origin")
    door = Door(ground.master.url, ANONYMOUS, RecentCalls(), name=NAME, product="Buildbot")
    farm = OurBuildbot(NAME, door, (origin,))
    local = LocalRunner(clone, ground.machine.state, Path("/nowhere"), RecentCalls(),
                        environ=ground.machine.environ)
    wanted = {**dict.fromkeys(ground.green, Status.PASSED), ground.red: Status.FAILED}
    for server in (farm, local):
        runs = await server.runs(20)
        assert {run.commit: run.status for run in runs} == wanted
        red = next(run for run in runs if run.status is Status.FAILED)
        assert red.branch == "main"
        log = await server.log(red, 0)
        assert ground.failing in log.data.decode()
        await server.close()
    assert ground.machine.git("rev-parse", "HEAD") == ground.red


@pytest.mark.parametrize("ground", ["local", NAME], indirect=True)
def test_from_what_is_broken_to_the_failing_line_in_a_few_keys(
    ground: Ground, request: pytest.FixtureRequest
) -> None:
    newest = request.node.callspec.params["ground"]
    what = {"local": ".ci/run", NAME: "churn › unit"}[newest]
    with ground.machine.open() as terminal:
        terminal.sees("▌* main", "✗", "2 CI")
        terminal.press("2").sees("local", NAME, "8 ─╮", "▌✗", ground.failing)
        terminal.press("/", newest, "enter", "g").sees(f"/{newest} 1/4", "▌✗", ground.failing)
        terminal.press("f").sees(f"›{ground.failing}", what, "esc close")
        terminal.press("esc").sees("f first failure").press("q")
        assert terminal.ends() == 0
