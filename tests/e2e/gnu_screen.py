"""A program in a real GNU screen, which is itself on a pseudo-terminal."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal

SETTINGS = """\
startup_message off
altscreen on
defutf8 on
defbce {bce}
term {term}
"""


@contextmanager
def own_screen(
    command: Sequence[str], folder: Path, environ: Mapping[str, str], *,
    size: tuple[int, int] = (80, 24), term: str = "screen-256color", bce: bool = False,
) -> Iterator[Terminal]:
    """Run a command in a GNU screen that ends with this block; what is seen is screen's output."""
    found = shutil.which("screen")
    if found is None:
        if os.environ.get("OPSTUI_TEST_REQUIRE") == "1":
            pytest.fail("GNU screen is not installed and OPSTUI_TEST_REQUIRE=1")
        pytest.skip("GNU screen is not installed")
    home = Path(tempfile.mkdtemp(prefix="os-", dir="/tmp"))  # a socket's path must be short
    home.chmod(0o700)
    settings = home / "screenrc"
    settings.write_text(SETTINGS.format(bce="on" if bce else "off", term=term))
    inside = {**environ, "SCREENDIR": str(home), "LANG": "C.UTF-8"}
    name = f"opstui-{os.getpid()}"
    try:
        with Terminal(
            ("-U", "-c", str(settings), "-S", name, "-m", *command), folder, inside, size,
            program=(found,),
        ) as terminal:
            yield terminal
    finally:
        subprocess.run([found, "-S", name, "-X", "quit"], env=inside, check=False,
                       capture_output=True)
        shutil.rmtree(home, ignore_errors=True)
