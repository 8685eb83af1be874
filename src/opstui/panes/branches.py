"""Branches: local and remote, the current one first, with the state of CI for their heads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from time import monotonic
from typing import Any, ClassVar

from opstui.domain.branch import Branch, Repository
from opstui.domain.page import Page
from opstui.domain.text import clean
from opstui.domain.words import age, short
from opstui.operations.world import World
from opstui.panes.branch_acts import create_branch, delete_branch, fetch_all, switch_branch
from opstui.panes.branch_ci import ci_detail
from opstui.panes.building import BranchBuild
from opstui.panes.ci_failure import HeadFailure
from opstui.panes.commits import CommitsView, ci_glyph, log_detail
from opstui.panes.diff import commit_detail
from opstui.panes.forge import branch_page
from opstui.panes.start_ci import start_ci
from opstui.ui.action import action
from opstui.ui.column import Column
from opstui.ui.desk import Desk, Detail
from opstui.ui.paint import Line, Span, line
from opstui.ui.view import View

_POLL = 30.0
"""Seconds between looks beside the events: nothing tells when files of the work tree change."""
_WHOLE = 900.0
"""Seconds after which all is read again: another machine's work in a network home tells nobody."""


def why_not_switch(view: BranchesView, branch: Branch) -> str:
    """A work tree, and nobody else on the branch."""
    if branch.current:
        return "it is checked out already"
    if branch.worktree:
        return f"it is checked out in {clean(branch.worktree)}"
    if view.repository is not None and view.repository.bare:
        return "a bare repository has no work tree"
    return ""


def why_not_delete(view: BranchesView, branch: Branch) -> str:
    """A local branch that nobody has checked out."""
    if branch.remote:
        return "deleting remote branches is left to git push"
    if branch.current:
        return "it is checked out here; switch away first"
    if branch.worktree:
        return f"it is checked out in {clean(branch.worktree)}"
    return ""


