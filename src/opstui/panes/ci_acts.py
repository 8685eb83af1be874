"""What can be done to a run: again, cancel, approve, watch. Each names server, branch, commit."""

from __future__ import annotations

from opstui.backends.ci_protocols import CiServer
from opstui.domain.ci import Capability, CiJob, CiRun
from opstui.domain.status import Status
from opstui.operations.acting import acting
from opstui.operations.world import World
from opstui.panes import ci_detail
from opstui.panes.ci_log import ending
from opstui.panes.start_ci import rerun_ci
from opstui.ui.desk import Choice, Desk, Question


async def run_again(world: World, desk: Desk, server: CiServer, run: CiRun) -> CiRun | None:
    """Run all of it or only what failed again, as the person chooses; None when not wanted."""
    failed = False
    if Capability.RERUN_FAILED in server.capabilities and run.status is Status.FAILED:
        choices = [Choice("failed", "what failed", "the jobs that failed and those after them")]
        if Capability.RERUN in server.capabilities:
            choices.append(Choice("all", "everything"))
        chosen = await desk.choose(f"Run again: {ci_detail.title(run)}", choices)
        if chosen is None:
            return None
        failed = chosen == "failed"
    return await rerun_ci(world, desk, server, run, failed=failed)


async def cancel_run(world: World, desk: Desk, server: CiServer, run: CiRun) -> None:
    """Stop a run after asking, by force where the server knows that and it is wanted."""
    force = False
    if Capability.FORCE in server.capabilities:
        chosen = await desk.choose(f"Cancel {ci_detail.title(run)}", [
            Choice("cancel", "cancel", "what runs may end by itself first"),
            Choice("force", "by force", "nothing is waited for, also what always runs"),
        ])
        if chosen is None:
            return
        force = chosen == "force"
    how = " by force" if force else ""
    if not await desk.confirm(Question(
        title=f"Cancel CI run{how}", object=ci_detail.title(run),
        effect=f"It is {run.status.word}; it and everything it started are stopped{how}.",
        place=f"CI server {server.name}, {server.where}", yes="Stop it", danger=True,
    )):
        return
    with desk.busy("ci", run.key):
        async with acting(
            world.journal, "ci.cancel", ci_detail.title(run), server.name,
            before=run.status.word, after="cancelled", evidence=(("commit", run.commit),),
        ):
            await server.cancel(run, force=force)
    _news(world, desk, server)


async def approve(
    world: World, desk: Desk, server: CiServer, run: CiRun, job: CiJob | None = None
) -> None:
    """Let a run or one of its jobs go on after asking."""
    what = f"{job.name} of {ci_detail.title(run)}" if job is not None else ci_detail.title(run)
    reason = (job.reason if job is not None else "") or run.reason or "it waits for a person"
    if not await desk.confirm(Question(
        title="Approve", object=what,
        effect=f"{reason[:1].upper()}{reason[1:]}. It goes on with your name on it.",
        place=f"CI server {server.name}, {server.where}", yes="Let it go on",
    )):
        return
    with desk.busy("ci", run.key):
        async with acting(
            world.journal, "ci.approve", what, server.name, before=run.status.word,
            after="approved", evidence=(("commit", run.commit),),
        ):
            await server.approve(run, job)
    _news(world, desk, server)


async def watch(world: World, desk: Desk, run: CiRun) -> None:
    """Wait until the run has ended, then call the person."""
    ended = await world.feeds.end_of(run)
    took = ending(ended) if ended is not None else "it is gone from its server's list"
    desk.ring(f"{ci_detail.title(run)}: {took}")


def _news(world: World, desk: Desk, server: CiServer) -> None:
    world.feeds.poke(server.name)
    desk.changed("ci")
