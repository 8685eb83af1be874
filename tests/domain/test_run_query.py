"""What a person types becomes MLflow's language without being bent."""

from __future__ import annotations

import pytest

from opstui.domain.run_query import field, filter_of, is_query, matches, order_of


@pytest.mark.parametrize("text", [
    "metrics.auc > 0.9", "params.C='1'", "attributes.run_name LIKE 'a%'", "tags.x ilike \"b\"",
    "attributes.run_id IN ('a', 'b')", "params.depth IS NOT NULL", "metrics.`val/auc` <= 1",
])
def test_a_text_with_an_operator_is_passed_unchanged(text: str) -> None:
    assert is_query(text)
    assert filter_of(text) == text


@pytest.mark.parametrize("text, query", [
    ("", ""),
    ("  ", ""),
    ("robust", "attributes.run_name ILIKE '%robust%'"),
    ("is like in", "attributes.run_name ILIKE '%is%' AND attributes.run_name ILIKE '%like%' "
                   "AND attributes.run_name ILIKE '%in%'"),
    ("it's", "attributes.run_name ILIKE \"%it's%\""),
    ('6"', "attributes.run_name ILIKE '%6\"%'"),
    ("it's6\"", "attributes.run_name ILIKE \"%it's6_%\""),
])
def test_bare_words_search_the_name(text: str, query: str) -> None:
    assert filter_of(text) == query


def test_wildcards_of_the_server_do_not_widen_bare_words() -> None:
    assert matches("50_", "scaler-50_a")
    assert not matches("50_", "scaler-50x")
    assert matches("ROBUST scaler", "scaler-robust")
    assert matches("metrics.auc > 0.9", "anything")


@pytest.mark.parametrize("column, descending, order", [
    ("metrics.auc", True, "metrics.`auc` DESC"),
    ("metrics.val.loss/mean", False, "metrics.`val.loss/mean` ASC"),
    ("params.C", False, "params.`C` ASC"),
    ("age", True, "attributes.start_time DESC"),
    ("took", True, ""),
])
def test_columns_become_orders(column: str, descending: bool, order: str) -> None:
    assert order_of(column, descending) == order


def test_names_get_backticks_only_where_they_need_them() -> None:
    assert field("metrics", "auc") == "metrics.auc"
    assert field("metrics", "val/auc") == "metrics.`val/auc`"
    assert field("tags", "mlflow.user") == "tags.`mlflow.user`"