class BranchesView(View[Branch]):
    """Local and remote-tracking branches."""

    kind: ClassVar[str] = "branches"
    title = "Branches"
    noun = "branch"
    interval = _POLL
    follows = ("ci",)
    early = True
    parts = (HeadFailure, BranchBuild)

    def __init__(self, world: World) -> None:
        self.world = world
        self.repository: Repository | None = None
        """As of the last load."""
        self._whole = 0.0
        """When all was read last."""

    def columns(self) -> tuple[Column[Branch], ...]:
        """Mark, name, changed files, ahead and behind, CI; subject, author where wide; age."""
        world = self.world
        arrows = "+-" if world.ascii_only else "↑↓"
        return (
            Column("mark", "", _mark, width=1),
            Column("name", "Branch", _name, grow=3, least=22,
                   sort=lambda branch: branch.name.casefold()),
            Column("dirty", "~", lambda branch: Span(f"~{branch.dirty}" if branch.dirty else "",
                                                     "warn"), width=5, drop=1),
            Column("sync", arrows, self._sync, width=11, drop=2,
                   sort=lambda branch: branch.ahead + branch.behind or None, best_first=True),
            Column("ci", "CI", lambda branch: ci_glyph(world, branch.commit), width=2,
                   sort=self._ci_word),
            Column("subject", "Subject", lambda branch: branch.subject, grow=2, drop=6,
                   sort=lambda branch: branch.subject.casefold()),
            Column("author", "Author", lambda branch: Span(branch.author, "dim"), width=14, drop=5,
                   sort=lambda branch: branch.author.casefold() or None),
            Column("age", "Age", lambda branch: Span(age(branch.when, world.clock()), "dim"),
                   width=3, right=True, drop=3, sort=lambda branch: branch.when, best_first=True),
        )

    def _sync(self, branch: Branch) -> Line:
        if branch.gone:
            return line(("gone", "warn"))
        up, down = ("+", "-") if self.world.ascii_only else ("↑", "↓")
        parts = [Span(f"{up}{branch.ahead}", "good")] if branch.ahead else []
        if branch.behind:
            parts += [*([Span(" ")] if parts else []), Span(f"{down}{branch.behind}", "warn")]
        return tuple(parts)

    def _ci_word(self, branch: Branch) -> str | None:
        status = self.world.board.ci_status(branch.commit)
        return status.word if status else None

    async def load(self, token: str = "") -> Page[Branch]:
        """The current branch, the other local ones, the remote ones; each part newest first."""
        git = self.world.git
        branches, repository = await asyncio.gather(git.branches(), git.repository())
        self.repository, self.title = repository, _title(repository)
        ordered = tuple(sorted(branches, key=lambda one: (not one.current, bool(one.remote))))
        self.world.board.branches, self.world.board.repository = ordered, repository
        self._whole = monotonic()
        return Page(ordered)

    async def glance(self) -> Page[Branch] | None:
        """Only the number of changed files: of all else the git directory's events tell."""
        if monotonic() - self._whole > _WHOLE:
            return await self.load()
        same = await self.world.git.repository() == self.repository
        return None if same else await self.load()

    def changes(self) -> AsyncIterator[None]:
        """Follows the git directory."""
        return self.world.git.changes()

    def empty(self) -> Sequence[Line]:
        """How to get a first branch."""
        return (
            line(("no commits yet, so there is no branch", "dim")),
            line(("make the first one with ", "dim"), "git commit"),
            line(("or fetch with ", "dim"), ("f", "key"), (" after git remote add", "dim")),
        )

    def words(self, item: Branch) -> str:
        """What a person remembers of a branch."""
        return " ".join((
            item.name, item.author, item.subject, item.commit, item.upstream,
            "gone" if item.gone else "", "remote" if item.remote else "local",
        ))

    def name(self, item: Branch) -> str:
        """Its short name."""
        return item.name

    def details(self, item: Branch) -> Sequence[Detail]:
        """The log, the head commit, what CI says of it."""
        return (log_detail(self.world, item), commit_detail(self.world, item.commit),
                ci_detail(self.world, item))

    def child(self, item: Branch) -> View[Any]:
        """Its commits."""
        return CommitsView(self.world, item)

    def copies(self, item: Branch) -> Sequence[tuple[str, str]]:
        """The name first."""
        return (("name", item.name), ("commit", item.commit), ("subject", clean(item.subject)))

    async def url(self, item: Branch) -> str:
        """The branch's page at the repository's host; empty for one that was never pushed."""
        there = self._name_there(item)
        return branch_page(await self.world.git.remote_url(), there) if there else ""

    def _name_there(self, branch: Branch) -> str:
        """The name the branch has at a remote, as far as this repository knows."""
        if branch.remote:
            return branch.name.partition("/")[2]
        if branch.upstream:
            return branch.upstream.partition("/")[2]
        pushed = {one.name.partition("/")[2] for one in self.world.board.branches if one.remote}
        return branch.name if branch.name in pushed else ""

    @action("c", "Switch", changes=("branches",), when=why_not_switch)
    async def switch(self, branch: Branch, desk: Desk) -> None:
        """Check the branch out; a remote one gets a local branch that tracks it."""
        await switch_branch(self.world, desk, branch)

    @action("n", "New", changes=("branches",))
    async def create(self, branch: Branch, desk: Desk) -> None:
        """Make a branch at this one's head."""
        await create_branch(self.world, desk, branch.ref, branch.name)

    @action("D", "Delete", changes=("branches",), when=why_not_delete)
    async def delete(self, branch: Branch, desk: Desk) -> None:
        """Delete the local branch; an unmerged one is asked about twice."""
        await delete_branch(self.world, desk, branch)

    @action("f", "Fetch", changes=("branches",), item=False)
    async def fetch(self, desk: Desk) -> None:
        """Fetch all remotes, never asking for a password."""
        await fetch_all(self.world, desk)

    @action("t", "Test", changes=("ci",))
    async def test(self, branch: Branch, desk: Desk) -> None:
        """Run CI on the branch's head commit."""
        await start_ci(self.world, desk, branch.commit, branch.name)


def _title(repository: Repository) -> str:
    if repository.operation:
        return f"Branches, {repository.operation} under way"
    if repository.detached and repository.commit:
        return f"Branches, detached at {short(repository.commit)}"
    return "Branches"


def _mark(branch: Branch) -> Span:
    if branch.current:
        return Span("*", "accent")
    # A blank instead of nothing, so that names don't move when a filter hides the marked ones.
    return Span("+", "dim") if branch.worktree else Span(" ")


def _name(branch: Branch) -> Span:
    if branch.current:
        return Span(branch.name, "accent")
    return Span(branch.name, "dim" if branch.remote else "plain")
