"""Programs that tests drive: found beside this Python or on the PATH."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from shutil import which

import pytest


def program(name: str) -> Path:
    """Where it is; skips the test where it is missing, unless it is required."""
    beside = str(Path(sys.executable).parent)
    found = which(name, path=f"{beside}{os.pathsep}{os.environ.get('PATH', '')}")
    if found is None:
        if os.environ.get("OPSTUI_TEST_REQUIRE"):
            pytest.fail(f"{name} is not installed")
        pytest.skip(f"{name} is not installed")
    return Path(found)
