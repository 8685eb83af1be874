"""The table of CI servers."""

from __future__ import annotations

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.ci.probe import KINDS
from opstui.backends.ci.search import Found
from opstui.backends.ci.table import SERVERS
from opstui.backends.ci.web.login import bearer
from opstui.domain.ci import Capability

SECRET = "secret-27182818284590"


@pytest.mark.parametrize("kind", SERVERS)
async def test_every_kind_is_made_without_asking_anything(kind: str) -> None:
    calls = RecentCalls()
    found = Found(
        "work", kind, "https://ci.example.org", "ana/churn", bearer(SECRET, "token_command"),
        ("https://ci.example.org/ana/churn",),
    )
    server = SERVERS[kind](found, calls)
    assert server.name == "work" and server.where.startswith("https://ci.example.org")
    for capability in Capability:
        assert bool(server.why_not(capability)) is (capability not in server.capabilities)
    assert calls.calls() == ()
    assert SECRET not in f"{server.where} {server.note()} {found!r}"
    await server.close()


def test_whatever_a_host_can_turn_out_to_be_is_in_the_table() -> None:
    assert set(KINDS) <= set(SERVERS)


@pytest.mark.parametrize(("url", "base"), [
    ("https://github.com", "https://api.github.com"),
    ("https://acme.ghe.com", "https://api.acme.ghe.com"),
    ("https://git.acme.org", "https://git.acme.org/api/v3"),
])
async def test_githubs_interface_is_where_each_of_its_kinds_has_it(url: str, base: str) -> None:
    from opstui.backends.ci.github.server import GitHub

    server = SERVERS["github"](
        Found("github", "github", url, "ana/churn", bearer(SECRET, "GH_TOKEN")), RecentCalls()
    )
    assert isinstance(server, GitHub)
    assert server._door.base == base
