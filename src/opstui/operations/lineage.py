"""Follows one thread through all systems: every backend is asked at once, none holds up another.

What the board knows is there at once. Each answer may raise new questions: a version names its
run, the run a commit, the commit its CI runs. What a backend does not answer stays unknown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace

from opstui.domain.errors import OpstuiError
from opstui.domain.lineage import MODEL, Asked, Chain, Flaw, Noun, Ref
from opstui.domain.lineage_chain import chain
from opstui.domain.lineage_graph import Graph, Layer, layer
from opstui.domain.lineage_names import ref_of
from opstui.domain.model import ModelVersion, RegisteredModel
from opstui.operations.lineage_questions import Answer, Question, about, at_first
from opstui.operations.world import World

SECONDS = 10.0
"""How long each question may take."""
MOST = 80
"""Questions in one chain."""


class Tracing:
    """One chain that becomes whole while backends answer."""

    def __init__(
        self, world: World, of: Ref, nouns: Iterable[Noun] = (), *, seconds: float = SECONDS,
        used_by: bool = False,
    ) -> None:
        """nouns: what is known beside the board, such as the thing itself."""
        self._world = world
        self.of = of
        self.used_by = used_by
        self._seconds = seconds
        self._nouns: dict[Ref, Noun] = {ref_of(noun): noun for noun in nouns}
        self._bearers: dict[Ref, list[Ref]] = {}
        self._gone: dict[Ref, str] = {}
        self._clone: dict[str, bool] = {}
        self._away: dict[str, Flaw] = {}
        self._answered: set[str] = set()
        self._pending: dict[asyncio.Task[None], Question] = {}
        self._begun: set[str] = set()
        self._graph = Graph()
        self._chain: Chain | None = None

    @property
    def waiting(self) -> bool:
        """Whether an answer is awaited."""
        return bool(self._pending)

    @property
    def chain(self) -> Chain:
        """As far as it is known by now."""
        if self._chain is None:
            self._weave()
            self._chain = chain(
                self._graph, self.of, self._asked(), champion=self._world.rules.champion,
                used_by=self.used_by,
            )
        return self._chain

    async def follow(self, told: Callable[[], None] = lambda: None) -> Chain:
        """Ask until nothing new comes; `told` is called whenever something did."""
        await self._world.lineage.refresh()
        self._chain = None
        try:
            self._ask_more(at_first(self._world))
            while True:
                self._ask_more(about(self._world, self._whole()))
                self._chain = None
                told()
                if not self._pending:
                    return self.chain
                done, _ = await asyncio.wait(
                    self._pending, return_when=asyncio.FIRST_COMPLETED
                )
                for task in done:
                    del self._pending[task]
                    task.result()
                self._chain = None
        finally:
            for task in self._pending:
                task.cancel()

    def _whole(self) -> Chain:
        """Both ways, whatever is shown: what is above tells what else to ask."""
        if not self.used_by:
            return self.chain
        self._weave()
        return chain(
            self._graph, self.of, self._asked(), champion=self._world.rules.champion
        )

    def _weave(self) -> None:
        fresh = layer(map(self._aliased, self._nouns.values()), self._world.rules.ci_tags)
        self._graph = Graph(
            fresh, Layer(bearers=self._bearers), *self._world.lineage.layers,
            ci_tags=self._world.rules.ci_tags,
        )

    def _aliased(self, noun: Noun) -> Noun:
        """A version with its aliases, which a search for versions leaves out."""
        if isinstance(noun, ModelVersion):
            model = self._nouns.get(Ref(MODEL, noun.model))
            if isinstance(model, RegisteredModel):
                return replace(noun, aliases=model.aliases_of(noun.version))
        return noun

    def _asked(self) -> Asked:
        pending = frozenset(question.step for question in self._pending.values())
        whole = frozenset(self._answered) - self._away.keys() - pending
        return Asked(self._away, pending, whole, self._gone, self._clone)

    def _ask_more(self, questions: Iterable[Question]) -> None:
        for question in questions:
            if question.name not in self._begun and len(self._begun) < MOST:
                self._begun.add(question.name)
                self._pending[asyncio.create_task(self._ask(question))] = question

    async def _ask(self, question: Question) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                answer = await question.ask()
        except TimeoutError:
            self._away.setdefault(question.step, Flaw("no answer in time", "ask again: r"))
        except OpstuiError as error:
            self._away.setdefault(question.step, Flaw(error.what, _elsewhere(error.hint)))
        else:
            self._take(question, answer)

    def _take(self, question: Question, answer: Answer) -> None:
        self._answered.add(question.step)
        self._nouns |= {ref_of(noun): noun for noun in answer.nouns}
        self._gone |= answer.gone
        self._clone |= answer.clone
        for name, bearer in answer.names:
            self._bearers.setdefault(name, []).append(bearer)
        if answer.silent:
            self._away.setdefault(question.step, Flaw(answer.silent))


def _elsewhere(hint: str) -> str:
    """What to try, where the hint names a key of another list."""
    return hint.replace("press S to", "press S in Experiments to")


async def trace(
    world: World, of: Ref, nouns: Iterable[Noun] = (), *, seconds: float = SECONDS,
    used_by: bool = False,
) -> Chain:
    """The chain through a thing, once every backend answered or was given up."""
    return await Tracing(world, of, nouns, seconds=seconds, used_by=used_by).follow()
