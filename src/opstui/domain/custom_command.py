"""A command of the person's own, as a settings file writes it, and how its words are filled."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from opstui.domain.errors import OpstuiError

OUTPUTS = ("view", "terminal", "notice", "none")
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing to ask for before a command runs."""

    name: str
    kind: str
    """input, menu or confirm."""
    title: str
    value: str = ""
    """What stands in the input at first."""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomCommand:
    """A program with a key."""

    name: str
    words: tuple[str, ...]
    """The program and its arguments, with `{fact}`s; or one script for `sh -c`."""
    script: bool = False
    """`words` is one script: it gets facts by its environment only."""
    key: str = ""
    label: str = ""
    help: str = ""
    panes: tuple[str, ...] = ()
    """Kinds of lists that have it; empty for all."""
    prompts: tuple[Ask, ...] = ()
    confirm: str = ""
    """The effect, asked about before it runs; empty to run at once."""
    dangerous: bool = False
    """It changes something shared: asked about, journaled, gone in read-only mode."""
    output: str = "view"
    source: str = ""
    """The file that says so."""
    own: bool = True
    """It is in the person's own settings; a repository's has to be trusted first."""

    @property
    def title(self) -> str:
        """What to call it."""
        return self.label or self.name

    @property
    def needs(self) -> tuple[str, ...]:
        """The facts in its words, without what is asked for."""
        if self.script:
            return ()
        asked = {one.name for one in self.prompts}
        found = [name for word in self.words for name in PLACEHOLDER.findall(word)]
        return tuple(name for name in dict.fromkeys(found) if name not in asked)

    @property
    def text(self) -> str:
        """How it is written, for questions and trust."""
        return self.words[0] if self.script else shlex.join(self.words)

    def lacks(self, facts: Mapping[str, str]) -> str:
        """The first fact that it needs and that is not there; empty where none is missing."""
        return next((name for name in self.needs if not facts.get(name)), "")

    def argv(self, facts: Mapping[str, str]) -> tuple[str, ...]:
        """The words with every placeholder filled; each word stays one word.

        Raises OpstuiError for a fact that is missing, or that a program could take for an option.
        """
        if self.script:
            return ("sh", "-c", self.words[0])
        filled: list[str] = []
        for word in self.words:
            done = PLACEHOLDER.sub(lambda found: _value(self, facts, found[1]), word)
            if done.startswith("-") and not word.startswith("-") and "--" not in filled:
                raise OpstuiError(
                    f"{done!r} would be taken for an option of {self.words[0]}",
                    where=f"command {self.name}", hint='put "--" before it in the settings',
                )
            filled.append(done)
        return tuple(filled)


def _value(command: CustomCommand, facts: Mapping[str, str], name: str) -> str:
    value = facts.get(name, "")
    if not value:
        raise OpstuiError(f"there is no {name} to give to {command.title}",
                          where=f"command {command.name}", hint="select a thing that has one")
    if "\0" in value:
        raise OpstuiError(f"{name} holds a character that no argument can",
                          where=f"command {command.name}")
    return value
