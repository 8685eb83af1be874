"""The judge of fakes can be displeased."""

from __future__ import annotations

from typing import Any

import pytest

from tests.backends.ci.described import deviations


@pytest.mark.parametrize(("value", "words"), [
    ({"id": 3, "created": "2026-11-23T09:00:00Z", "trigger_user": {"login": "ana"}}, ""),
    ({"id": "3"}, "id is str"),
    ({"id": True}, "id is bool"),
    ({"need_approval": 1}, "need_approval is int"),
    ({"created": "soon"}, "valid datetime"),
    ({"mood": "good"}, "mood is not described"),
    ({"trigger_user": {"mood": "good"}}, "trigger_user.mood is not described"),
    ({"title": ["a"]}, "title"),
])
def test_what_the_description_does_not_say_is_a_deviation(
    value: dict[str, Any], words: str
) -> None:
    types = pytest.importorskip("pyforgejo.types")
    found = list(deviations(types.ActionRun, value))
    assert bool(found) is bool(words)
    assert words in " ".join(found)
