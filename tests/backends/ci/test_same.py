"""Addresses that are the same repository, and some that only look like it."""

from __future__ import annotations

import pytest

from opstui.backends.ci.same import same_place


@pytest.mark.parametrize("other", [
    "https://git.example.org/ml/churn", "https://ana:pw@git.example.org/ml/churn.git/",
    "ssh://git@git.example.org:2222/ml/churn.git", "git@git.example.org:ml/churn.git",
    "GIT.example.org:ml/churn", "git://git.example.org//ml/churn.git",
])
def test_one_repository_has_many_addresses(other: str) -> None:
    assert same_place("https://git.example.org/ml/churn.git", other)


@pytest.mark.parametrize("other", [
    "", "https://git.example.org/ml/churn2", "https://evil.example.org/ml/churn.git",
    "https://git.example.org.evil.org/ml/churn", "/ml/churn", "https://[broken/ml/churn",
])
def test_others_are_not_taken_for_it(other: str) -> None:
    assert not same_place("https://git.example.org/ml/churn.git", other)


def test_folders_are_places_too() -> None:
    assert same_place("file:///srv/git/churn.git", "/srv/git/churn")
    assert not same_place("", "")
