"""A judge for fakes: what a published OpenAPI 3 description says of a request and its answer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from tests.fakes.ci.base import Ask, Reply

MANY_SEGMENTS = ("path",)
"""Path parameters that hold slashes."""
BODYLESS = (204, 302, 304)


class Description:
    """One description; its answers are sentences about what deviates from it."""

    def __init__(self, file: Path, errors: str = "basic-error") -> None:
        """errors: name of the schema that refusals have which are not listed for an operation."""
        self.whole: dict[str, Any] = json.loads(file.read_text("utf-8"), object_hook=_nullable)
        self._errors = errors
        self._validators: dict[str, Any] = {}

    def operation(self, method: str, path: str) -> tuple[dict[str, Any], dict[str, str]] | None:
        """The operation of a request, and its path parameters as they were meant."""
        for pattern, item in self._paths:
            if (found := pattern.fullmatch(path)) and method.lower() in item:
                given = {name: unquote(value) for name, value in found.groupdict().items()}
                return item[method.lower()], given
        return None

    def request(self, ask: Ask) -> list[str]:
        """What is wrong with a request."""
        known = self.operation(ask.method, ask.path)
        what = f"{ask.method} {ask.path}"
        if known is None:
            return [f"{what}: there is no such operation"]
        operation, given = known
        parameters = {one["name"]: one for one in map(self._resolved, operation["parameters"])}
        values = {**given, **{name: all_[-1] for name, all_ in ask.query.items()}}
        wrong = [f"{what}: no parameter {name}" for name in values if name not in parameters]
        wrong += [f"{what}: {name} is missing" for name, one in parameters.items()
                  if one.get("required") and name not in values]
        for name, value in values.items():
            if name in parameters:
                schema = parameters[name]["schema"]
                wrong += self._judged(what, schema, _typed(value, self._resolved(schema)))
        return wrong + self._body(what, operation, ask.body)

    def answer(self, ask: Ask, reply: Reply) -> list[str]:
        """What is wrong with an answer to a request."""
        known = self.operation(ask.method, ask.path)
        what = f"{ask.method} {ask.path} → {reply.status}"
        if known is None:
            return []
        responses = known[0]["responses"]
        declared = responses.get(str(reply.status))
        if reply.status in BODYLESS:
            empty = [] if not reply.data() else [f"{what}: it has a body"]
            known_status = declared is not None or reply.status == 304
            return empty if known_status else [f"{what}: not declared"]
        if declared is None:
            if reply.status < 400:
                return [f"{what}: not declared"]
            return self._judged(
                what, {"$ref": f"#/components/schemas/{self._errors}"}, reply.body
            )
        content = self._resolved(declared).get("content", {})
        if not content:
            return []
        return self._judged(what, content["application/json"]["schema"], reply.body)

    def _body(self, what: str, operation: Mapping[str, Any], body: bytes) -> list[str]:
        declared = operation.get("requestBody")
        if declared is None:
            return [f"{what}: it takes no body"] if body else []
        if not body:
            return [f"{what}: it wants a body"] if declared.get("required") else []
        schema = declared["content"]["application/json"]["schema"]
        data = json.loads(body)
        extra = set(data) - set(schema.get("properties", data))
        wrong = [f"{what}: the body has no {name}" for name in sorted(extra)]
        return wrong + self._judged(what, schema, data)

    def _judged(self, what: str, schema: Mapping[str, Any], value: Any) -> list[str]:
        key = json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            self._validators[key] = self._validator(schema)
        return [
            f"{what}: {error.json_path} {error.message[:200]}"
            for error in self._validators[key].iter_errors(value)
        ]

    def _validator(self, schema: Mapping[str, Any]) -> Any:
        from openapi_schema_validator import OAS30ReadValidator

        return OAS30ReadValidator(
            {"components": self.whole["components"], **schema},
            format_checker=OAS30ReadValidator.FORMAT_CHECKER,
        )

    def _resolved(self, value: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in value:
            found: Any = self.whole
            for name in value["$ref"].split("/")[1:]:
                found = found[name]
            value = found
        return value

    @cached_property
    def _paths(self) -> list[tuple[re.Pattern[str], dict[str, Any]]]:
        return [(_pattern(path), item) for path, item in self.whole["paths"].items()]


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI 3.0.3 wants null among the values of a nullable enum; GitHub's leave it out."""
    if schema.get("nullable") is True and isinstance(schema.get("enum"), list):
        schema["enum"].append(None)
    return schema


def _pattern(path: str) -> re.Pattern[str]:
    parts = [
        f"(?P<{part[1:-1]}>{'.+' if part[1:-1] in MANY_SEGMENTS else '[^/]+'})"
        if part.startswith("{") else re.escape(part)
        for part in path.split("/")
    ]
    return re.compile("/".join(parts))


def _typed(value: str, schema: Mapping[str, Any]) -> Any:
    """A parameter's text as the value that it stands for."""
    if schema.get("type") == "integer" and value.lstrip("-").isdecimal():
        return int(value)
    if schema.get("type") == "boolean" and value in ("true", "false"):
        return value == "true"
    return value
