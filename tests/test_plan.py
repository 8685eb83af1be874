"""The house's own rules: small rooms, clear walls, nothing heavy at the front door."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from opstui.panes import table
from opstui.ui.action import Bound
from opstui.ui.keys import scopes_of
from opstui.ui.view import View

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "opstui"
FILES = sorted(SOURCE.rglob("*.py"))
MOST_LINES = 400
MOST_METHODS = 20
LONGEST_FUNCTION = 60
CLEANING_UP = {"BaseException"}
"""May be caught only where the error goes on, which is checked."""
CHILDREN = {"demo/child.py"}
"""Scripts that run in a process of their own, where mlflow may be imported."""
HEAVY = ("textual", "rich", "httpx", "git", "docker", "mlflow", "watchfiles", "asyncio")
TAKEN_BY_TERMINALS = {"ctrl+d", "ctrl+u", "ctrl+k", "ctrl+s", "ctrl+q"}

Function = ast.FunctionDef | ast.AsyncFunctionDef
Node = tuple[str, ast.AST]

pytestmark = pytest.mark.xdist_group("plan")  # what reads the whole source reads it once


def name_of(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


@pytest.fixture(scope="module")
def nodes() -> list[Node]:
    """Every node of the source, with its file's name; a second's work."""
    return [(name_of(path), node) for path in FILES
            for node in ast.walk(ast.parse(path.read_text("utf-8")))]


def test_no_file_is_longer_than_a_person_reads_at_once() -> None:
    long = {name_of(path): count for path in FILES
            if (count := len(path.read_text("utf-8").splitlines())) > MOST_LINES}
    assert not long


def test_no_class_has_too_many_methods(nodes: list[Node]) -> None:
    big: dict[str, int] = {}
    for file, node in nodes:
        if isinstance(node, ast.ClassDef):
            methods = [one.name for one in node.body if isinstance(one, Function)]
            count = sum(1 for name in methods if not (name[:2] == name[-2:] == "__"))
            if count > MOST_METHODS:
                big[f"{file}: {node.name}"] = count
    assert not big


def test_no_function_is_too_long(nodes: list[Node]) -> None:
    long = {
        f"{file}: {node.name}": length for file, node in nodes if isinstance(node, Function)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    }
    assert not long


def test_nothing_is_caught_broadly(nodes: list[Node]) -> None:
    """BaseException only where it is raised again, or handed to `fail` for who awaits it."""
    broad: list[str] = []
    for file, node in nodes:
        if not isinstance(node, ast.ExceptHandler):
            continue
        caught = {ast.unparse(one) for one in getattr(node.type, "elts", [node.type]) if one}
        goes_on = any(
            isinstance(one, ast.Raise) or (isinstance(one, ast.Name) and one.id == "fail")
            for one in ast.walk(node)
        )
        if not caught or "Exception" in caught or (caught & CLEANING_UP and not goes_on):
            broad.append(f"{file}:{node.lineno}")
    assert not broad


def test_mlflow_is_imported_by_child_processes_only(nodes: list[Node]) -> None:
    found: set[str] = set()
    for file, node in nodes:
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
        else:
            continue
        if any(module.split(".")[0] == "mlflow" for module in modules):
            found.add(file)
    assert found <= CHILDREN


@pytest.mark.parametrize("arguments", [
    [], ["--version"], ["--help"], ["doctor", "--help"], ["promote", "--help"], ["demo", "--help"],
], ids=lambda words: " ".join(words) or "import")
def test_the_front_door_imports_nothing_heavy(arguments: list[str]) -> None:
    """Even where a command's own arguments are declared; asyncio counts for the bare door."""
    heavy = HEAVY if not arguments or arguments[0].startswith("--") else HEAVY[:-1]
    script = (
        "import sys, contextlib, io\n"
        "import opstui.cli\n"
        "if sys.argv[1:]:\n"
        "    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        "        opstui.cli.run(sys.argv[1:])\n"
        f"print([name for name in {heavy!r} if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True,
    )
    assert done.stdout.strip() == "[]"


def bounds() -> list[Bound]:
    return [bound for _, scope in scopes_of(table.VIEWS) for bound in scope]


def test_every_action_says_what_it_does() -> None:
    assert [bound.id for bound in bounds() if not bound.action.help or not bound.action.label] == []


def test_no_action_sits_on_a_key_that_scrolls_or_stops_a_terminal() -> None:
    wrong = [
        bound.id for bound in bounds()
        if TAKEN_BY_TERMINALS & set(bound.action.keys)
        or ("ctrl+c" in bound.action.keys and bound.id != "everywhere.interrupt")
    ]
    assert wrong == []


def test_actions_that_change_something_say_which_lists_read_it_again() -> None:
    kinds = {view.kind for view in table.VIEWS}
    assert [bound.id for bound in bounds() if not set(bound.action.changes) <= kinds] == []


def descendants(kind: type) -> Iterator[type]:
    for child in kind.__subclasses__():
        yield child
        yield from descendants(child)


def test_every_pane_is_in_the_table() -> None:
    """A file of panes/ that declares a view is one line there."""
    for path in (SOURCE / "panes").glob("*.py"):
        importlib.import_module(f"opstui.panes.{path.stem}")
    declared = {
        f"panes/{view.__module__.rpartition('.')[2]}.py: {view.__name__}"
        for view in descendants(View) if view.kind and view.__module__.startswith("opstui.")
    }
    known = {f"panes/{view.__module__.rpartition('.')[2]}.py: {view.__name__}"
             for view in table.VIEWS}
    assert declared == known
    assert len({view.kind for view in table.VIEWS}) == len(table.VIEWS)


def test_readme_tells_the_keys_and_settings_that_the_code_declares() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "keytable.py", "--check"],
        capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stderr


def test_nobody_imports_across_the_walls() -> None:
    tool = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([tool, "--no-cache"], capture_output=True, text=True, check=False,
                          cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
