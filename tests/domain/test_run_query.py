"""What a person types becomes MLflow's language without being bent."""

from __future__ import annotations

import pytest

from opstui.domain.run_query import (
    advice,
    among,
    both,
    doubtful,
    field,
    filter_of,
    is_query,
    matches,
    order_of,
    quoted,
)


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


@pytest.mark.parametrize("text, what_to_do", [
    ("metrics.auc > 1 OR metrics.auc < 0", "AND only"),
    ("NOT metrics.auc > 1", "no NOT"),
    ("(metrics.auc > 1)", "no parentheses"),
    ("metrics.auc == 1", "say = for equal"),
    ("metrics.val/auc > 1", "backticks"),
    ("metrics.val-auc > 1", "backticks"),
    ("metrics.auc > '1'", "without quotes"),
    ("params.C = 1", "in quotes"),
    ("params.C > '1'", "only =, !=, LIKE"),
    ("auc > 1", "say what it is"),
    ("tags.`a IS NULL", "not closed"),
    ("attributes.status IS NULL", "tags and parameters"),
    ("metrics.auc ~ 1", "reads like"),
])
def test_a_filter_that_cannot_be_read_is_advised_about(text: str, what_to_do: str) -> None:
    assert what_to_do in advice(text)


@pytest.mark.parametrize("text", [
    "params.x = 'a OR b'", "attributes.run_id IN ('a', 'b') AND tags.`a(b` = \"it's\"",
])
def test_what_is_quoted_is_not_advised_about(text: str) -> None:
    assert "reads like" in advice(text)


def test_a_filter_that_may_find_nothing_is_doubted() -> None:
    known = {"metrics": {"auc", "val/auc"}, "params": {"C"}, "tags": set[str]()}
    assert doubtful("metrics.auc > 0.9 AND params.C = 'metrics.no'", known) == ()
    assert doubtful("words", known) == ()
    [name] = doubtful("metrics.`val/loss` > 1", known)
    assert "metric val/loss" in name
    [status] = doubtful("attributes.status = 'finished'", known)
    assert "FINISHED" in status
    [quote] = doubtful("params.C = 'it''s'", known)
    assert "other kind" in quote


def test_odd_names_and_values_find_quotes_that_hold_them() -> None:
    assert field("tags", "odd`name") == 'tags."odd`name"'
    assert order_of("metrics.odd`name", False) == 'metrics."odd`name" ASC'
    assert (quoted("a"), quoted("it's"), quoted("it's \"x\"")) == ("'a'", '"it\'s"', "")
    assert both("", "x = 1") == "x = 1"
    assert among(("a", "b")) == "attributes.run_id IN ('a', 'b')"
