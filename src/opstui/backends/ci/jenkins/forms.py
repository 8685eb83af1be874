"""What a Jenkins job asks for before it is built.

Shapes: `property[parameterDefinitions[...]]` of a job's JSON, one class a kind of parameter.
"""

from __future__ import annotations

from collections.abc import Iterator

from opstui.backends.json_object import Json
from opstui.domain.ci import Input

DEFINITIONS = (
    "property[parameterDefinitions[name,type,description,choices,"
    "defaultParameterValue[value]]]"
)
HEAD = "builds the branch's present head, not a chosen commit"
SET_UP = "builds what the job is set up to build, not a chosen commit"
SECRET = "PasswordParameterDefinition"
FILES = ("FileParameterDefinition", "StashedFileParameterDefinition")


def inputs_of(job: Json) -> tuple[Input, ...]:
    """The declared parameters; files can't be given here."""
    return tuple(_input(one) for one in definitions(job) if one.text("type") not in FILES)


def definitions(job: Json) -> Iterator[Json]:
    """Every declared parameter."""
    for one in job.objects("property"):
        yield from one.objects("parameterDefinitions")


def secrets_of(job: Json) -> frozenset[str]:
    """Names of parameters that are not to be shown."""
    return frozenset(one.text("name") for one in definitions(job) if one.text("type") == SECRET)


def _input(one: Json) -> Input:
    kind, secret = one.text("type"), one.text("type") == SECRET
    default = one.inner("defaultParameterValue").value.get("value")
    if isinstance(default, bool):
        default = "true" if default else "false"
    known = isinstance(default, str | int | float) and not secret
    return Input(
        one.needed("name"), str(default) if known else "", one.text("description"),
        choices=one.texts("choices"), flag=kind == "BooleanParameterDefinition", secret=secret,
    )
