"""Which command a repository's own files name, read at the commit that is to be run."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

MAKEFILES = ("GNUmakefile", "makefile", "Makefile")
"""In the order in which make looks for them."""
CANDIDATES = (".ci/run", "noxfile.py", "tox.ini", *MAKEFILES, "package.json")
"""Everything detection looks at."""

_TEST_TARGET = re.compile(rb"^(?:[^\s:#=]+[ ]+)*test(?:[ ]+[^\s:#=]+)*[ ]*::?(?!=)", re.MULTILINE)
_QUOTED = re.compile(r"'[^']*'|\"[^\"$`\\]*\"")
_SHELL = re.compile(r"[|&;<>()$`\\*?\[#~\n]|^\w+=")


@dataclass(frozen=True, slots=True)
class File:
    """A file of a commit."""

    data: bytes
    executable: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A command, and the file that names it."""

    argv: tuple[str, ...]
    source: str


def detect(files: Mapping[str, File]) -> Found | None:
    """The first command that the files name; they are the commit's, by path."""
    if (script := files.get(".ci/run")) is not None:
        runs_itself = script.executable and script.data.startswith(b"#!")
        return Found(("./.ci/run",) if runs_itself else ("bash", ".ci/run"), ".ci/run")
    for name, argv in (("noxfile.py", ("nox",)), ("tox.ini", ("tox",))):
        if name in files:
            return Found(argv, name)
    for name in MAKEFILES:
        if name in files:
            if _TEST_TARGET.search(files[name].data):
                return Found(("make", "test"), name)
            break  # make reads only the first one
    if "package.json" in files and _has_test_script(files["package.json"].data):
        return Found(("npm", "test"), "package.json")
    return None


def _has_test_script(data: bytes) -> bool:
    try:
        package = json.loads(data)
    except ValueError:
        return False
    scripts = package.get("scripts") if isinstance(package, dict) else None
    test = scripts.get("test") if isinstance(scripts, dict) else None
    # npm init writes a script that only fails; it is no test.
    return isinstance(test, str) and "no test specified" not in test


def as_argv(command: str | tuple[str, ...]) -> tuple[str, ...]:
    """A configured command as arguments; a text that needs a shell gets `sh -c`.

    ValueError where quotes don't match or there is nothing.
    """
    if not isinstance(command, str):
        return tuple(command)
    argv = tuple(shlex.split(command))
    if not argv:
        raise ValueError("it is empty")
    return ("sh", "-c", command) if _SHELL.search(_QUOTED.sub("", command)) else argv


def label(argv: tuple[str, ...]) -> str:
    """What to call a command in a list: `make test`, `.ci/run`."""
    if argv[:2] == ("sh", "-c"):
        words = argv[2].split()
    elif len(argv) == 2 and argv[0] in ("bash", "sh"):
        words = [argv[1]]
    else:
        words = [argv[0].removeprefix("./"), *argv[1:]]
    text = " ".join(words)
    return text if len(text) <= 32 else f"{text[:31]}…"
