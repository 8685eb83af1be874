"""Doing something shared: a journal line before, a journal line after, whatever happens."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from opstui.backends.protocols import Journal
from opstui.domain.errors import OpstuiError


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
    block set as `act.result`, or `failed: …` with the error's sentence, or `interrupted`.
    """
    act = Act(uuid.uuid4().hex[:12])
    facts = tuple(evidence)

    async def close(result: str) -> None:
        await journal.append(
            what=what, object=object, place=place, phase="result", act=act.id, before=before,
            after=after, evidence=facts, result=result,
        )

    await journal.append(
        what=what, object=object, place=place, phase="intent", act=act.id, before=before,
        after=after, evidence=facts,
    )
    try:
        yield act
    except OpstuiError as error:
        await close(f"failed: {error}")
        raise
    except asyncio.CancelledError:
        await close("interrupted: cancelled before it was known to be done")
        raise
    await close(act.result)
