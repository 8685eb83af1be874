"""The engine's JSON of a container read for its past."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any

from opstui.domain.container_state import state_of
from opstui.domain.container_use import Use, per_second

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def inspected(**more: Any) -> str:
    return json.dumps({"State": {"Status": "running", "Running": True, "ExitCode": 0,
                                 "StartedAt": "2026-03-01T12:00:00Z",
                                 "FinishedAt": "0001-01-01T00:00:00Z"}, **more})


def test_what_runs_and_never_ended_has_no_exit_code() -> None:
    state = state_of(inspected())
    assert (state.running, state.exit_code, state.finished) == (True, None, None)
    assert state.started == NOON
    assert (state.policy, state.check, state.checks, state.volumes) == ("", "", (), ())


def test_how_it_ended_and_what_starts_it_again() -> None:
    state = state_of(inspected(
        State={"Running": False, "ExitCode": 137, "OOMKilled": True, "Error": "no such file",
               "StartedAt": "2026-03-01T12:00:00Z", "FinishedAt": "2026-03-01T12:00:09Z"},
        RestartCount=4,
        HostConfig={"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 5}},
    ))
    assert (state.exit_code, state.out_of_memory, state.error) == (137, True, "no such file")
    assert (state.restarts, state.policy) == (4, "on-failure:5")


def test_health_checks_are_told_newest_first() -> None:
    log = [{"Start": "2026-03-01T12:00:00Z", "End": "2026-03-01T12:00:00.5Z", "ExitCode": code,
            "Output": f" said {code}\n"} for code in (0, 1)]
    for name in ("Health", "Healthcheck"):
        state = state_of(inspected(
            State={"Running": True, name: {"FailingStreak": 1, "Log": log}},
            Config={"Healthcheck": {"Test": ["CMD-SHELL", "curl -f localhost"]}},
        ))
        assert [(one.exit_code, one.output) for one in state.checks] == [
            (1, "said 1"), (0, "said 0")]
        assert state.checks[0].took == timedelta(seconds=0.5)
        assert (state.check, state.streak) == ("curl -f localhost", 1)


def test_only_volumes_nobody_named_would_be_left_without_an_owner() -> None:
    state = state_of(inspected(Mounts=[
        {"Type": "volume", "Name": "ab" * 32}, {"Type": "volume", "Name": "models"},
        {"Type": "bind", "Source": "/data"},
    ]))
    assert state.volumes == ("ab" * 32,)


def test_a_total_that_shrank_or_is_not_counted_has_no_pace() -> None:
    def use(second: int, received: int | None) -> Use:
        return Use(NOON + timedelta(seconds=second), 0.0, 1, 0, 0, received=received)

    uses = [use(0, 0), use(2, 300), use(3, 100), use(4, None), use(5, 7)]
    rates = per_second(uses, "received")
    assert rates[0] == 150
    assert [math.isnan(rate) for rate in rates] == [False, True, True, True]
