"""Completion of the word under the cursor in a filter."""

from __future__ import annotations

from collections.abc import Sequence

from textual.suggester import Suggester


class SuggestWord(Suggester):
    """Completes the last word of the text from a list."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.words = tuple(words)

    async def get_suggestion(self, value: str) -> str | None:
        """The text with its last word completed, or None."""
        start, _, word = value.rpartition(" ")
        if not word:
            return None
        for candidate in self.words:
            if candidate.startswith(word) and candidate != word:
                return f"{start} {candidate}" if start else candidate
        return None
