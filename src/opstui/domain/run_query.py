"""MLflow's own language for filtering and ordering runs, as far as opstui writes it.

The language: https://mlflow.org/docs/latest/ml/search/search-runs. It has AND only, and no
escape character inside a string: a value must be put in the quotes that it does not contain.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence

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
    "attributes.user_id", "attributes.run_id", "dataset.name", "dataset.digest", "dataset.context",
    "'FINISHED'", "'RUNNING'", "'FAILED'", "'KILLED'", "'SCHEDULED'", "AND", "LIKE", "ILIKE",
    "IN (", "IS NULL", "IS NOT NULL",
)
"""What is worth offering while a filter is typed, beside the names of what was logged."""

TOP_LEVEL = "tags.`mlflow.parentRunId` IS NULL"
"""The filter for runs that are nested in no other."""


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
        quote = '"' if "`" in name else "`"
        return f"{kind}.{quote}{name}{quote} {direction}"
    field = ORDERS.get(column)
    return f"{field} {direction}" if field else ""


def field(kind: str, name: str) -> str:
    """A metric, parameter or tag as a filter names it: in backticks where it needs them."""
    if _PLAIN.fullmatch(name):
        return f"{kind}.{name}"
    return f"{kind}.`{name}`" if "`" not in name else f'{kind}."{name}"'


def quoted(value: str) -> str:
    """A text in the quotes that it lacks; empty where it holds both kinds."""
    if "'" not in value:
        return f"'{value}'"
    return f'"{value}"' if '"' not in value else ""


def both(one: str, other: str) -> str:
    """A filter that wants two things; either may be empty."""
    return " AND ".join(part for part in (one.strip(), other.strip()) if part)


def nested_in(run_id: str) -> str:
    """The filter for the runs that are nested in this one."""
    return f"tags.`mlflow.parentRunId` = {quoted(run_id)}"


def among(run_ids: Sequence[str]) -> str:
    """The filter for these runs."""
    return f"attributes.run_id IN ({', '.join(quoted(one) for one in run_ids)})"


_STRING = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`")
_ADVICE = (
    (r"['\"`]", "a quote is not closed"),
    (r"\bOR\b", "MLflow's filters know AND only, no OR"),
    (r"\bNOT\b(?!\s+(?:IN|NULL)\b)",
     "MLflow's filters know no NOT but in IS NOT NULL and NOT IN; say != instead"),
    (r"==", "say = for equal"),
    (r"(?<!IN)(?<!IN\s)\(", "MLflow's filters know no parentheses but after IN"),
    (r"\b(?:metrics?|params?|tags?)\.[\w.]*[^\w.\s=<>!§(),]",
     "put a name with other signs than letters, digits and _ in backticks: metrics.`val/auc`"),
    (r"\b(?:params?|parameters?|tags?)\.(?:[\w.]+|§)\s*(?:[=<>!]+|I?LIKE)\s*[\w.+-]",
     "parameters and tags are texts, in quotes: params.C = '1'"),
    (r"\b(?:params?|parameters?|tags?)\.(?:[\w.]+|§)\s*[<>]",
     "parameters and tags are texts, which only =, !=, LIKE and ILIKE compare"),
    (r"\bmetrics?\.(?:[\w.]+|§)\s*[=<>!]+\s*§",
     "metrics are numbers, without quotes: metrics.auc > 0.9"),
    (r"(?:^|\bAND\b)\s*\w+\s*(?:[=<>!]|\bI?LIKE\b|\bIS\b)",
     "say what it is: metrics.auc, params.C, tags.team or attributes.status"),
    (r"\bIS\s+(?:NOT\s+)?NULL\b",
     "IS NULL is for tags and parameters, and needs an MLflow that is newer than 2.22"),
)
"""What is usually wrong with a filter, looked for outside of what is quoted, and what to do."""


def advice(text: str) -> str:
    """What to do about a filter that MLflow could not read; empty for none."""
    if not text.strip():
        return ""
    bare = _STRING.sub("§", text)
    for wrong, hint in _ADVICE:
        if re.search(wrong, bare, re.IGNORECASE):
            return hint
    return "a filter reads like metrics.auc > 0.9 AND params.C = '1'"


_NAMED = re.compile(r"\b(metric|param|tag)s?\.(?:`([^`]+)`|\"([^\"]+)\"|([\w.]+))")
_STATUS = re.compile(r"\bstatus\s*!?=\s*['\"]([^'\"]*)['\"]", re.IGNORECASE)
_STATES = ("RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED")


def doubtful(text: str, known: Mapping[str, Container[str]]) -> tuple[str, ...]:
    """Why a filter that MLflow could read may find nothing.

    known: the names that were seen, under `metrics`, `params` and `tags`.
    """
    if not is_query(text):
        return ()
    found: list[str] = []
    if "''" in text or "\\'" in text or '\\"' in text:
        found.append("MLflow knows no sign for a quote inside of quotes: use the other kind")
    found += [
        f"a status is one of {', '.join(_STATES)}"
        for status in _STATUS.findall(text) if status not in _STATES
    ]
    for kind, *names in _NAMED.findall(_VALUE.sub("''", text)):
        name = "".join(names)
        if name not in known.get(f"{kind}s", ()):
            found.append(f"no run that was read by now has the {_WORDS[kind]} {name}")
    return tuple(dict.fromkeys(found))


_VALUE = re.compile(r"(?<=[\s=(,])'[^']*'|(?<=[\s=(,])\"[^\"]*\"")
_WORDS = {"metric": "metric", "param": "parameter", "tag": "tag"}


def _like(word: str) -> str:
    """A pattern that finds the word anywhere, in the quotes that it lacks."""
    if "'" not in word:
        return f"'%{word}%'"
    if '"' in word:  # neither kind of quotes can hold it: let a wildcard stand for one of them
        word = word.replace('"', "_")
    return f'"%{word}%"'
