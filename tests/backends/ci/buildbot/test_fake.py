"""The contract's fake is held against the real Buildbot: the same fields of the same types."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pytest

from tests.backends.ci.buildbot.shop import RED, Shop, step_of
from tests.fakes.ci.buildbot import FakeBuildbot

pytestmark = pytest.mark.xdist_group("buildbot")

MADE_UP = {"properties", "all_fields"}
"""Other properties and fields are there on each master."""


def types_of(value: Any) -> Any:
    """The shape of an answer; None stands for anything that is not there yet."""
    if isinstance(value, dict):
        return {name: types_of(inner) for name, inner in value.items() if name not in MADE_UP}
    if isinstance(value, list):
        return types_of(value[0]) if value else []
    return None if value is None else type(value).__name__


def fitting(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(fitting(one[name], other[name]) for name in one)
    return one == other or None in (one, other) or [] in (one, other)


async def test_the_fake_answers_in_the_shapes_of_the_real_one(shop: Shop) -> None:
    server = shop.server()
    run = await shop.built(server, RED)
    job, step = await step_of(server, run, "unit")
    log = shop.master.get(f"steps/{step.id}/logs")["logs"][0]["logid"]
    with FakeBuildbot() as fake:
        fake.add(2, run.commit, "main", str(shop.repository), log="one\n")
        pairs = {
            "builders": "builders", "buildrequests": "buildrequests", "buildsets": "buildsets",
            f"buildrequests/{run.id}": "buildrequests/1",
            f"buildrequests/{run.id}/builds": "buildrequests/1/builds",
            f"builds/{job.id}": "builds/1", f"builds/{job.id}/steps": "builds/1/steps",
            f"builds/{job.id}/triggered_builds": "builds/1/triggered_builds",
            f"steps/{step.id}": "steps/1", f"steps/{step.id}/logs": "steps/1/logs",
            f"logs/{log}/contents": "logs/1/contents", "forceschedulers": "forceschedulers",
        }
        for real, ours in pairs.items():
            with urllib.request.urlopen(f"{fake.address}/api/v2/{ours}") as answer:
                said = types_of(json.load(answer))
            truth = types_of(shop.master.get(real))
            for one in (said, truth):
                one.pop("meta")
            assert fitting(said, truth), (real, said, truth)



async def test_each_line_of_the_real_ones_logs_begins_with_a_letter(shop: Shop) -> None:
    """And a log may hold nothing but what Buildbot says itself, as the fake's first lines."""
    await shop.built(shop.server())
    content = shop.master.get("logs/1/contents")["logchunks"][0]["content"]
    assert {line[0] for line in content.splitlines()} <= {"h", "o", "e"}
    assert content.startswith("h")
