"""Starting work beside the keys: always a coroutine, always in a named group."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from textual.dom import DOMNode
from textual.worker import Worker


def start_work(
    node: DOMNode, work: Callable[[], Coroutine[Any, Any, None]], group: str, *,
    exclusive: bool = False,
) -> None:
    """Run `work` on the node's behalf; `exclusive` cancels what the group still does.

    A callable, not a coroutine: work that is cancelled before it began leaves nothing behind
    that was never awaited.
    """
    # without a description Textual makes one of all that `work` holds: every row of a list
    worker: Worker[None] = node.run_worker(
        work, group=group, description=group, exclusive=exclusive
    )
    del worker
