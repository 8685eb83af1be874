"""MLflow's own language for filtering and ordering runs, as far as opstui writes it.

The language: https://mlflow.org/docs/latest/ml/search/search-runs. It has AND only, and no
escape character inside a string: a value must be put in the quotes that it does not contain.
"""

from __future__ import annotations

import re

_OPERATOR = re.compile(
    r"[=<>]|\bI?LIKE\s+['\"]|\bIN\s*\(|\bIS\s+(?:NOT\s+)?NULL\b", re.IGNORECASE
)
_PLAIN = re.compile(r"[A-Za-z_]\w*", re.ASCII)

ORDERS = {
    "status": "attributes.status",
    "name": "attributes.run_name",
    "user": "attributes.user_id",
    "age": "attributes.start_time",
    "commit": "tags.`mlflow.source.git.commit`",
}
"""What a column that is neither a metric nor a parameter is ordered by on the server."""

ATTRIBUTES = (
    "attributes.run_name", "attributes.status", "attributes.start_time", "attributes.end_time",
    "attributes.user_id", "attributes.run_id",
)
"""The attributes worth offering while a filter is typed."""


def is_query(text: str) -> bool:
    """Whether a text is meant for the server: it holds an operator of the language."""
    return _OPERATOR.search(text) is not None


def filter_of(text: str) -> str:
    """The filter for what a person typed: a query as it is, bare words as parts of the name."""
    if not text.strip():
        return ""
    if is_query(text):
        return text
    return " AND ".join(f"attributes.run_name ILIKE {_like(word)}" for word in text.split())


def matches(text: str, name: str) -> bool:
    """Whether a name really holds every bare word.

    The server can't tell exactly: `%` and `_` are wildcards there without a way around them.
    """
    return is_query(text) or all(word.casefold() in name.casefold() for word in text.split())


def order_of(column: str, descending: bool) -> str:
    """The order for a column id such as `metrics.auc` or `age`; empty where there is none."""
    direction = "DESC" if descending else "ASC"
    kind, _, name = column.partition(".")
    if kind in ("metrics", "params") and name:
        return f"{kind}.`{name}` {direction}"
    field = ORDERS.get(column)
    return f"{field} {direction}" if field else ""


def field(kind: str, name: str) -> str:
    """A metric, parameter or tag as a filter names it: in backticks where it needs them."""
    return f"{kind}.{name}" if _PLAIN.fullmatch(name) else f"{kind}.`{name}`"


def _like(word: str) -> str:
    """A pattern that finds the word anywhere, in the quotes that it lacks."""
    if "'" not in word:
        return f"'%{word}%'"
    if '"' in word:  # neither kind of quotes can hold it: let a wildcard stand for one of them
        word = word.replace('"', "_")
    return f'"%{word}%"'
