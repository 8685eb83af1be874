"""The table of CI servers."""

from __future__ import annotations

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.ci.table import SERVERS, CiContext, connect
from opstui.domain.ci import Capability
from opstui.domain.errors import OpstuiError
from tests.backends.ci.bench import Bench


def context(bench: Bench) -> CiContext:
    return CiContext(bench.repository, bench.state, bench.cache, RecentCalls(), command="true")


async def test_every_server_carries_its_name_and_says_what_it_cannot_do(bench: Bench) -> None:
    for name in SERVERS:
        for server in connect(context(bench), [name]):
            assert server.name == name
            for capability in Capability:
                able = capability in server.capabilities
                assert bool(server.why_not(capability)) is not able
            assert await server.runs(10) == ()


def test_a_wrong_name_is_refused_with_the_right_ones(bench: Bench) -> None:
    with pytest.raises(OpstuiError, match="known: local"):
        connect(context(bench), ["jenkinz"])
