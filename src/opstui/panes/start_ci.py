"""Starting CI from any pane: which server, whether its command is trusted, whether to go on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from opstui.backends.ci_protocols import CiServer
from opstui.domain.ci import Capability, CiCommand, CiJob, CiRun, Workflow
from opstui.domain.errors import OpstuiError
from opstui.domain.words import short
from opstui.operations.acting import acting
from opstui.operations.world import World
from opstui.ui.desk import Choice, Desk, Field, Form, Question
from opstui.ui.paint import Line, line, lines


async def start_ci(world: World, desk: Desk, commit: str, branch: str) -> CiRun | None:
    """Start CI on a commit after asking; None when the person did not want it.

    branch: the branch it belongs to, for the record; empty where there is none.
    """
    server = await _choose_server(world, desk)
    if server is None:
        return None
    workflows = await server.workflows()
    workflow = await _choose_workflow(desk, server, workflows)
    if workflows and workflow is None:
        return None
    inputs: Mapping[str, str] = {}
    if workflow is not None and workflow.inputs:
        filled = await desk.form(_form(server, workflow))
        if filled is None:
            return None
        inputs = filled
    return await _run(
        world, desk, server, commit, branch, what="ci.start", title="Start CI", verb="Start",
        act=lambda: server.start(commit, branch, workflow.id if workflow else "", inputs),
        workflow=workflow, inputs=inputs,
    )


async def rerun_ci(
    world: World, desk: Desk, server: CiServer, run: CiRun, *, failed: bool = False,
    job: CiJob | None = None,
) -> CiRun | None:
    """Run all again, what failed, or one job, after asking; None when it was not wanted."""
    part = f"job {job.name} of " if job else "what failed of " if failed else ""
    return await _run(
        world, desk, server, run.commit, run.branch, what="ci.rerun",
        title=f"Run {'it' if not part else part.removesuffix(' of ')} again", verb="Run again",
        act=lambda: server.rerun(run, failed=failed, job=job),
        before=f"{part}#{run.number} {run.status.word}",
        again=run.workflow_id,
    )


async def _choose_workflow(
    desk: Desk, server: CiServer, workflows: Sequence[Workflow]
) -> Workflow | None:
    if len(workflows) < 2:
        return workflows[0] if workflows else None
    choices = [Choice(one.id, one.name, one.note) for one in workflows]
    chosen = await desk.choose(f"Start on {server.name}", choices)
    return next((one for one in workflows if one.id == chosen), None)


def _form(server: CiServer, workflow: Workflow) -> Form:
    return Form(f"Start {workflow.name} on {server.name}", tuple(
        Field(
            one.name, one.default, one.help, required=one.required, secret=one.secret,
            choices=("true", "false") if one.flag else one.choices,
        ) for one in workflow.inputs
    ))


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
    workflow: Workflow | None = None, inputs: Mapping[str, str] | None = None, again: str = "",
) -> CiRun | None:
    on = f"{branch or 'no branch'} at {short(commit)}"
    command = await _command(world, server, commit, workflow.id if workflow else again)
    question = Question(
        title=title, object=f"{before}\n{on}" if before else on, yes=verb,
        effect=_effect(server, command, workflow) + (
            f"\n{workflow.note}" if workflow and workflow.note else ""),
        place=f"CI server {server.name}, {server.where}",
        body=_body(command) or _given(workflow, inputs or {}),
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
    world.feeds.poke(server.name)
    desk.changed("ci")
    desk.say(f"run #{run.number} started on {on}")
    return run


async def _command(
    world: World, server: CiServer, commit: str, workflow: str
) -> CiCommand | None:
    """What the local runner would run; None for servers that decide by themselves."""
    runner: object = world.trust
    if server is not runner:
        return None
    command = await world.trust.command(commit, workflow)
    if command is None:
        raise OpstuiError(
            f"no command to run is known at {short(commit)}",
            hint="set ci.command in the settings, or add .ci/run, noxfile.py, tox.ini, a Makefile "
                 "with a test target or a package.json with a test script",
        )
    return command


def _effect(server: CiServer, command: CiCommand | None, workflow: Workflow | None) -> str:
    if command is None:
        what = workflow.name if workflow is not None else "what it is configured to run"
        return f"{server.name} runs {what}."
    runs = f"Runs `{command.text}`, named by {command.source}, in a clean clone on this machine."
    if command.trusted:
        return f"{runs} It goes on when you leave."
    return (
        f"{runs}\nYou did not say yes to this command before, or it changed. It runs as you, "
        "with your files and network. Yes trusts exactly what is shown below, until it changes."
    )


def _given(workflow: Workflow | None, inputs: Mapping[str, str]) -> tuple[Line, ...]:
    """What was filled in, so that it is read once more; secrets stay hidden."""
    if workflow is None:
        return ()
    hidden = {one.name for one in workflow.inputs if one.secret}
    room = max(map(len, inputs), default=0)
    return tuple(
        line((f"{name:<{room}}  ", "dim"), "(hidden)" if name in hidden else value)
        for name, value in inputs.items()
    )


def _body(command: CiCommand | None) -> tuple[Line, ...]:
    """The whole script where it is not trusted yet: nothing is hidden below a cut."""
    if command is None or command.trusted:
        return ()
    head = line((command.source, "title"))
    if not command.script:
        return (line(("command", "title")), line(command.text))
    return (line(("command", "title")), line(command.text), (), head, *lines(command.script))
