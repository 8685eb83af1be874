"""What a new GitLab pipeline can be told: the file's declared inputs and prefilled variables.

Only GraphQL knows them: `ciPipelineCreationInputs` and `ciConfigVariables` of a project
(https://docs.gitlab.com/api/graphql/reference/#project). Older servers know one or neither, and
then a pipeline is started without.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from opstui.backends.ci.web.door import Door
from opstui.backends.json_object import Json
from opstui.domain.ci import Input
from opstui.domain.errors import OpstuiError

INPUTS = """query($path: ID!, $ref: String!) { project(fullPath: $path) {
ciPipelineCreationInputs(ref: $ref) { name description default type required options } } }"""
VARIABLES = """query($path: ID!, $ref: String!) { project(fullPath: $path) {
ciConfigVariables(ref: $ref) { key value description valueOptions } } }"""
NUMBER = "(a number)"
"""Ends the help of inputs that are numbers, which is also how they are known again."""
LOOKS = 3
"""Times to ask for the variables: GitLab answers null while it works them out."""
BETWEEN = 1.0
"""Seconds between those."""


async def declared(door: Door, path: str, ref: str) -> tuple[tuple[Input, ...], frozenset[str]]:
    """What can be given on this branch, and which of the names are inputs, not variables."""
    inputs = tuple(_inputs(await _ask(door, INPUTS, path, ref)))
    names = frozenset(one.name for one in inputs)
    for look in range(LOOKS):
        project = await _ask(door, VARIABLES, path, ref)
        if project is None or project.has("ciConfigVariables"):
            break
        if look + 1 < LOOKS:
            await asyncio.sleep(BETWEEN)
    variables = tuple(one for one in _variables(project) if one.name not in names)
    return inputs + variables, names


def body(
    ref: str, given: Mapping[str, str], inputs: Iterable[Input], names: frozenset[str]
) -> dict[str, object]:
    """The request that creates a pipeline; `inputs` are sent as the types they are declared."""
    inputs = tuple(inputs)
    flags = {one.name for one in inputs if one.flag}
    numbers = {one.name for one in inputs if one.help.endswith(NUMBER)}
    sent: dict[str, object] = {"ref": ref}
    if variables := [
        {"key": name, "value": value} for name, value in given.items() if name not in names
    ]:
        sent["variables"] = variables
    if typed := {
        name: _typed(value, name in flags, name in numbers)
        for name, value in given.items() if name in names and (value or name not in numbers)
    }:
        sent["inputs"] = typed
    return sent


def _typed(value: str, flag: bool, number: bool) -> object:
    if flag:
        return value == "true"
    if number:
        try:
            return float(value) if "." in value else int(value)
        except ValueError:
            return value
    return value


async def _ask(door: Door, query: str, path: str, ref: str) -> Json | None:
    """The project's part of the answer; None where this server does not know the question."""
    address = f"{door.base.removesuffix('/v4')}/graphql"
    question: dict[str, Any] = {"query": query, "variables": {"path": path, "ref": ref}}
    try:
        answer = (await door.send("POST", address, question)).json()
        if answer.value.get("errors"):
            return None
        return answer.inner("data").inner("project")
    except OpstuiError:
        return None


def _inputs(project: Json | None) -> Iterable[Input]:
    for one in project.objects("ciPipelineCreationInputs") if project else ():
        kind, default = one.text("type").upper(), one.value.get("default")
        words = one.text("description")
        yield Input(
            one.needed("name"), _plain(default),
            f"{words} {NUMBER}".strip() if kind == "NUMBER" else words,
            required=one.truth("required"),
            choices=tuple(_plain(value) for value in _list(one.value.get("options"))),
            flag=kind == "BOOLEAN",
        )


def _variables(project: Json | None) -> Iterable[Input]:
    for one in project.objects("ciConfigVariables") if project else ():
        yield Input(
            one.needed("key"), one.text("value"), one.text("description"),
            choices=one.texts("valueOptions"),
        )


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
