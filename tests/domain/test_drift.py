"""What runs against what the registry says, from bare facts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.domain.alias_move import AliasMove
from opstui.domain.drift import (
    gate_drift,
    image_drift,
    lost_image,
    running,
    version_drift,
)
from opstui.domain.image import REVISION_LABEL, Container, Image
from opstui.domain.model import RegisteredModel
from opstui.domain.served import Served
from opstui.domain.status import Status

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SHA = "a" * 40


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


STARTED = ago(30)


def served(started: datetime | None = STARTED, **facts: Any) -> Served:
    given: dict[str, Any] = {"model": "churn", "alias": "champion", "version": ""}
    return Served("c1", "serve", "models:/churn@champion", "environment MODEL_URI",
                  started=started, **{**given, **facts})


def move(minutes: float, before: str, after: str, how: str = "promoted",
         alias: str = "champion") -> AliasMove:
    return AliasMove(ago(minutes), alias, before, after, "ana@build", how, "journal 1")


@pytest.mark.parametrize("moves, runs", [
    ([move(60, "5", "7")], "7"),
    ([move(60, "5", "7"), move(10, "7", "9")], "7"),
    ([move(10, "7", "9")], "7"),
    ([move(90, "3", "5"), move(60, "5", "7"), move(20, "7", "8"), move(10, "8", "9")], "7"),
    ([move(60, "5", "7", alias="challenger")], ""),
    ([move(10, "7", "9", how="elsewhere")], ""),
    ([move(60, "5", "7", how="elsewhere")], "7"),
    ([], ""),
])
def test_a_container_runs_what_its_alias_named_when_it_started(
    moves: list[AliasMove], runs: str
) -> None:
    found = running(served(), moves, now_named="9" if len(moves) > 1 else "")
    assert (found.version, found.other) == (runs, False)
    assert running(served(), list(reversed(moves))).version == runs


def test_a_history_with_a_gap_is_not_trusted() -> None:
    """The last known move before the start went to v7, and the alias names v9 now."""
    assert running(served(), [move(60, "5", "7")], now_named="9").version == ""


def test_a_version_that_is_younger_than_the_container_can_t_be_what_it_runs() -> None:
    found = running(served(), [], now_named="9", named_since=ago(5))
    assert (found.version, found.other) == ("", True)


def test_a_pinned_one_runs_its_version_and_a_stopped_one_is_not_known() -> None:
    assert running(served(version="4", alias=""), []).version == "4"
    assert running(served(None), [move(60, "5", "7")]).version == ""
    assert running(served(alias="", model=""), []).version == ""


MODEL = RegisteredModel("churn", (("challenger", "8"), ("champion", "9"), ("old", "7")))


@pytest.mark.parametrize("facts, moves, told", [
    ({}, [move(60, "5", "9")], ""),
    ({}, [move(60, "5", "7"), move(10, "7", "9")],
     "churn@champion names v9, serve runs v7"),
    ({}, [], ""),
    ({"alias": "", "version": "9"}, [], ""),
    ({"alias": "", "version": "8"}, [], ""),
    ({"alias": "", "version": "7"}, [], "churn@champion names v9, serve runs v7"),
    ({"alias": "", "version": "6"}, [], "churn@champion names v9, serve runs v6"),
    ({"alias": "gone"}, [move(60, "5", "7", alias="gone")], ""),
])
def test_the_alias_against_what_runs(
    facts: dict[str, str], moves: list[AliasMove], told: str
) -> None:
    one = served(**facts)
    found = version_drift(one, running(one, moves), MODEL, "champion", "old")
    assert (found.text if found else "") == told


def image(*tags: str, used: str = "", commit: str = SHA) -> Image:
    return Image("sha256:1", tags, (), 1, None, ((REVISION_LABEL, commit),),
                 (used,) if used else ())


def test_the_image_behind_a_service_that_lost_its_name_or_is_gone() -> None:
    here = Container("c1", "serve", "churn:1", "sha256:1", "running", Status.UP)
    other = Image("sha256:2", ("other:1",), (), 1, None)

    def told(*images: Image) -> str:
        found = image_drift(served(), here, images, "churn", "champion", "9")
        return found.text if found else ""

    assert told(image("churn:1"), other) == ""
    assert "prune takes it once the container stops" in told(image(), other)
    assert "is gone" in told(other)
    assert told() == "", "no images are known: nothing is said"


def test_the_image_of_the_champions_commit_without_a_name() -> None:
    def lost(*images: Image) -> bool:
        return lost_image("churn", "champion", "9", SHA, images) is not None

    assert lost(image())
    assert lost(image(commit=SHA[:12]))
    assert not lost(image("churn:1"))
    assert not lost(image(), image("churn:1")), "another one keeps it"
    assert not lost(image(used="serve"))
    assert not lost(image(commit="b" * 40))
    assert not lost()


@pytest.mark.parametrize("status, red", [
    (Status.FAILED, True), (Status.LOST, True), (Status.PASSED, False), (Status.RUNNING, False),
    (None, False),
])
def test_ci_that_turned_red_since_the_promotion(status: Status | None, red: bool) -> None:
    assert (gate_drift("churn", "champion", "9", SHA, status) is not None) is red


@given(st.lists(st.integers(1, 500), unique=True, min_size=1), st.integers(0, 501))
def test_a_whole_history_always_tells_what_ran(minutes: list[int], started: int) -> None:
    """Moves at these times, one version after the other: what runs is the last one before."""
    times = sorted(minutes, reverse=True)
    moves = [move(at, str(n), str(n + 1)) for n, at in enumerate(times)]
    expected = str(sum(at >= started for at in times))
    found = running(served(ago(started)), moves, now_named=str(len(times)))
    assert found.version == expected
