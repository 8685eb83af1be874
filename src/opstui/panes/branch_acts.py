"""What is asked and said when branches are switched, made, deleted and fetched."""

from __future__ import annotations

from collections.abc import Sequence

from opstui.domain.branch import Branch, Repository
from opstui.domain.errors import OpstuiError
from opstui.domain.text import clean
from opstui.domain.words import age, plural, short
from opstui.operations.acting import acting
from opstui.operations.world import World
from opstui.ui.desk import Desk, Prompt, Question
from opstui.ui.paint import Line, line

_EVIDENCE = 8
"""Commits of a branch that are shown before it is deleted."""


async def switch_branch(world: World, desk: Desk, branch: Branch) -> None:
    """Check a branch out after asking."""
    here = await world.git.repository()
    name = clean(branch.name)
    if not await desk.confirm(Question(
        title="Switch branch", object=name, effect=_switch_effect(here, branch),
        place=here.path, yes="Switch",
    )):
        return
    with desk.busy("branches", branch.key):
        async with acting(
            world.journal, "branch.switch", name, here.path, before=_head(here),
            after=f"{name} {short(branch.commit)}",
        ):
            await world.git.switch(branch)
    desk.say(f"switched to {clean(_local(branch))}")
    desk.changed("branches", "commits")


def _local(branch: Branch) -> str:
    return branch.name.removeprefix(f"{branch.remote}/") if branch.remote else branch.name


def _head(here: Repository) -> str:
    return f"{clean(here.head) or 'detached'} {short(here.commit)}".strip()


def _switch_effect(here: Repository, branch: Branch) -> str:
    made = (
        f"A local branch {clean(_local(branch))} is made that tracks {clean(branch.name)}. "
        if branch.remote else ""
    )
    carried = (
        f" You have {plural(here.changed, 'changed file')}: git carries changes over, and refuses "
        "where they collide." if here.changed else ""
    )
    target = f"{clean(_local(branch))} {short(branch.commit)}"
    return f"{made}The work tree changes from {_head(here)} to {target}.{carried}"


async def create_branch(world: World, desk: Desk, start: str, origin: str) -> None:
    """Ask for a name until git takes it or the person gives up, and make the branch.

    start: a full reference or commit id. origin: what to call it.
    """
    value = ""
    while True:
        given = await desk.ask(Prompt(
            "New branch", f"from {clean(origin)}, without switching to it", value=value,
            placeholder="name",
        ))
        value = (given or "").strip()
        if not value:
            return
        try:
            where = (await world.git.repository()).path
            async with acting(world.journal, "branch.create", value, where, after=clean(start)):
                await world.git.create(value, start)
        except OpstuiError as error:
            desk.say(str(error), kind="error")
            continue
        desk.say(f"made {value}")
        desk.changed("branches", "commits")
        desk.go("branches", f"refs/heads/{value}")
        return


async def delete_branch(world: World, desk: Desk, branch: Branch) -> None:
    """Delete a branch: merged after one question, else after a second one with its name typed."""
    name = clean(branch.name)
    where = (await world.git.repository()).path
    merged = await world.git.is_merged(branch)
    body = await _evidence(world, branch)
    head = f"{name} at {short(branch.commit)}"
    fate = (
        "Its commits stay: they are in its upstream or in HEAD."
        if merged else "It is not merged: its commits are in no upstream and not in HEAD."
    )
    if not await desk.confirm(Question(
        title="Delete branch", object=head, effect=f"The local branch goes. {fate}", place=where,
        yes="Delete", danger=True, body=body,
    )):
        return
    if not merged and not await desk.confirm(Question(
        title="Delete unmerged branch", object=head,
        effect=f"Only its commit id brings the work back: git branch NAME {branch.commit}",
        place=where, yes="Delete", danger=True, typed=_typed(branch), body=body,
    )):
        return
    with desk.busy("branches", branch.key):
        async with acting(
            world.journal, "branch.delete", name, where, before=branch.commit,
            evidence=(("merged", "yes" if merged else "no"),),
        ):
            await world.git.delete(branch, force=not merged)
    desk.say(f"deleted {name}, which was at {short(branch.commit)}")
    desk.changed("branches", "commits")


def _typed(branch: Branch) -> str:
    """The name, or the short id where a keyboard can't produce the name."""
    return branch.name if clean(branch.name) == branch.name else short(branch.commit)


async def _evidence(world: World, branch: Branch) -> tuple[Line, ...]:
    commits = await world.git.commits(branch.ref, _EVIDENCE)
    now = world.clock()
    shown: Sequence[Line] = [
        line((short(commit.sha), "dim"), f" {commit.subject}",
             (f"  {commit.author}, {age(commit.when, now)}", "dim"))
        for commit in commits
    ]
    return (line(("its newest commits", "dim")), *shown)


async def fetch_all(world: World, desk: Desk) -> None:
    """Fetch every remote and say what came."""
    desk.say("fetching all remotes")
    said = await world.git.fetch()
    news = [row for row in said.splitlines() if "->" in row]
    if news:
        desk.say(f"fetched {plural(len(news), 'changed reference')}: {'; '.join(news[:3])}")
    else:
        desk.say("fetched: nothing new")
    desk.changed("branches", "commits")
