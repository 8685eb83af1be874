"""The garbage collector of a program that makes most of what it keeps while it starts."""

from __future__ import annotations

import gc

YOUNG = 20_000
"""New objects until the next look at young ones; Python's 700 looks many times a frame."""


def settle() -> None:
    """What there is by now stays: the collector never looks at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 10, 50)
    gc.enable()
