"""The commits of a branch: as a list inside it, and as the log beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import ClassVar

from opstui.domain.branch import Branch, Commit
from opstui.domain.page import Page
from opstui.domain.text import clean
from opstui.domain.words import age, short
from opstui.operations.world import World
from opstui.panes.branch_acts import create_branch
from opstui.panes.building import CommitBuild
from opstui.panes.ci_failure import HeadFailure
from opstui.panes.diff import commit_detail
from opstui.panes.forge import commit_page
from opstui.panes.start_ci import start_ci
from opstui.ui.action import action
from opstui.ui.column import Column
from opstui.ui.desk import Desk, Detail
from opstui.ui.paint import Line, Span, glyph, line
from opstui.ui.view import View

_PAGE = 200
_GLANCE = 100
"""Commits beside a branch, read anew for each branch the cursor rests on."""
"""Commits that are read at a time."""
_NAMES = 2
"""Names that are shown beside a commit."""
_PLAIN = str.maketrans({"│": "|", "╱": "/", "╲": "\\", "─": "-", "╮": ".", "╯": "'"})


def graph(world: World, commit: Commit) -> Span:
    """The commit's cells of the graph, with a round node where the terminal has one."""
    cells = commit.graph
    drawn = cells.translate(_PLAIN) if world.ascii_only else cells.replace("*", "○")
    return Span(drawn, "dim")


def ci_glyph(world: World, commit: str) -> Span:
    """The state of a commit's newest CI run; blank where none is known."""
    status = world.board.ci_status(commit)
    return glyph(status, ascii_only=world.ascii_only) if status else Span("")


def refs(commit: Commit) -> Span:
    """The first branches and tags that point at the commit, and how many more do."""
    shown = [f"[{name}]" for name in commit.refs[:_NAMES]]
    more = [f"+{len(commit.refs) - _NAMES}"] if len(commit.refs) > _NAMES else []
    return Span(" ".join(shown + more), "accent")


def log_detail(world: World, branch: Branch) -> Detail:
    """The branch's log with its graph."""

    async def load(width: int, /) -> Sequence[Line]:
        commits = await world.git.commits(branch.ref, _GLANCE)
        shown = [_log_line(world, commit) for commit in commits]
        if len(commits) == _GLANCE:
            shown.append(line((f"the newest {_GLANCE}; enter lists all commits", "dim")))
        return shown

    return Detail(f"log/{branch.ref}/{branch.commit}", "Log", load)


def _log_line(world: World, commit: Commit) -> Line:
    names = refs(commit)
    written = f"  {commit.author}, {age(commit.when, world.clock())}"
    return (
        graph(world, commit), Span(" "), Span(short(commit.sha), "dim"), Span(" "),
        *((names, Span(" ")) if names.text else ()), Span(commit.subject), Span(written, "dim"),
    )


class CommitsView(View[Commit]):
    """The commits that a branch reaches."""

    kind: ClassVar[str] = "commits"
    noun = "commit"
    follows = ("ci",)
    parts = (HeadFailure, CommitBuild)

    def __init__(self, world: World, branch: Branch) -> None:
        self.world = world
        self.branch = branch
        self.title = clean(branch.name)
        self._head = branch.commit

    def columns(self) -> tuple[Column[Commit], ...]:
        """Graph, id, CI, subject, names, author, age."""
        world = self.world
        return (
            Column("graph", "", lambda commit: graph(world, commit), width=16),
            Column("sha", "Commit", lambda commit: Span(short(commit.sha), "dim"), width=7, drop=4),
            Column("ci", "CI", lambda commit: ci_glyph(world, commit.sha), width=2),
            Column("subject", "Subject", lambda commit: commit.subject, grow=1, least=28,
                   sort=lambda commit: commit.subject.casefold()),
            Column("refs", "Names", refs, width=24, drop=3),
            Column("author", "Author", lambda commit: Span(commit.author, "dim"), width=14,
                   drop=5, sort=lambda commit: commit.author.casefold() or None),
            Column("age", "Age", lambda commit: Span(age(commit.when, world.clock()), "dim"),
                   width=3, right=True, drop=1, sort=lambda commit: commit.when, best_first=True),
        )

    async def load(self, token: str = "") -> Page[Commit]:
        """A page of the log; later pages go on from the head that the first page saw."""
        skip = int(token or 0)
        commits = await self.world.git.commits(
            self._head if skip else self.branch.ref, _PAGE, skip
        )
        if commits and not skip:
            self._head = commits[0].sha
        more = str(skip + _PAGE) if len(commits) == _PAGE else ""
        return Page(commits, more)

    def changes(self) -> AsyncIterator[None]:
        """Follows the git directory."""
        return self.world.git.changes()

    def words(self, item: Commit) -> str:
        """What a person remembers of a commit."""
        return " ".join((item.subject, item.author, item.sha, *item.refs))

    def name(self, item: Commit) -> str:
        """The short id and the subject."""
        return f"{short(item.sha)} {item.subject}"

    def details(self, item: Commit) -> Sequence[Detail]:
        """What the commit changed."""
        return (commit_detail(self.world, item.sha),)

    def copies(self, item: Commit) -> Sequence[tuple[str, str]]:
        """The id first."""
        return (("commit", item.sha), ("subject", clean(item.subject)), ("author", item.author))

    async def url(self, item: Commit) -> str:
        """The commit's page at the repository's host."""
        return commit_page(await self.world.git.remote_url(), item.sha)

    @action("n", "New branch", changes=("branches",))
    async def create(self, commit: Commit, desk: Desk) -> None:
        """Make a branch at this commit."""
        await create_branch(self.world, desk, commit.sha, self.name(commit))

    @action("t", "Test", changes=("ci",))
    async def test(self, commit: Commit, desk: Desk) -> None:
        """Run CI on this commit."""
        await start_ci(self.world, desk, commit.sha, self.branch.name)
