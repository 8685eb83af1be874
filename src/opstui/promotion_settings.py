"""The table `[promotion.NAME]` of a settings file, checked key by key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from typing import Any

from opstui.domain.alias import checked_alias
from opstui.domain.errors import OpstuiError
from opstui.domain.gates.table import KINDS, Gate
from opstui.domain.policy import MODEL, Environment

EXAMPLE = """\
# [promotion.champion]
# protected = true
# ci = true
# signature = true
# lineage = { pushed = true }
# [promotion.champion.metric.auc]
# threshold = 0.85
# max_regression = "1 %"
"""
OWN = ("alias", "model", "protected")
"""What an environment has besides gates."""

Where = Callable[[str], str]
"""`file:line` of a dotted name."""


def checked(value: Any, where: Where, source: str, *, own: bool) -> dict[str, Environment]:
    """The environments by name; raises OpstuiError for the first wrong thing.

    source: the file's name, for sentences. own: it is the person's own file.
    """
    if not isinstance(value, dict):
        raise OpstuiError(
            "promotion must be a table", where=where("promotion"), hint="[promotion.champion]"
        )
    found: dict[str, Environment] = {}
    for name, table in value.items():
        one = _environment(name, table, where, source, own=own)
        for other in found.values():
            if (one.model, one.alias) == (other.model, other.alias):
                raise OpstuiError(
                    f"promotion.{name} and promotion.{other.name} are both {one.target}",
                    where=where(f"promotion.{name}"), hint="write the gates into one of them",
                )
        found[name] = one
    return found


def _environment(name: str, table: Any, where: Where, source: str, *, own: bool) -> Environment:
    place = f"promotion.{name}"
    if not isinstance(table, dict):
        raise OpstuiError(f"{place} must be a table", where=where(place), hint=f"[{place}]")
    gates: list[Gate] = []
    for key, value in table.items():
        dotted = f"{place}.{key}"
        if key in OWN:
            continue
        if key not in KINDS:
            raise OpstuiError(
                f"{dotted} is no gate", where=where(dotted), hint=f"gates: {', '.join(KINDS)}; "
                f"else there are {', '.join(OWN)}",
            )
        gates += _gates(key, value, dotted, where)
    alias = table.get("alias", name if "model" not in table else "champion")
    try:
        checked_alias(alias if isinstance(alias, str) else "")
    except OpstuiError as error:
        raise OpstuiError(
            f"{place} needs an alias: {error.what}", where=where(f"{place}.alias"), hint=error.hint
        ) from error
    return Environment(
        name, alias, _model(table.get("model", ""), place, where),
        _flag(table.get("protected", False), f"{place}.protected", where), tuple(gates), source,
        own,
    )


def _model(value: Any, place: str, where: Where) -> str:
    dotted = f"{place}.model"
    if not isinstance(value, str) or any(mark in value for mark in "/:"):
        raise OpstuiError(
            f"{dotted} must be a registered model's name", where=where(dotted),
            hint=f'such as "prod.{MODEL}"',
        )
    if value.strip() == MODEL:
        raise OpstuiError(
            f"{dotted} is the version's own model", where=where(dotted), hint="leave it out"
        )
    return value


def _flag(value: Any, dotted: str, where: Where) -> bool:
    if not isinstance(value, bool):
        raise OpstuiError(f"{dotted} must be true or false, not {value!r}", where=where(dotted))
    return value


def _gates(kind: str, value: Any, dotted: str, where: Where) -> list[Gate]:
    if not KINDS[kind].named:
        if isinstance(value, bool):
            return [_gate(kind, {}, {}, dotted, where)] if value else []
        return [_gate(kind, {}, value, dotted, where)]
    if not isinstance(value, dict) or not all(isinstance(one, dict) for one in value.values()):
        raise OpstuiError(
            f"{dotted} must hold a table for each {kind}", where=where(dotted),
            hint=f"[{dotted}.NAME]",
        )
    return [
        _gate(kind, {"name": name}, table, f"{dotted}.{name}", where)
        for name, table in value.items()
    ]


def _gate(kind: str, named: dict[str, Any], table: Any, dotted: str, where: Where) -> Gate:
    if not isinstance(table, dict):
        raise OpstuiError(
            f"{dotted} must be true or a table, not {table!r}", where=where(dotted),
            hint=f"[{dotted}]",
        )
    spec = KINDS[kind].spec
    known: dict[str, Field[Any]] = {one.name: one for one in fields(spec) if one.metadata}
    values = dict(named)
    for key, value in table.items():
        inside = f"{dotted}.{key}"
        if key not in known:
            raise OpstuiError(
                f"{inside} is no setting", where=where(inside), hint="keys: " + ", ".join(known)
            )
        try:
            values[key] = known[key].metadata["read"](value)
        except ValueError as error:
            raise OpstuiError(
                f"{inside} {error}, not {value!r}", where=where(inside),
                hint=known[key].metadata["help"],
            ) from error
    made = spec(**values)
    if flaw := made.flaw():
        raise OpstuiError(f"{dotted} {flaw}", where=where(dotted), hint="keys: " + ", ".join(known))
    return Gate(kind, made)


def table() -> list[tuple[str, str, str, str]]:
    """Gate, key, default and help of everything that can be set, for README."""
    found: list[tuple[str, str, str, str]] = []
    for kind, entry in KINDS.items():
        keys = [one for one in fields(entry.spec) if one.metadata]
        for one in keys:
            default = "" if one.default is MISSING else _shown(one.default)
            found.append((
                f"{kind}.NAME" if entry.named else kind, one.name, default, one.metadata["help"]
            ))
    return found


def _shown(value: Any) -> str:
    if value in (None, "", ()):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if hasattr(value, "total_seconds"):
        return f'"{int(value.total_seconds() // 60)}m"'
    return f'"{value:%H:%M}"' if hasattr(value, "hour") else f'"{value}"'
