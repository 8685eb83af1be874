"""The end of a filter is completed, also where names hold spaces."""

from __future__ import annotations

import pytest

from opstui.ui.suggest_word import SuggestWord

WORDS = ("metrics.auc", "metrics.`val loss`", "params.C", "'FINISHED'")


@pytest.mark.parametrize("typed, completed", [
    ("met", "metrics.auc"),
    ("metrics.auc > 1 AND par", "metrics.auc > 1 AND params.C"),
    ("metrics.`val l", "metrics.`val loss`"),
    ("a = 1 AND metrics.`v", "a = 1 AND metrics.`val loss`"),
    ("attributes.status IN ('FIN", "attributes.status IN ('FINISHED'"),
    ("metrics.auc", None),
    ("", None),
    ("no such ", None),
])
async def test_the_last_word_is_completed(typed: str, completed: str | None) -> None:
    assert await SuggestWord(WORDS).get_suggestion(typed) == completed
