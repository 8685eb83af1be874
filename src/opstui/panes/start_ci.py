"""Starting CI from any pane: which server, whether its command is trusted, whether to go on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from opstui.backends.ci_protocols import CiServer
from opstui.domain.ci import Capability, CiCommand, CiRun
from opstui.domain.errors import OpstuiError
from opstui.domain.words import short
from opstui.operations.acting import acting
from opstui.operations.world import World
from opstui.ui.desk import Choice, Desk, Question
from opstui.ui.paint import Line, line, lines


async def start_ci(world: World, desk: Desk, commit: str, branch: str) -> CiRun | None:
    """Start CI on a commit after asking; None when the person did not want it.

    branch: the branch it belongs to, for the record; empty where there is none.
    """
    server = await _choose_server(world, desk)
    if server is None:
        return None
    return await _run(
        world, desk, server, commit, branch, what="ci.start", title="Start CI", verb="Start",
        act=lambda: server.start(commit, branch),
    )


async def rerun_ci(world: World, desk: Desk, server: CiServer, run: CiRun) -> CiRun | None:
    """Run once more on the same commit after asking; None when it was not wanted."""
    return await _run(
        world, desk, server, run.commit, run.branch, what="ci.rerun", title="Run CI again",
        verb="Run again", act=lambda: server.rerun(run), before=f"#{run.number} {run.status.word}",
    )


async def _choose_server(world: World, desk: Desk) -> CiServer | None:
    able = [server for server in world.ci if Capability.START in server.capabilities]
    if not able:
        reasons = [f"{one.name}: {one.why_not(Capability.START)}" for one in world.ci]
        raise OpstuiError(
            "no CI server here can start a run", where="; ".join(reasons),
            hint="the local runner can: add it in the settings",
        )
    if len(able) == 1:
        return able[0]
    chosen = await desk.choose("Start CI on", [Choice(one.name, one.name) for one in able])
    return next((one for one in able if one.name == chosen), None)


async def _run(
    world: World, desk: Desk, server: CiServer, commit: str, branch: str, *, what: str,
    title: str, verb: str, act: Callable[[], Awaitable[CiRun]], before: str = "",
) -> CiRun | None:
    on = f"{branch or 'no branch'} at {short(commit)}"
    command = await _command(world, server, commit)
    question = Question(
        title=title, object=on, effect=_effect(server, command), yes=verb,
        place=f"CI server {server.name}", body=_body(command),
        danger=command is not None and not command.trusted,
    )
    if not await desk.confirm(question):
        return None
    if command is not None and not command.trusted:
        async with acting(
            world.journal, "ci.trust", command.text, command.source, after="trusted",
            evidence=(("fingerprint", command.fingerprint), ("commit", commit)),
        ):
            await world.trust.trust(command)
    async with acting(
        world.journal, what, on, server.name, before=before,
        evidence=(("commit", commit), ("command", command.text if command else "")),
    ) as done:
        run = await act()
        done.result = f"done: run #{run.number}"
    desk.changed("ci")
    desk.say(f"run #{run.number} started on {on}")
    return run


async def _command(world: World, server: CiServer, commit: str) -> CiCommand | None:
    """What the local runner would run; None for servers that decide by themselves."""
    runner: object = world.trust
    if server is not runner:
        return None
    command = await world.trust.command(commit)
    if command is None:
        raise OpstuiError(
            f"no command to run is known at {short(commit)}",
            hint="set ci.command in the settings, or add .ci/run, noxfile.py, tox.ini, a Makefile "
                 "with a test target or a package.json with a test script",
        )
    return command


def _effect(server: CiServer, command: CiCommand | None) -> str:
    if command is None:
        return f"{server.name} runs what it is configured to run for this commit."
    runs = f"Runs `{command.text}`, named by {command.source}, in a clean clone on this machine."
    if command.trusted:
        return f"{runs} It goes on when you leave."
    return (
        f"{runs}\nYou did not say yes to this command before, or it changed. It runs as you, "
        "with your files and network. Yes trusts exactly what is shown below, until it changes."
    )


def _body(command: CiCommand | None) -> tuple[Line, ...]:
    """The whole script where it is not trusted yet: nothing is hidden below a cut."""
    if command is None or command.trusted:
        return ()
    head = line((command.source, "title"))
    if not command.script:
        return (line(("command", "title")), line(command.text))
    return (line(("command", "title")), line(command.text), (), head, *lines(command.script))
