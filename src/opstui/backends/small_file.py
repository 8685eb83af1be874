"""Small files of a person's own, replaced as a whole so that none is ever half written."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

LARGEST = 1 << 20
"""Bytes beyond which a file is none of ours."""


def read_small(path: Path) -> str | None:
    """The text of a file; None where there is none that could be ours."""
    try:
        return path.read_text("utf-8") if path.stat().st_size <= LARGEST else None
    except (OSError, ValueError):
        return None


def replace_small(path: Path, text: str) -> bool:
    """Write a file, readable for its owner only; False where that is not possible."""
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with NamedTemporaryFile(
            "w", dir=path.parent, prefix=f".{path.stem}", encoding="utf-8", delete=False,
        ) as file:
            temporary = file.name
            file.write(text)
        os.replace(temporary, path)  # noqa: PTH105
    except OSError:
        if temporary:
            with suppress(OSError):
                Path(temporary).unlink(missing_ok=True)
        return False
    return True
