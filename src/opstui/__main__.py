"""The program's entry: shows the last frame at once, then hands over to the command line."""

from __future__ import annotations

import gc
import os
import sys

from opstui.start.opening import ask_git, begin


def main() -> None:
    """Run the command line and leave with its exit code."""
    arguments = sys.argv[1:]
    opening = begin(arguments, os.environ)
    try:
        if opening is not None:
            gc.disable()  # a start makes what stays; `opstui.lean.memory` turns it on again
            ask_git(opening)
        from opstui.cli import run  # imports what takes time, beside git

        code = run(arguments, opening)
    finally:
        if opening is not None:
            opening.end()
    sys.exit(code)


if __name__ == "__main__":
    main()
