"""The engines there are: which files each reads, how it is started, how its output is read."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from shutil import which

from opstui.backends.ci.local.engines import act, gitlab_local
from opstui.backends.ci.local.engines.reading import Reading
from opstui.domain.ci import Input


@dataclass(frozen=True, slots=True)
class Engine:
    """One program that runs workflow files."""

    name: str
    """In ids of workflows: `act:.github/workflows/ci.yml`."""
    program: str
    """What must be on the PATH."""
    patterns: tuple[str, ...]
    """Files that it runs."""
    argv: Callable[[str, str, Mapping[str, str]], tuple[str, ...]]
    """From a file's path, its text and the inputs to the command; ValueError says why not."""
    inputs: Callable[[str], tuple[Input, ...]]
    """What the file asks for when it is started by hand."""
    reading: Callable[[], Reading]
    """What makes a log and jobs of its output."""
    note: str

    def path(self, environ: Mapping[str, str]) -> str:
        """Where the program is; empty where it is not installed."""
        return which(self.program, path=environ.get("PATH")) or ""


ENGINES = (
    Engine(
        "act", "act", (".github/workflows/*.yml", ".github/workflows/*.yaml"), act.argv,
        act.inputs, act.ActReading,
        "act runs its steps on this machine itself, without containers",
    ),
    Engine(
        "gitlab-ci-local", "gitlab-ci-local", (".gitlab-ci.yml",), gitlab_local.argv,
        gitlab_local.inputs, gitlab_local.GitlabReading,
        "gitlab-ci-local runs its jobs with this machine's shell, without containers",
    ),
)


def split(workflow: str) -> tuple[Engine, str] | None:
    """The engine and the file that a workflow's id names; None where it names none."""
    name, _, path = workflow.partition(":")
    engine = next((one for one in ENGINES if one.name == name), None)
    return (engine, path) if engine is not None and path else None


def offered(paths: Iterable[str], environ: Mapping[str, str]) -> list[tuple[Engine, str]]:
    """What the installed engines can run of a commit's files."""
    known = sorted(paths)
    return [
        (engine, path) for engine in ENGINES if engine.path(environ)
        for path in known
        if any(fnmatch.fnmatchcase(path, pattern) for pattern in engine.patterns)
    ]
