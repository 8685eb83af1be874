"""A desk with a person at it who answers as scripted; it remembers all that was shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from opstui.ui.desk import Choice, Detail, Form, Program, Prompt, Question
from opstui.ui.plot import Plot
from opstui.ui.sheet import Comparing
from opstui.ui.view import View


@dataclass
class ScriptedDesk:
    """Answers are taken from the front of each list; a question too many fails the test."""

    confirms: list[bool] = field(default_factory=list)
    answers: list[str | None] = field(default_factory=list)
    picks: list[str | None] = field(default_factory=list)
    filled: list[Mapping[str, str] | None] = field(default_factory=list)
    read_only: bool = False

    sets: list[Sequence[str] | None] = field(default_factory=list)
    opened: list[tuple[str, View[Any]]] = field(default_factory=list)
    marks: list[Any] = field(default_factory=list)
    comparisons: list[Comparing] = field(default_factory=list)
    plots: list[Plot] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    rung: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    prompts: list[Prompt] = field(default_factory=list)
    menus: list[Sequence[Choice]] = field(default_factory=list)
    documents: list[tuple[str, Detail]] = field(default_factory=list)
    notices: list[tuple[str, str]] = field(default_factory=list)
    reloads: list[str] = field(default_factory=list)
    jumps: list[tuple[str, str]] = field(default_factory=list)
    copied: list[tuple[str, str]] = field(default_factory=list)
    handed: list[Program] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    worked_on: list[tuple[str, str]] = field(default_factory=list)

    async def confirm(self, question: Question) -> bool:
        self.questions.append(question)
        assert self.confirms, f"nobody expected the question {question.title!r}"
        return self.confirms.pop(0)

    async def ask(self, prompt: Prompt) -> str | None:
        self.prompts.append(prompt)
        assert self.answers, f"nobody expected the prompt {prompt.title!r}"
        return self.answers.pop(0)

    async def choose(self, title: str, choices: Sequence[Choice]) -> str | None:
        self.menus.append(choices)
        assert self.picks, f"nobody expected the menu {title!r}"
        return self.picks.pop(0)

    async def form(self, form: Form) -> Mapping[str, str] | None:
        self.forms.append(form)
        assert self.filled, f"nobody expected the form {form.title!r}"
        return self.filled.pop(0)

    async def pick(
        self, title: str, choices: Sequence[Choice], picked: Sequence[str]
    ) -> Sequence[str] | None:
        self.menus.append(choices)
        assert self.sets, f"nobody expected the menu {title!r}"
        return self.sets.pop(0)

    async def hand_over(self, program: Program) -> int:
        self.handed.append(program)
        return self.codes.pop(0) if self.codes else 0

    def open(self, view: View[Any], name: str) -> None:
        self.opened.append((name, view))

    def marked(self) -> Sequence[Any]:
        return self.marks

    async def compare(self, comparing: Comparing) -> None:
        self.comparisons.append(comparing)

    async def plot(self, plot: Plot) -> None:
        self.plots.append(plot)

    async def read(self, title: str, body: Detail) -> None:
        self.documents.append((title, body))

    def say(self, text: str, *, kind: str = "information") -> None:
        self.notices.append((kind, text))

    def ring(self, text: str) -> None:
        self.rung.append(text)

    def changed(self, *kinds: str) -> None:
        self.reloads.extend(kinds)

    def restart(self, kind: str, *, forget: bool = False) -> None:
        self.reloads.append(f"{kind} anew" if forget else kind)

    def go(self, kind: str, key: str) -> None:
        self.jumps.append((kind, key))

    def copy(self, text: str, what: str) -> None:
        self.copied.append((what, text))

    @contextmanager
    def busy(self, kind: str, key: str) -> Iterator[None]:
        self.worked_on.append((kind, key))
        yield

    @property
    def said(self) -> list[str]:
        """The notices' texts."""
        return [text for _, text in self.notices]
