"""Judges a fake's answers by models that others generated from the product's own description.

A field that the description does not know, and a value of another type than it says, are
deviations. Fields may be missing: the descriptions say of none that it must be there.
"""

from __future__ import annotations

import json
import typing
from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from typing import Any

from tests.fakes.ci.base import Ask, FakeServer, Reply


class Recorded:
    """Everything that a fake answered while this was listening."""

    def __init__(self, fake: FakeServer) -> None:
        self.answers: list[tuple[Ask, Reply]] = []
        answer = fake.answer

        def listening(ask: Ask) -> Reply:
            reply = answer(ask)
            self.answers.append((ask, reply))
            return reply
        fake.answer = listening  # type: ignore[method-assign]

    def deviations(self, models: dict[str, type[Any]]) -> list[str]:
        """Of the successful JSON answers; `models` by method and the end of the path's pattern."""
        import re

        found: list[str] = []
        judged: set[str] = set()
        for ask, reply in self.answers:
            if not reply.is_json or reply.status >= 400:
                continue
            pattern = next((one for one in models
                            if re.fullmatch(one, f"{ask.method} {ask.path}")), None)
            if pattern is None:
                found.append(f"{ask.method} {ask.path} is not described")
                continue
            judged.add(pattern)
            value = json.loads(reply.data())
            for one in value if isinstance(value, list) else [value]:
                found += [f"{ask.method} {ask.path}: {words}"
                          for words in deviations(models[pattern], one)]
        return found + [f"{pattern} was never asked" for pattern in models if pattern not in judged]


def deviations(model: type[Any], value: Any) -> Iterator[str]:
    """What the value has that the model does not know, or knows otherwise."""
    from pydantic import ValidationError

    yield from _wrong(model, value, "")
    try:
        model.model_validate_json(json.dumps(value))
    except ValidationError as error:
        for one in error.errors():
            yield f"{'.'.join(map(str, one['loc']))}: {one['msg']}"


def _wrong(model: type[Any], value: Any, path: str) -> Iterator[str]:
    """Unknown names, and values of a type that pydantic would silently turn into another."""
    if not isinstance(value, dict):
        return
    hints = typing.get_type_hints(model, include_extras=True)
    known = {field.alias or name: hints[name] for name, field in model.model_fields.items()}
    for name, inner in value.items():
        if name not in known:
            yield f"{path}{name} is not described"
            continue
        inside = list(_types(known[name]))
        for one in inner if isinstance(inner, list) else [inner]:
            if one is not None and not isinstance(one, dict) and type(one) not in inside:
                yield f"{path}{name} is {type(one).__name__}"
            for below in inside:
                if hasattr(below, "model_fields"):
                    yield from _wrong(below, one, f"{path}{name}.")


def _types(hint: Any) -> Iterator[type[Any]]:
    """The types inside Optional[List[Model]] and the like, as they are in JSON."""
    if hint is datetime or (isinstance(hint, type) and issubclass(hint, Enum)):
        yield str
    elif isinstance(hint, type):
        yield hint
    for inner in typing.get_args(hint):
        if isinstance(inner, str):
            yield str  # one of a Literal's values
        yield from _types(inner)
