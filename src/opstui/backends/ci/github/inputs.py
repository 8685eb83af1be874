"""The inputs that a workflow file declares for starting it by hand.

The API does not tell them, so the YAML itself is read:
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#onworkflow_dispatchinputs
"""

from __future__ import annotations

from typing import cast

from opstui.domain.ci import Input

MOST_CHARACTERS = 512 << 10
"""GitHub takes no larger workflow file."""
MOST_DEPTH = 60
"""Lists and mappings inside each other; a workflow has about ten."""
TRIGGER = "workflow_dispatch"
Tree = dict[str, object]


class UnreadableWorkflowError(Exception):
    """The file is not YAML, or not a workflow; why is the argument."""


def inputs(text: str) -> tuple[Input, ...] | None:
    """What a workflow file asks for when it is started; None where it can't be started."""
    triggers = _triggers(_parsed(text))
    if TRIGGER not in triggers:
        return None
    declared = _tree(_tree(triggers[TRIGGER]).get("inputs"))
    return tuple(_input(name, _tree(one)) for name, one in declared.items())


def triggers(text: str) -> frozenset[str]:
    """The events that start a workflow file; raises UnreadableWorkflowError."""
    return frozenset(_triggers(_parsed(text)))


def _parsed(text: str) -> Tree:
    import yaml

    class Loader(yaml.BaseLoader):
        """Knows texts, lists and mappings only, and how deep they may be.

        It makes no objects, and leaves `on` and `yes` as the words they are.
        """

        depth = 0

        def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
            self.depth += 1
            if self.depth > MOST_DEPTH:
                raise UnreadableWorkflowError("it is not YAML that a workflow is written in")
            try:
                return super().compose_node(parent, index)
            finally:
                self.depth -= 1

    if len(text) > MOST_CHARACTERS:
        raise UnreadableWorkflowError("it is too large for a workflow file")
    try:
        return _tree(yaml.load(text, Loader=Loader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" in line {mark.line + 1}" if mark is not None else ""
        raise UnreadableWorkflowError(f"it is not YAML{place}") from error
    except (TypeError, ValueError) as error:
        raise UnreadableWorkflowError("it is not YAML that a workflow is written in") from error


def _triggers(file: Tree) -> Tree:
    """`on: push`, `on: [push, workflow_dispatch]` and `on: {push: ...}` alike."""
    on = file.get("on")
    if isinstance(on, str):
        return {on: ""}
    if isinstance(on, list):
        return {one: "" for one in on if isinstance(one, str)}
    return _tree(on)


def _input(name: str, declared: Tree) -> Input:
    kind, default = _text(declared.get("type")) or "string", _text(declared.get("default"))
    options = declared.get("options")
    choices = tuple(_text(one) for one in options) if isinstance(options, list) else ()
    help_text = _text(declared.get("description"))
    if kind in ("number", "environment"):
        help_text = f"{help_text} ({kind})" if help_text else kind
    flag = kind == "boolean"
    if flag:
        default = "true" if default.lower() == "true" else "false"
    elif kind == "choice" and choices and not default:
        default = choices[0]
    return Input(
        name, default, help_text, _text(declared.get("required")).lower() == "true",
        choices if kind == "choice" else (), flag,
    )


def _tree(value: object) -> Tree:
    """The mapping with its keys as texts; empty for anything else."""
    if not isinstance(value, dict):
        return {}
    return {key: one for key, one in cast(dict[object, object], value).items()
            if isinstance(key, str)}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
