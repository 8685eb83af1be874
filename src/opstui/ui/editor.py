"""Writing a longer text in the person's own editor, with the screen handed over."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from opstui.domain.errors import OpstuiError


def edit(text: str, environ: Mapping[str, str]) -> str | None:
    """The text as it was saved; None when it was left unchanged or the editor failed.

    Blocks: the caller has suspended the screen. Uses VISUAL, EDITOR, or the first of the usual
    editors that is installed.
    """
    named = environ.get("VISUAL") or environ.get("EDITOR")
    command = shlex.split(named) if named else _usual()
    with tempfile.TemporaryDirectory(prefix="opstui-") as folder:
        path = Path(folder, "text.md")
        path.write_text(text, encoding="utf-8")
        try:
            code = subprocess.run([*command, str(path)], check=False).returncode
        except OSError as error:
            raise OpstuiError(
                f"the editor {command[0]} did not start", where=str(error),
                hint="set EDITOR to one that is installed",
            ) from error
        new = path.read_text(encoding="utf-8", errors="replace").rstrip("\n")
    return new if code == 0 and new != text else None


def _usual() -> list[str]:
    for name in ("nano", "vim", "vi"):
        if shutil.which(name):
            return [name]
    raise OpstuiError("no editor was found", hint="set EDITOR to one that is installed")
