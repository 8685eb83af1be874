"""Completion of the word under the cursor in a filter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.suggester import Suggester


class SuggestWord(Suggester):
    """Completes the end of the text from a list, whose words may hold spaces themselves."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.words = tuple(words)

    async def get_suggestion(self, value: str) -> str | None:
        """The text with its last word completed, or None."""
        for start in _starts(value):
            typed = value[start:]
            for word in self.words:
                if word.startswith(typed) and word != typed:
                    return value[:start] + word
        return None


def _starts(value: str) -> Iterator[int]:
    """Where the last word may begin, the longest first."""
    for n in range(len(value)):
        if value[n] not in " (," and (n == 0 or value[n - 1] in " (,"):
            yield n
