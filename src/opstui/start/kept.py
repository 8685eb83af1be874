"""Where it is kept how a repository's lists are arranged: by names alone."""

from __future__ import annotations

import os
from zlib import crc32

from opstui.start.folders import folder

TYPE_CHECKING = False  # typing costs more than all else here
if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST = 1 << 16
"""Bytes beyond which a file is none of ours."""


def kept_at(environ: Mapping[str, str], top: str) -> str:
    """The file for a repository; `top` is its real path."""
    name = f"{crc32(os.fsencode(top)):08x}-{len(top)}.json"
    return os.path.join(folder(environ, "XDG_STATE_HOME"), "arranged", name)


def mark_of(path: str) -> str:
    """A mark that changes with the file; empty where there is none."""
    try:
        with open(path, "rb", buffering=0) as file:
            data = file.read(LARGEST)
    except OSError:
        return ""
    return f"{crc32(data):08x}"
