"""Following a thread while some systems are slow, silent or away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from opstui.domain.ci import CiJob, CiRun
from opstui.domain.errors import OpstuiError
from opstui.domain.experiment import Run
from opstui.domain.image import Image
from opstui.domain.lineage import Ref, State
from opstui.domain.status import Status
from opstui.operations.lineage import Tracing, trace
from opstui.operations.world import World
from tests.fakes import story
from tests.fakes.linked import Linked, LinkedEngine

V9 = Ref("versions", "churn/9")


class Silent(LinkedEngine):
    """An engine that takes a question for images and never answers."""

    async def images(self) -> tuple[Image, ...]:
        await asyncio.Event().wait()
        return ()


@pytest.fixture
async def silent() -> AsyncIterator[World]:
    systems = Linked()
    systems.engine = Silent()
    yield systems.world()


async def test_what_has_answered_is_shown_while_a_slow_system_is_awaited(silent: World) -> None:
    tracing = Tracing(silent, V9, seconds=60)
    known = asyncio.Event()

    def told() -> None:
        found = tracing.chain
        if all(link.state is State.PROVED for step in ("runs", "commits", "containers")
               for link in found.at(step)):
            known.set()

    following = asyncio.create_task(tracing.follow(told))
    await asyncio.wait_for(known.wait(), 20)
    assert [link.state for link in tracing.chain.at("images")] == [State.ASKED]
    assert tracing.waiting
    following.cancel()
    with pytest.raises(asyncio.CancelledError):
        await following


async def test_a_system_that_never_answers_is_given_up_alone(silent: World) -> None:
    found = await trace(silent, V9, seconds=0.05)
    (image,) = found.at("images")
    assert (image.state, image.flaws[0].reason) == (State.UNKNOWN, "no answer in time")
    assert [link.ref for link in found.at("commits")] == [Ref("commits", story.SCALER)]
    assert [link.noun is not None for link in found.at("containers")] == [True]


async def test_nobody_is_asked_twice_for_one_thing() -> None:
    systems = Linked()
    world = systems.world()
    asked: list[str] = []
    real = world.provenance
    assert real is not None

    async def run(run_id: str) -> object:
        asked.append(run_id)
        return await type(real).run(real, run_id)  # type: ignore[arg-type]

    real.run = run  # type: ignore[method-assign,assignment]
    await trace(world, V9)
    await trace(world, Ref("models", "churn"))
    assert asked == ["run9", "run7"], "once in each chain; the model stands for what serves"


async def test_one_ci_server_of_two_that_fails_is_named_where_nothing_was_found() -> None:
    systems = Linked()
    world = systems.world()

    async def away(_limit: int) -> tuple[object, ...]:
        raise OpstuiError("the token is wrong", hint="log in again")

    systems.ci.runs = away  # type: ignore[method-assign,assignment]
    found = await trace(world, V9)
    (ci,) = found.at("ci")
    assert ci.state is State.UNKNOWN
    assert ci.flaws[0].reason == "local: the token is wrong"


async def test_a_branch_and_a_model_without_anything_say_so() -> None:
    world = Linked().world()
    world.board.branches = story.BRANCHES
    found = await trace(world, Ref("branches", "refs/heads/feature/größe"))
    assert found.of == Ref("commits", story.sha("umlaut"))
    assert [link.state for link in found.at("images")] == [State.BROKEN]
    found = await trace(world, Ref("models", "größe-模型"))
    assert found.of == Ref("models", "größe-模型"), "it has no version to stand for it"


async def test_a_ci_job_leads_to_the_run_that_has_it() -> None:
    """GitLab leaves the id of the job, which no list of runs knows."""
    systems = Linked()
    world = systems.world()
    assert world.provenance is not None
    trained = replace(await systems.tracking.run("run9"), tags=(
        ("gitlab.CI_JOB_ID", "77"), ("mlflow.source.git.commit", story.SCALER)))

    async def run(_run_id: str) -> tuple[Run | None, str]:
        return trained, ""

    async def runs_of(_commit: str, _limit: int) -> tuple[Run, ...]:
        return (trained,)

    async def jobs(run: CiRun) -> tuple[CiJob, ...]:
        return (CiJob("77", "train", Status.PASSED),) if run.number == 811 else ()

    world.provenance.run = run  # type: ignore[method-assign]
    world.provenance.runs_of = runs_of  # type: ignore[method-assign]
    systems.ci.jobs = jobs  # type: ignore[attr-defined]
    found = await trace(world, V9)
    (ci,) = found.at("ci")
    assert (ci.state, ci.proof) == (State.PROVED, "tag gitlab.CI_JOB_ID")
