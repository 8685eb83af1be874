"""Answers of other engines and versions, and the framing of logs."""

from __future__ import annotations

import pytest

from opstui.backends.docker import reading
from opstui.domain.status import Status


@pytest.mark.parametrize(("state", "note", "status", "health"), [
    ("running", "Up 3 minutes", Status.UP, ""),
    ("running", "Up 3 minutes (healthy)", Status.UP, "healthy"),
    ("running", "Up 3 minutes (unhealthy)", Status.FAILED, "unhealthy"),
    ("running", "Up 3 seconds (health: starting)", Status.RUNNING, "starting"),
    ("paused", "Up 3 minutes (Paused)", Status.BLOCKED, ""),
    ("restarting", "Restarting (1) 2 seconds ago", Status.WARNED, ""),
    ("created", "Created", Status.QUEUED, ""),
    ("exited", "Exited (0) 2 minutes ago", Status.DOWN, ""),
    ("exited", "Exited (137) 2 minutes ago", Status.FAILED, ""),
    ("dead", "Dead", Status.FAILED, ""),
    ("stopped", "", Status.DOWN, ""),
    ("something-new", "", Status.UNKNOWN, ""),
])
def test_states(state: str, note: str, status: Status, health: str) -> None:
    found = reading.container({"State": state, "Status": note})
    assert (found.status, found.health) == (status, health)


def test_ports_are_short_and_said_once() -> None:
    found = reading.container({"Ports": [
        {"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
        {"IP": "::", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
        {"IP": "127.0.0.1", "PrivatePort": 53, "PublicPort": 5353, "Type": "udp"},
        {"IP": "::1", "PrivatePort": 1, "PublicPort": 2},
        {"PrivatePort": 9000, "Type": "tcp"},
    ]})
    assert found.ports == ("*:8080→80/tcp", "127.0.0.1:5353→53/udp", "[::1]:2→1/tcp")


def test_a_linked_container_goes_by_its_own_name() -> None:
    assert reading.container({"Names": ["/web/db", "/db"]}).name == "db"


def test_placeholders_of_old_engines_are_no_names() -> None:
    found = reading.image({"Id": "sha256:ab", "RepoTags": ["<none>:<none>"],
                           "RepoDigests": ["<none>@<none>"], "Created": 0, "Labels": None}, {})
    assert (found.tags, found.digests, found.created, found.labels) == ((), (), None, ())


def test_podman_leaves_the_algorithm_out_of_ids() -> None:
    used = reading.users_of_images((reading.container({"Names": ["/a"], "ImageID": "ab"}),))
    assert reading.image({"Id": "sha256:ab"}, used).used_by == ("a",)


@pytest.mark.parametrize(("time", "asked"), [
    ("2026-03-01T12:00:00.123456789Z", "1772366400.123456789"),
    ("2026-03-01T13:00:00+01:00", "1772366400"),
    ("yesterday", ""),
])
def test_times_are_asked_for_in_seconds(time: str, asked: str) -> None:
    assert reading.seconds(time) == asked
