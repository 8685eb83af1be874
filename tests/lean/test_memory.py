"""After a start the collector leaves alone what there is."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import gc
gc.disable()
from opstui.lean.memory import settle
settle()
print(gc.isenabled(), gc.get_freeze_count() > 1000, gc.get_threshold()[0] > 700)
"""


def test_what_was_made_while_starting_is_frozen() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["True", "True", "True"]
