"""A plan as a file: what was meant, under which policy, on what evidence.

It is a request, not a permission: applying it asks the world and the gates anew.
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from opstui.domain.errors import OpstuiError
from opstui.domain.promotion import (
    Direction,
    Evidence,
    GateVerdict,
    Guard,
    MetricDelta,
    PromotionPlan,
)
from opstui.domain.status import Status

FORMAT = "opstui-plan/1"
LARGEST = 1 << 20
"""Bytes."""


def file_name(plan: PromotionPlan) -> str:
    """What to call the file, free of anything that means something to a shell."""
    words = "-".join((*plan.origin, plan.to))
    return "".join(one if one.isalnum() or one in "-_." else "-" for one in words) + ".plan.json"


def write_plan(path: Path, plan: PromotionPlan, who: str) -> None:
    """Write a new file; one that is there is left alone."""
    text = json.dumps(
        {"format": FORMAT, "by": who, **as_json(plan)}, indent=1, ensure_ascii=False
    )
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    except FileExistsError as error:
        raise OpstuiError(
            "there is such a file already", where=str(path), hint="choose another name"
        ) from error
    except OSError as error:
        raise OpstuiError(
            f"the plan can't be written: {error.strerror}", where=str(path)
        ) from error
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text + "\n")


def read_plan(path: Path) -> PromotionPlan:
    """The plan of a file; OpstuiError where it is none."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise OpstuiError(f"the plan can't be read: {error.strerror}", where=str(path)) from error
    try:
        data = json.loads(content)
        if not isinstance(data, dict) or data.get("format") != FORMAT or len(content) > LARGEST:
            raise ValueError(f"it is no {FORMAT}")
        return from_json(data)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise OpstuiError(
            f"the file is no plan of opstui: {error}", where=str(path),
            hint="`opstui promote … --plan FILE` writes one",
        ) from error


def as_json(plan: PromotionPlan) -> dict[str, Any]:
    """Every field by its name; numbers that JSON has not are texts."""
    return {
        one.name: _plain(getattr(plan, one.name)) for one in dataclasses.fields(PromotionPlan)
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Status):
        return value.name
    if isinstance(value, Direction):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if dataclasses.is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in dataclasses.fields(value)}
    return value


def from_json(data: dict[str, Any]) -> PromotionPlan:
    """The plan again; KeyError, TypeError or ValueError where something is missing or wrong."""
    texts = {
        name: _text(data[name]) for name in (
            "verb", "model", "version", "alias", "expected", "place", "expected_by",
            "previous_alias", "previous_version", "run_id", "commit", "champion", "override",
        )
    }
    if texts["verb"] not in ("promote", "rollback"):
        raise ValueError(f"plans for {texts['verb']!r} can't be applied")
    guard = data["guard"]
    copied_model, copied_version = map(_text, data["copy_of"])
    return PromotionPlan(
        **texts, expected_at=_time(data["expected_at"]), made=_time(data["made"]),
        came_from=tuple(map(_text, data["came_from"])),
        keeps_predecessor=bool(data["keeps_predecessor"]), stale=tuple(map(_text, data["stale"])),
        metrics=tuple(
            MetricDelta(_text(one["name"]), _number(one["candidate"]), _number(one["champion"]),
                        Direction(one["direction"])) for one in data["metrics"]
        ),
        evidence=tuple(
            Evidence(_text(one["name"]), Status[one["status"]], _text(one["text"]))
            for one in data["evidence"]
        ),
        guard=None if guard is None else _guard(guard),
        copy_of=(copied_model, copied_version),
    )


def _guard(data: dict[str, Any]) -> Guard:
    return Guard(
        _text(data["environment"]), _text(data["source"]), _text(data["fingerprint"]),
        bool(data["protected"]),
        tuple(GateVerdict(_text(one["name"]), Status[one["status"]], _text(one["text"]))
              for one in data["gates"]),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")
    return value


def _time(value: Any) -> datetime | None:
    return None if value is None else datetime.fromisoformat(_text(value))


def _number(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, str) and value not in ("nan", "inf", "-inf"):
        raise ValueError(f"{value!r} is no number")
    return float(value)
