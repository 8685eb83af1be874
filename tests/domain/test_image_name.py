"""What may name an image, and which ids mean one commit."""

from __future__ import annotations

import pytest

from opstui.domain.errors import OpstuiError
from opstui.domain.image_name import check_name, same_commit

COMMIT = "4f2c1e9aa0b1c2d3e4f5060718293a4b5c6d7e8f"


@pytest.mark.parametrize("name", [
    "churn-api:1.4.0", "a:b", "a.b_c__d-e:X_1", "registry.example:5000/team/churn-api:1.4.0-rc1",
    "localhost/a:1", "[::1]:5000/a:1", "docker.io/library/python:3.11",
])
def test_names(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize("name", [
    "", "a", "a:", ":1", "A:1", "a:-1", "a:b:c", "a b:1", "a/:1", "-a:1", "a@sha256:00", "a:1\n",
    "a:" + "x" * 129, "a/" * 150 + "a:1", "\x1b[31ma:1",
])
def test_no_names(name: str) -> None:
    with pytest.raises(OpstuiError, match=r"is not a name for an image.*repository:tag"):
        check_name(name)


def test_a_short_id_means_the_same_commit_from_seven_digits_on() -> None:
    assert same_commit(COMMIT, COMMIT)
    assert same_commit(COMMIT[:7].upper(), COMMIT)
    assert not same_commit(COMMIT[:6], COMMIT)
    assert not same_commit("", COMMIT)
    assert not same_commit("", "")
    assert not same_commit("5" + COMMIT[1:], COMMIT)
