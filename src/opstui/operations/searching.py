"""Waits for the search of CI servers, but not for ever."""

from __future__ import annotations

import asyncio

from opstui.backends.ci_protocols import CiSearch


async def found_by(search: CiSearch | None, deadline: float) -> bool:
    """Whether all servers were looked for by this time of the loop's clock.

    Servers that were found by then are known either way; the search goes on by itself.
    """
    if search is None:
        return True
    try:
        async with asyncio.timeout_at(deadline):
            while await search.find():
                pass
    except TimeoutError:
        return False
    return True
