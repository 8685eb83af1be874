from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.backends.ci.github.place import Place, make
from tests.fakes.ci.github import FakeGitHub


@pytest.fixture
def fake() -> Iterator[FakeGitHub]:
    """A GitHub; whatever it said and was asked must fit GitHub's own description."""
    with FakeGitHub() as fake:
        yield fake
    assert fake.deviations == []


@pytest.fixture
async def place(fake: FakeGitHub) -> AsyncIterator[Place]:
    place = make(fake)
    yield place
    await place.server.close()
