"""A program in a real tmux, with a server and a socket of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.e2e.terminal import PATIENCE


@dataclass
class Tmux:
    """One session with one window; keys have tmux's names."""

    socket: Path
    environ: Mapping[str, str]

    def __call__(self, *words: str) -> str:
        done = subprocess.run(
            ["tmux", "-f", os.devnull, "-S", str(self.socket), *words], env=dict(self.environ),
            check=True, capture_output=True, text=True, timeout=20,
        )
        return done.stdout

    @property
    def text(self) -> str:
        """What it shows."""
        return self("capture-pane", "-p")

    def press(self, *keys: str) -> Tmux:
        """Press keys by tmux's names."""
        self("send-keys", *keys)
        return self

    def resize(self, width: int, height: int) -> Tmux:
        """Make the window another size."""
        self("resize-window", "-x", str(width), "-y", str(height))
        return self

    def sees(self, *texts: str, within: float = PATIENCE) -> Tmux:
        """Wait until all of the texts are shown."""
        return self._until(texts, True, within)

    def sees_no(self, *texts: str, within: float = PATIENCE) -> Tmux:
        """Wait until none of the texts is shown."""
        return self._until(texts, False, within)

    def ends(self, within: float = PATIENCE) -> None:
        """Wait until its program has ended. tmux itself misses that now and then (3.3)."""
        pid, end = self("display-message", "-p", "#{pane_pid}").strip(), monotonic() + within
        while subprocess.run(["ps", "-o", "stat=", "-p", pid], check=False, capture_output=True,
                             text=True).stdout.strip()[:1] not in ("", "Z"):
            assert monotonic() < end, f"still runs\n{self.text}"
            sleep(0.05)

    def _until(self, texts: Sequence[str], wanted: bool, within: float) -> Tmux:
        end = monotonic() + within
        while any((text in shown) != wanted for shown in [self.text] for text in texts):
            assert monotonic() < end, f"{texts} never shown: {wanted}\n{self.text}"
            sleep(0.05)
        return self


@contextmanager
def own_tmux(
    command: Sequence[str], folder: Path, environ: Mapping[str, str],
    size: tuple[int, int] = (80, 24),
) -> Iterator[Tmux]:
    """Run a command in a tmux that ends with this block."""
    if shutil.which("tmux") is None:
        if os.environ.get("OPSTUI_TEST_REQUIRE") == "1":
            pytest.fail("tmux is not installed and OPSTUI_TEST_REQUIRE=1")
        pytest.skip("tmux is not installed")
    short = Path(tempfile.mkdtemp(prefix="ot-", dir="/tmp"))  # a socket's path must be short
    tmux = Tmux(short / "s", environ)
    try:
        tmux("new-session", "-d", "-x", str(size[0]), "-y", str(size[1]), "-c", str(folder),
             *command, ";", "set-option", "-g", "remain-on-exit", "on")
        yield tmux
    finally:
        subprocess.run(
            ["tmux", "-S", str(tmux.socket), "kill-server"], check=False, capture_output=True
        )
        shutil.rmtree(short, ignore_errors=True)
