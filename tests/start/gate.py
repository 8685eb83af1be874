"""A `sitecustomize` that holds the import of Textual up, or forbids it."""

from __future__ import annotations

from pathlib import Path

_CODE = '''
import os, sys, time

class Gate:
    def find_spec(self, name, path=None, target=None):
        if name == "textual":
            open({waiting!r}, "w").close()
            while not os.path.exists({opened!r}):
                time.sleep(0.01)
            if os.path.exists({forbidden!r}):
                raise ImportError("no textual today")

sys.meta_path.insert(0, Gate())
'''


class Gate:
    """Stands before `import textual` of the programs that get `environ`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._waiting = folder / "waiting"
        self._opened = folder / "opened"
        self._forbidden = folder / "forbidden"
        (folder / "sitecustomize.py").write_text(_CODE.format(
            waiting=str(self._waiting), opened=str(self._opened), forbidden=str(self._forbidden),
        ))
        self.environ = {"PYTHONPATH": str(folder)}

    @property
    def reached(self) -> bool:
        """Whether somebody waits for Textual."""
        return self._waiting.exists()

    def open(self) -> None:
        """Let it be imported."""
        self._opened.touch()

    def forbid(self) -> None:
        """Let its import fail."""
        self._forbidden.touch()
        self.open()
