"""The person's own commands as actions: their keys, what they ask, where their output goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any

from opstui.domain.custom_command import Ask, CustomCommand
from opstui.domain.errors import OpstuiError
from opstui.domain.selected import facts_of, variables
from opstui.operations import custom_commands as running
from opstui.operations.world import World
from opstui.panes.custom_output import show
from opstui.ui.action import Action, Bound
from opstui.ui.desk import Choice, Desk, Program, Prompt, Question
from opstui.ui.house import House
from opstui.ui.keymap import FORBIDDEN, Keymap
from opstui.ui.paint import Line, line, lines

KIND = "commands"


def custom_actions(
    world: World, house: House, commands: Iterable[CustomCommand]
) -> list[tuple[Sequence[str], Bound]]:
    """An action for each command, with the kinds of lists that have it."""
    return [(command.panes, _bound(world, house, command)) for command in commands]


def _bound(world: World, house: House, command: CustomCommand) -> Bound:
    async def run(desk: Desk) -> None:
        floor = house.floor
        view, item = floor.pane.view, floor.item
        name = view.name(item) if item is not None else ""
        await carry_out(world, command, item, view.kind, name, desk)

    def why_not(_owner: Any, item: Any) -> str:
        always = {"kind": "?", "repository": "?", **({} if item is None else {"name": "?"})}
        lacking = command.lacks({**always, **facts_of(item)})
        if lacking and item is None:
            return "nothing selected"
        return f"it has no {lacking}" if lacking else ""

    keys = tuple(key.strip() for key in command.key.split(",") if key.strip())
    mark = Action(
        method=command.name, keys=keys, label=command.title,
        help=command.help or f"Run {command.text[:60]}", when=why_not, item=False,
        changes=(KIND,) if command.dangerous else (),
    )
    return Bound(SimpleNamespace(**{command.name: run}), mark, KIND)


def clashes(
    keymap: Keymap, commands: Iterable[CustomCommand],
    scopes: Sequence[tuple[str, Sequence[Bound]]], lists: Sequence[str],
) -> list[tuple[CustomCommand, str]]:
    """Commands whose keys mean something else already, or that name no list, with a sentence.

    scopes: every scope of keys there is, by title. lists: the kinds of lists.
    """
    found: list[tuple[CustomCommand, str]] = []
    taken: dict[tuple[str, str], str] = {}
    everywhere = ("everywhere", "list")
    for _, scope in scopes:
        for bound in scope:
            for key in keymap.keys(bound):
                taken.setdefault((bound.kind, key), bound.id)
    for command in commands:
        found += [(command, f"the command {command.name} names the list {kind!r}: there are "
                            + ", ".join(lists)) for kind in command.panes if kind not in lists]
        for key in (one.strip() for one in command.key.split(",") if one.strip()):
            if key in FORBIDDEN or key.isdigit():
                why = "scrolling fingers hit it" if key in FORBIDDEN else "it names a pane"
                found.append((command, f"the key {key} can't be given to {command.name}: {why}"))
                continue
            asked = (*everywhere, *(command.panes or lists))
            other = next((taken[kind, key] for kind in asked if (kind, key) in taken), "")
            if other:
                found.append((command, f"the key {key} of the command {command.name} means "
                                       f"{other} already"))
            for kind in command.panes or lists:
                taken[kind, key] = f"{KIND}.{command.name}"
    return found


async def carry_out(
    world: World, command: CustomCommand, item: Any, kind: str, name: str, desk: Desk
) -> None:
    """Ask what there is to ask, then run it."""
    facts = running.selected_facts(world, item, kind, name)
    programs = running.programs_of(world)
    untrusted = await running.to_trust(world, command)
    if untrusted is not None:
        if not await desk.confirm(Question(
            title="Trust a command", object=command.title,
            effect=f"Named by {command.source}. It runs as you, in the repository's folder, with "
            "your files and network.\nYes trusts exactly what is shown below, until it changes.",
            place=command.source, yes="Trust", danger=True,
            body=(line(("command", "title")), *lines(command.text), (),
                  *lines(untrusted.script)),
        )):
            return
        await running.trust(world, command, untrusted)
    for ask in command.prompts:
        answer = await _answer(ask, command, facts, desk)
        if answer is None:
            return
        if ask.name:
            facts[ask.name] = answer
    argv = command.argv(facts)
    if (command.dangerous or command.confirm) and not await desk.confirm(
        _question(command, facts, programs.folder, argv)
    ):
        return
    environ = variables(facts)
    async with running.journaled(world, command, facts) as act:
        if command.output == "terminal":
            code = await desk.hand_over(Program(
                argv, programs.folder, environ, command.title,
                "mend `command` in the settings", pause=True,
            ))
        else:
            code = await show(command, await programs.start(argv, environ), desk)
        if act is not None and code:
            act.result = f"failed: exit code {code}"
    desk.changed(kind)


async def _answer(
    ask: Ask, command: CustomCommand, facts: dict[str, str], desk: Desk
) -> str | None:
    if ask.kind == "input":
        return await desk.ask(Prompt(command.title, ask.title, ask.value, options=ask.choices))
    if ask.kind == "menu":
        return await desk.choose(ask.title, [Choice(one, one) for one in ask.choices])
    said_yes = await desk.confirm(Question(
        title=command.title, object=facts.get("name", "") or command.title, effect=ask.title,
        place=facts.get("repository", ""),
    ))
    return "yes" if said_yes else None


def _question(
    command: CustomCommand, facts: dict[str, str], folder: str, argv: Sequence[str]
) -> Question:
    shown: list[Line] = [line(("runs", "title")), *lines(command.text)]
    if not command.script:
        shown += [(), line(("as", "title")), *(line(f"  {word}") for word in argv)]
    return Question(
        title=command.title, object=facts.get("name", "") or facts.get("repository", ""),
        effect=command.confirm or command.help or "It changes something shared.",
        place=folder, yes="Run", danger=command.dangerous, body=tuple(shown),
    )


def refuse(found: Sequence[tuple[CustomCommand, str]]) -> None:
    """OpstuiError for the first clash of a command of the person's own settings."""
    for command, why in found:
        if command.own:
            raise OpstuiError(why, where=command.source, hint="choose another key, or name its "
                              "panes")
