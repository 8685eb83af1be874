"""A model's signature: what it wants as input and what it gives, as MLflow's MLmodel file has it.

Format: https://mlflow.org/docs/latest/ml/model/signatures/ (lists of columns as JSON in YAML).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Column:
    """One input or output."""

    name: str
    """Empty or its position where the model names none."""
    type: str
    """Such as `double`, or `tensor float64 [-1, 5]`."""
    required: bool = True


@dataclass(frozen=True, slots=True)
class Signature:
    """Inputs and outputs; `declared` is False for a model that was logged without one."""

    inputs: tuple[Column, ...] = ()
    outputs: tuple[Column, ...] = ()
    declared: bool = True


NONE = Signature(declared=False)
_KEY = re.compile(r"^(?P<indent> *)(?P<key>inputs|outputs): *(?P<rest>.*)$")


def from_mlmodel(text: str) -> Signature:
    """The signature in the text of an MLmodel file; ValueError where it can't be read.

    Only the two JSON texts under `signature:` are wanted, so no YAML library is: they are
    quoted scalars, maybe folded over several lines.
    """
    lines = text.splitlines()
    if "signature:" not in (line.rstrip() for line in lines):
        if any(line.startswith("signature:") and "null" not in line for line in lines):
            raise ValueError("the signature is written in a way that opstui does not know")
        return NONE
    start = [line.rstrip() for line in lines].index("signature:") + 1
    found: dict[str, tuple[Column, ...]] = {}
    for number in range(start, len(lines)):
        if lines[number] and not lines[number].startswith((" ", "-")):
            break
        if match := _KEY.match(lines[number]):
            folded = " ".join([match["rest"], *(one.strip() for one in lines[number + 1 :])])
            found[match["key"]] = _columns(_scalar(folded))
    return Signature(found.get("inputs", ()), found.get("outputs", ()))


def _scalar(text: str) -> str:
    """The quoted text that a YAML value begins with; empty for null."""
    if text.startswith("'"):
        match = re.match(r"'((?:[^']|'')*)'", text)
        if match:
            return match[1].replace("''", "'")
    elif text.startswith('"'):
        match = re.match(r'"(?:[^"\\]|\\.)*"', text)
        if match:
            return str(json.loads(match[0].replace("\\ ", " ")))
    elif text.startswith(("null", "~")) or not text:
        return ""
    raise ValueError("the signature is written in a way that opstui does not know")


def _columns(text: str) -> tuple[Column, ...]:
    if not text:
        return ()
    data = json.loads(text)
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        raise ValueError("the signature is no list of columns")
    return tuple(_column(one, place) for place, one in enumerate(data))


def _column(data: dict[str, Any], place: int) -> Column:
    named = {"name", "required", "optional", "type"}
    kind = str(data.get("type", "unknown"))
    tensor = data.get("tensor-spec")
    rest = {key: value for key, value in data.items() if key not in named}
    if isinstance(tensor, dict):
        kind = f"tensor {tensor.get('dtype')} {tensor.get('shape')}"
    elif rest:
        kind = f"{kind} {json.dumps(rest, sort_keys=True)}"
    required = bool(data.get("required", not data.get("optional", False)))
    return Column(str(data.get("name", place)), kind, required)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that another signature changes."""

    text: str
    breaks: bool
    """Who calls the old model as before would fail, or miss an output."""


def differences(old: Signature, new: Signature) -> tuple[Difference, ...]:
    """What calling the new model instead of the old one changes."""
    found: list[Difference] = []
    for what, before, after in (
        ("input", old.inputs, new.inputs), ("output", old.outputs, new.outputs),
    ):
        was, now = ({one.name: one for one in side} for side in (before, after))
        for name, one in was.items():
            other = now.get(name)
            if other is None:
                found.append(Difference(f"{what} {name} is gone", what == "output"))
            elif other.type != one.type:
                found.append(Difference(f"{what} {name}: {one.type} -> {other.type}", True))
            elif other.required and not one.required:
                found.append(Difference(f"{what} {name} is required now", what == "input"))
            elif one.required and not other.required:
                found.append(Difference(f"{what} {name} is optional now", what == "output"))
        for name, one in now.items():
            if name not in was:
                breaks = what == "input" and one.required
                found.append(Difference(f"{what} {name} ({one.type}) is new", breaks))
    return tuple(found)
