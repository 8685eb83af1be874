"""Searching the way a person types: a capital minds the case, else it does not matter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import re


class Needle:
    """What is searched."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.fold = text == text.lower()
        self._raw = text.encode("utf-8", "replace")
        self._pattern: re.Pattern[bytes] | None = None
        if self.fold and not text.isascii():
            import re  # only for letters that no plain comparison folds

            self._pattern = re.compile(b"".join(_either(one) for one in text))

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where it stands in a text, as (start, end)."""
        if not self.text:
            return []
        folded = text.lower() if self.fold else text
        if len(folded) != len(text):  # a few letters get longer
            folded = "".join(low if len(low := one.lower()) == 1 else one for one in text)
        found = []
        at = folded.find(self.text)
        while at >= 0:
            found.append((at, at + len(self.text)))
            at = folded.find(self.text, at + len(self.text))
        return found

    def offsets(self, block: bytes) -> list[int]:
        """Where it stands in UTF-8."""
        if self._pattern is not None:
            return [match.start() for match in self._pattern.finditer(block)]
        if self.fold:
            block = block.lower()
        found = []
        at = block.find(self._raw)
        while at >= 0:
            found.append(at)
            at = block.find(self._raw, at + len(self._raw))
        return found


def _either(letter: str) -> bytes:
    import re

    forms = {letter, letter.lower(), letter.upper()}
    return b"(?:" + b"|".join(sorted(re.escape(form.encode()) for form in forms)) + b")"


class Finder(Protocol):
    """Finds lines of a text a few milliseconds at a time, going on where lines were added."""

    @property
    def found(self) -> Sequence[int]:
        """Numbers of the lines found by now, in order."""
        ...

    @property
    def scanned(self) -> int:
        """Lines looked at by now."""
        ...

    def step(self) -> bool:
        """Look at some more; False when there is nothing left to look at."""
        ...

    def dropped(self, count: int) -> None:
        """The text lost lines at its beginning."""
        ...
