"""Evidence: what is known is told, what is not known is never taken for a pass."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from opstui.domain.image import Image
from opstui.domain.model import ModelVersion
from opstui.domain.promotion import Verdict
from opstui.domain.status import Status
from opstui.operations.evidence import Findings, gather
from opstui.operations.world import Rules, World
from tests.fakes.registry import NOW, SHA, FakeTracking
from tests.fakes.world import FakeCi, FakeEngine, FakeGit, ci_run, fake_world, image

OTHER = "b" * 40


async def look(world: World, version: str = "9") -> Findings:
    registry = world.registry
    return await gather(
        world, await registry.version("churn", version), await registry.version("churn", "7")
    )


async def status(tmp_path: Path, name: str, **more: Any) -> tuple[Status, str]:
    found = await look(fake_world(tmp_path, **more))
    one = next(one for one in found.evidence if one.name == name)
    return one.status, one.text


async def test_everything_known(tmp_path: Path) -> None:
    found = await look(fake_world(tmp_path))
    assert {one.name for one in found.evidence} == {
        "status", "run", "ci", "image", "commit", "data"}
    assert {one.status for one in found.evidence} == {Status.PASSED}
    assert found.commit == SHA


async def test_metrics_are_judged_by_their_direction(tmp_path: Path) -> None:
    found = await look(fake_world(tmp_path, rules=Rules(directions={"width": "lower"})))
    verdicts = {delta.name: delta.verdict for delta in found.metrics}
    assert verdicts == {
        "auc": Verdict.BETTER, "logloss": Verdict.BETTER, "width": Verdict.UNKNOWN,
        "odd": Verdict.UNKNOWN, "old": Verdict.UNKNOWN,
    }


async def test_ci_is_told_as_it_is(tmp_path: Path) -> None:
    async def ci(*servers: FakeCi) -> tuple[Status, str]:
        return await status(tmp_path, "ci", ci=servers)

    later = NOW - timedelta(minutes=1)
    assert (await ci())[0] is Status.UNKNOWN
    assert (await ci(FakeCi()))[0] is Status.UNKNOWN
    assert (await ci(FakeCi(known=(ci_run(commit=OTHER),))))[0] is Status.UNKNOWN
    assert (await ci(FakeCi(known=(ci_run(Status.FAILED),))))[0] is Status.FAILED
    assert (await ci(FakeCi(known=(ci_run(Status.RUNNING),))))[0] is Status.RUNNING
    assert (await ci(FakeCi(known=(ci_run(Status.CANCELLED),))))[0] is Status.WARNED
    assert (await ci(FakeCi(known=(ci_run(dirty=True),))))[0] is Status.WARNED
    both = (ci_run(Status.FAILED), ci_run(id="2", number=2, created=later))
    assert (await ci(FakeCi(known=both)))[0] is Status.PASSED
    lint = ci_run(Status.FAILED, id="2", number=2, workflow="lint")
    assert (await ci(FakeCi(known=(ci_run(), lint))))[0] is Status.FAILED
    state, text = await ci(FakeCi(error="GitHub refused the token"))
    assert state is Status.UNKNOWN and "GitHub refused the token" in text


async def test_a_short_commit_proves_nothing(tmp_path: Path) -> None:
    world = fake_world(tmp_path)
    assert isinstance(world.tracking, FakeTracking)
    world.tracking.add("run9", commit=SHA[:7])
    by_name = {one.name: one.status for one in (await look(world)).evidence}
    assert {by_name[name] for name in ("ci", "image", "commit")} == {Status.UNKNOWN}


async def test_image_and_commit(tmp_path: Path) -> None:
    assert (await status(tmp_path, "image", engine=FakeEngine((image(OTHER),)))) == (
        Status.WARNED, "no image of 4f2c1e9 on this engine")
    short_label = FakeEngine((image(SHA[:12]),))
    assert (await status(tmp_path, "image", engine=short_label))[0] is Status.WARNED
    assert (await status(tmp_path, "image", engine=FakeEngine(error="Docker is down"))) == (
        Status.UNKNOWN, "Docker is down")
    assert (await status(tmp_path, "commit", git=FakeGit(())))[0] is Status.UNKNOWN


async def test_a_run_that_cannot_be_read_leaves_its_facts_unknown(tmp_path: Path) -> None:
    found = await look(fake_world(tmp_path), "10")
    by_name = {one.name: one for one in found.evidence}
    assert by_name["run"].status is Status.UNKNOWN
    assert "no run run10" in by_name["run"].text
    assert all(delta.verdict is Verdict.UNKNOWN for delta in found.metrics)


async def test_other_data_and_a_stage_are_warnings(tmp_path: Path) -> None:
    world = fake_world(tmp_path)
    tracking = world.tracking
    assert isinstance(tracking, FakeTracking)
    tracking.held["run9"] = replace(tracking.held["run9"], datasets=(("train", "d2"),))
    version = replace(await world.registry.version("churn", "9"), stage="Production")
    champion: ModelVersion = await world.registry.version("churn", "7")
    found = await gather(world, version, champion)
    by_name = {one.name: one.status for one in found.evidence}
    assert (by_name["data"], by_name["stage"]) == (Status.WARNED, Status.WARNED)


async def test_a_backend_that_hangs_is_given_up_on(tmp_path: Path) -> None:
    class Hung(FakeEngine):
        async def images(self) -> tuple[Image, ...]:
            await asyncio.sleep(60)
            return ()

    world = fake_world(tmp_path, engine=Hung())
    version = await world.registry.version("churn", "9")
    began = time.monotonic()
    found = await gather(world, version, None, limit=0.1)
    assert time.monotonic() - began < 2
    by_name = {one.name: one for one in found.evidence}
    assert by_name["image"].status is Status.UNKNOWN and "in time" in by_name["image"].text
    assert by_name["ci"].status is Status.PASSED
