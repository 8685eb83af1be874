"""A `sitecustomize` that holds an import up, or forbids it.

What draws the live rows waits for its sources however long they take then, so that what it draws
before the import does not depend on how busy the machine is.
"""

from __future__ import annotations

import os
from pathlib import Path

_CODE = '''
import os, sys, time
from importlib.machinery import PathFinder

def patient(name, path):
    spec = PathFinder.find_spec(name, path)
    run = spec.loader.exec_module
    def with_patience(module):
        run(module)
        module.PATIENCE = 60.0
    spec.loader.exec_module = with_patience
    return spec

class Gate:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            open({waiting!r}, "w").close()
            while not os.path.exists({opened!r}):
                time.sleep(0.01)
            if os.path.exists({forbidden!r}):
                raise ImportError("no " + name + " today")
        return patient(name, path) if name == "opstui.start.live" else None

sys.meta_path.insert(0, Gate())
'''


class Gate:
    """Stands before the import of a module in the programs that get `environ`."""

    def __init__(self, folder: Path, module: str = "textual") -> None:
        folder.mkdir()
        self._waiting = folder / "waiting"
        self._opened = folder / "opened"
        self._forbidden = folder / "forbidden"
        (folder / "sitecustomize.py").write_text(_CODE.format(
            waiting=str(self._waiting), opened=str(self._opened), forbidden=str(self._forbidden),
            module=module,
        ))
        paths = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
        self.environ = {"PYTHONPATH": os.pathsep.join(paths)}

    @property
    def reached(self) -> bool:
        """Whether somebody waits for it."""
        return self._waiting.exists()

    def open(self) -> None:
        """Let it be imported."""
        self._opened.touch()

    def forbid(self) -> None:
        """Let its import fail."""
        self._forbidden.touch()
        self.open()
