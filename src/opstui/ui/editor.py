"""Writing a longer text in the person's own editor, with the screen handed over."""

from __future__ import annotations

import asyncio
import shlex
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from opstui.domain.errors import OpstuiError
from opstui.ui.desk import Program
from opstui.ui.handing_over import hand_over, installed

if TYPE_CHECKING:
    from opstui.ui.house import House

USUAL = ("nano", "vim", "vi")
HINT = "set EDITOR to one that is installed"


async def edit(text: str, house: House) -> str | None:
    """The text as it was saved; None when it was left unchanged or the editor failed.

    Uses VISUAL, EDITOR, or the first of the usual editors that is installed. Raises OpstuiError
    where there is none.
    """
    command = _command(house.environ)
    with tempfile.TemporaryDirectory(prefix="opstui-") as folder:
        path = Path(folder, "text.md")
        await asyncio.to_thread(path.write_text, text, encoding="utf-8")
        code = await hand_over(house, Program((*command, str(path)), install=HINT))
        saved = await asyncio.to_thread(path.read_text, encoding="utf-8", errors="replace")
    new = saved.rstrip("\n")
    return new if code == 0 and new != text else None


def _command(environ: Mapping[str, str]) -> list[str]:
    named = environ.get("VISUAL") or environ.get("EDITOR")
    if named:
        try:
            return shlex.split(named)
        except ValueError as error:
            raise OpstuiError(f"the editor {named!r} can't be read", hint=HINT) from error
    found = next((name for name in USUAL if installed(name, environ)), "")
    if not found:
        raise OpstuiError("no editor was found", hint=HINT)
    return [found]
