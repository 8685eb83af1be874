"""The last calls to all backends, in memory, for the log view and the log file."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from opstui.domain.calls import Call
from opstui.domain.text import clean

_LOGGER = logging.getLogger("opstui.calls")


class RecentCalls:
    """A ring of calls. Thread-safe to record to: backends record from worker threads too."""

    def __init__(self, keep: int = 2000) -> None:
        self._calls: deque[Call] = deque(maxlen=keep)
        self._count = 0
        self.listener: Callable[[], None] | None = None
        """Told after each call, from whichever thread made it."""

    def record(
        self, backend: str, summary: str, command: str, outcome: str, *, ok: bool,
        milliseconds: float,
    ) -> None:
        """Add one call. `command` must already be free of secrets."""
        self._count += 1
        call = Call(
            self._count, datetime.now(UTC), backend, summary, command, outcome, ok, milliseconds
        )
        self._calls.append(call)
        _LOGGER.info("%s %s -> %s (%.0f ms)", backend, clean(summary), clean(outcome), milliseconds)
        if self.listener is not None:
            self.listener()

    def calls(self) -> Sequence[Call]:
        """Everything that is still kept, oldest first."""
        return tuple(self._calls)
