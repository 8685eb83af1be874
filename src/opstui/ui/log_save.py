"""A log written to a file, as it came but for what a terminal would act on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from opstui.domain.errors import OpstuiError

if TYPE_CHECKING:
    from opstui.domain.log_text import LogText

AT_ONCE = 1 << 20


def save(text: LogText, path: Path, *, replace: bool) -> int:
    """Write all that came; returns the bytes written. Blocks. Colours stay.

    replace: whether a file that exists may be written over; without it that is an error.
    """
    from opstui.domain.log_line import saved  # not before somebody saves

    offset = text.size - text.kept
    written = 0
    try:
        with path.open("wb" if replace else "xb") as file:
            while data := text.whole(offset, AT_ONCE):
                end = data.rfind(b"\n") + 1  # so that no sequence is cut in two
                if end and len(data) == AT_ONCE:
                    data = data[:end]
                offset += len(data)
                written += file.write(saved(data))
    except OSError as error:
        raise OpstuiError(
            f"the log could not be saved: {error.strerror}", where=str(path),
            hint="choose another file",
        ) from error
    return written
