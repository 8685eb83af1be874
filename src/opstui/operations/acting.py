"""Doing something shared: a journal line before, a journal line after, whatever happens."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from opstui.backends.protocols import Journal
from opstui.domain.errors import OpstuiError

LEFT = "interrupted: it was left before it was known to be done"
"""The result of an act whose program was ended on the way, but had time to say so."""


@dataclass(slots=True)
class Act:
    """One act under way; `result` is what its closing journal line will say."""

    id: str
    result: str = "done"


@asynccontextmanager
async def acting(
    journal: Journal, what: str, object: str, place: str, *, before: str = "", after: str = "",
    evidence: Iterable[tuple[str, str]] = (),
) -> AsyncIterator[Act]:
    """Journal an act around the block that performs it.

    The intent is on disk before the block starts. The closing line says `done`, or what the
    block set as `act.result`, or `failed: …` with the error's sentence, or `interrupted: …`
    when the block was left in any other way, cancelling included.
    """
    act = Act(uuid.uuid4().hex[:12])
    facts = tuple(evidence)
    await journal.append(
        what=what, object=object, place=place, phase="intent", act=act.id, before=before,
        after=after, evidence=facts,
    )
    result = LEFT
    try:
        yield act
        result = act.result
    except OpstuiError as error:
        result = f"failed: {error}"
        raise
    finally:
        await journal.append(
            what=what, object=object, place=place, phase="result", act=act.id, before=before,
            after=after, evidence=facts, result=result,
        )
