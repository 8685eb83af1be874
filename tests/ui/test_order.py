from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.ui.order import filtered, matches, ordered


@dataclass(frozen=True)
class Item:
    key: str
    value: float | None


@pytest.mark.parametrize(("words", "needle", "passes"), [
    ("Feature/Scaler ana", "scaler", True), ("Feature/Scaler ana", "scaler bob", False),
    ("Feature/Scaler", "Scaler", True), ("feature/scaler", "Scaler", False),
    ("feature/scaler", "!scaler", False), ("main", "!scaler", True), ("main", "", True),
    ("a ! b", "!", True),
])
def test_every_word_counts_and_case_only_with_a_capital(
    words: str, needle: str, passes: bool
) -> None:
    assert matches(words, needle) is passes


def test_empty_filter_keeps_all() -> None:
    assert filtered(["a", "b"], "", str) == ["a", "b"]


@given(st.lists(st.builds(Item, st.text(max_size=3), st.none() | st.integers(-3, 3))))
def test_order_is_total_with_missing_values_last(items: list[Item]) -> None:
    for descending in (False, True):
        once = ordered(items, lambda i: i.value, lambda i: i.key, descending=descending)
        again = ordered(once[::-1], lambda i: i.value, lambda i: i.key, descending=descending)
        assert [(i.key, i.value) for i in once] == [(i.key, i.value) for i in again]
        values = [i.value for i in once if i.value is not None]
        assert values == sorted(values, reverse=descending)
        assert all(i.value is None for i in once[len(values):])
