"""Starting a program in a session of its own, so that it can be ended with all it starts."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from typing import Any


async def start_session(*argv: str, **options: Any) -> asyncio.subprocess.Process:
    """Start it as `asyncio.create_subprocess_exec` would, which takes the same options.

    Being cancelled meanwhile ends its whole session: the program may have begun by then, and
    asyncio by itself would end it alone and leave what it started.
    """
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(*argv, start_new_session=True, **options)
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        with suppress(OSError, ValueError):
            process = await starting
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        raise
