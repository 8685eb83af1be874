"""Servers that lie: whatever comes back from any question, it is one sentence or an answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from tests.backends.ci.benches import BENCHES
from tests.backends.ci.contract import Bench, first_job, run_of

KINDS = ("gitlab", "gitea", "forgejo")
LIES = ("wrong type", "not json", "cut off", "403", "404", "500", "502")


@pytest.fixture
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    bench: Bench = request.param(tmp_path)
    yield bench
    await bench.close()


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize(
    "bench", [one for one in BENCHES if one.kind in KINDS], indirect=True,
    ids=lambda one: str(one.kind),
)
async def test_every_question_is_answered_or_refused_in_one_sentence(
    bench: Bench, lie: str
) -> None:
    run_id = await bench.add_run(Status.FAILED, log=b"boom\n")
    server, fake = await bench.open()
    assert fake is not None
    run = await run_of(server, run_id)
    job = await first_job(server, run)
    await server.workflows()
    # A fresh one, that remembers nothing.
    server, _ = await bench.open()
    fake.break_with(lie)
    asked = (
        lambda: server.jobs(run), lambda: server.failures(run), lambda: server.failures(run, job),
        lambda: server.log(run, 0), lambda: server.log(run, 0, job=job),
        lambda: server.workflows(), lambda: server.required("main"),
        lambda: server.start("a" * 40, "main"), lambda: server.start("a" * 40, "main", "ci.yml"),
        lambda: server.rerun(run), lambda: server.rerun(run, failed=True),
        lambda: server.rerun(run, job=job), lambda: server.cancel(run),
        lambda: server.cancel(run, force=True), lambda: server.approve(run),
        lambda: server.approve(run, job),
    )
    before = len(fake.requests)
    refused = 0
    for ask in asked:
        try:
            await ask()
        except OpstuiError as error:
            refused += 1
            assert error.what and "\n" not in str(error)
    assert len(fake.requests) > before
    assert refused > len(asked) // 2
