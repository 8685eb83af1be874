"""What the CI pane's tests share: a world with a real runner, and a desk that answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, cast

from opstui.backends.calls import RecentCalls
from opstui.backends.ci.base import BaseServer
from opstui.backends.ci_protocols import CiServer
from opstui.backends.journal import FileJournal
from opstui.domain.branch import Repository
from opstui.domain.ci import Capability, CiRun
from opstui.domain.errors import OpstuiError
from opstui.operations.world import World
from opstui.ui.desk import Choice, Detail, Form, Prompt, Question
from opstui.ui.paint import Line, text_of
from tests.backends.ci.bench import Bench


@dataclass
class Person:
    """A desk with a person at it who answers as told, and who remembers what was shown."""

    yes: bool = True
    pick: str | None = None
    read_only: bool = False
    questions: list[Question] = field(default_factory=list)
    menus: list[Sequence[Choice]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    rung: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    went: list[tuple[str, str]] = field(default_factory=list)
    documents: list[Detail] = field(default_factory=list)

    async def confirm(self, question: Question) -> bool:
        self.questions.append(question)
        return self.yes

    async def ask(self, prompt: Prompt) -> str | None:
        return None

    async def choose(self, title: str, choices: Sequence[Choice]) -> str | None:
        self.menus.append(choices)
        return self.pick

    async def form(self, form: Form) -> Mapping[str, str] | None:
        raise AssertionError("no form should be shown")

    async def read(self, title: str, body: Detail) -> None:
        self.documents.append(body)

    def say(self, text: str, *, kind: str = "information") -> None:
        self.said.append(text)

    def ring(self, text: str) -> None:
        self.rung.append(text)

    def changed(self, *kinds: str) -> None:
        self.changes.extend(kinds)

    def go(self, kind: str, key: str) -> None:
        self.went.append((kind, key))

    def copy(self, text: str, what: str) -> None:
        raise AssertionError("nothing should be copied")

    @contextmanager
    def busy(self, kind: str, key: str) -> Iterator[None]:
        yield


@dataclass
class Head:
    """The one thing that the pane asks of git, answered by git."""

    bench: Bench

    async def repository(self) -> Repository:
        return Repository(
            path=str(self.bench.repository), name="churn",
            head=self.bench.git("branch", "--show-current"),
            commit=self.bench.git("rev-parse", "--verify", "--quiet", "HEAD"),
        )


class DeadServer(BaseServer):
    """A CI server that never answers."""

    kind = "jenkins"
    reasons: ClassVar = dict.fromkeys(Capability, "it is unreachable")

    def __init__(self) -> None:
        super().__init__("jenkins", "http://127.0.0.1:9")

    async def runs(self, limit: int) -> tuple[CiRun, ...]:
        raise OpstuiError("no answer", where="http://127.0.0.1:9")

    async def changes(self) -> AsyncIterator[None]:
        raise OpstuiError("no answer")
        yield


def world(
    bench: Bench, runner: Any, *more: CiServer, now: datetime | None = None,
    ascii_only: bool = False,
) -> World:
    nothing = cast(Any, None)
    return World(
        git=cast(Any, Head(bench)), ci=(runner, *more), trust=runner, engine=nothing,
        tracking=nothing, registry=nothing, local=nothing,
        journal=FileJournal(bench.root / "journal.jsonl"), calls=RecentCalls(),
        clock=(lambda: now) if now else lambda: datetime.now(UTC), ascii_only=ascii_only,
    )


def texts(shown: Sequence[Line]) -> list[str]:
    return [text_of(one) for one in shown]
