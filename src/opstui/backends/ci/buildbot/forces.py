"""Force schedulers: what a person may start, and the form that Buildbot wants filled in.

Shapes: https://docs.buildbot.net/latest/developer/raml/forcescheduler.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from opstui.backends.ci.same import same_place
from opstui.backends.json_object import Json
from opstui.domain.ci import Input, Workflow
from opstui.domain.errors import OpstuiError

OURS = {"branch", "revision", "repository", "project"}
"""Opstui fills these in by itself."""
UNASKED = {"username", "priority"}
"""Left at what the server assumes: it knows who is logged in."""
TRUE = {"true", "yes", "1", "on"}


def workflows_of(scheduler: Json, builders: Mapping[str, int]) -> Iterator[Workflow]:
    """One for each builder that a force scheduler can start; `builders`: ids by names."""
    if not scheduler.truth("enabled"):
        return
    name = scheduler.needed("name")
    inputs = tuple(_inputs(scheduler))
    for builder in scheduler.texts("builder_names"):
        if builder in builders:
            yield Workflow(f"{name}/{builders[builder]}", builder, inputs, _note(scheduler))


def parameters(
    scheduler: Json, builder: int, given: Mapping[str, str], ours: Mapping[str, str],
) -> dict[str, object]:
    """What is sent to the scheduler, each value in the type it declared.

    given: the person's inputs; ours: branch, revision, repository and project.
    Raises OpstuiError for a value of the wrong type.
    """
    found: dict[str, object] = {"builderid": builder}
    fields = list(_fields(scheduler))
    others = tuple(_others(fields, ours.get("repository", "")))
    for field in fields:
        full = field.text("fullName")
        if _stamps(field):
            value = None if _codebase(field) in others else ours.get(field.text("name"))
        else:
            value = given.get(full)
        if value is not None:
            found[full] = _typed(field, full, value)
    return found


def _typed(field: Json, name: str, value: str) -> object:
    match field.text("type"):
        case "bool":
            return value.strip().lower() in TRUE
        case "int" if not value.strip().lstrip("-").isdecimal():
            raise OpstuiError(f"{name} must be a whole number, not {value!r}", where=field.where)
        case _:
            return value


def _inputs(scheduler: Json) -> Iterator[Input]:
    for field in _fields(scheduler):
        name = field.text("fullName")
        if _stamps(field) or field.truth("hide") or name in UNASKED:
            continue
        if field.text("type") in ("fixed", "file", "nested"):
            continue
        flag = field.text("type") == "bool"
        yield Input(
            name, _default(field), _label(field), field.truth("required") and not flag,
            field.texts("choices") if field.truth("strict") else (), flag,
        )


def _default(field: Json) -> str:
    value = field.value.get("default")
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""


def _label(field: Json) -> str:
    label = field.text("tooltip") or field.text("label").rstrip(": ")
    return "" if label == field.text("name") else label


def _note(scheduler: Json) -> str:
    stamped = {one.text("name") for one in _fields(scheduler) if _stamps(one)}
    if "revision" not in stamped:
        return "builds the branch's head, not a chosen commit"
    return ""


def _stamps(field: Json) -> bool:
    """Whether it belongs to a codebase: its parents' name, an underscore, and one of ours."""
    full, name = field.text("fullName"), field.text("name")
    return name in OURS and (full == name or full.endswith(f"_{name}"))


def _codebase(field: Json) -> str:
    """What the names of its fields begin with; empty where there is only one."""
    return field.text("fullName").removesuffix(field.text("name"))


def _others(fields: list[Json], repository: str) -> Iterator[str]:
    """Codebases of other repositories: they keep what the scheduler assumes."""
    for field in fields:
        names = _stamps(field) and field.text("name") == "repository"
        if names and (default := _default(field)) and not same_place(default, repository):
            yield _codebase(field)


def _fields(json: Json) -> Iterator[Json]:
    """All fields, out of their nests."""
    for field in json.objects("all_fields" if json.has("all_fields") else "fields"):
        if field.has("fields"):
            yield from _fields(field)
        elif field.text("name"):
            yield field
