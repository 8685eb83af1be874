"""Which line of a log a person wants to see first."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from opstui.domain.failing_lines import (
    ErrorLines,
    Part,
    around,
    failing_part,
    failing_tests,
    first_failing,
    sentence,
    telling,
)
from opstui.domain.log_text import LogText


def of(data: str) -> LogText:
    text = LogText()
    text.append(data.encode())
    return text


def first(text: LogText, part: Part | None = None) -> int | None:
    lines = ErrorLines(text, part or Part(0, len(text)))
    while lines.step():
        pass
    return first_failing(lines)


@pytest.mark.parametrize("line", [
    "E   AssertionError: boom", "E       assert 1 == 2", "FAILED tests/test_a.py::test_b - boom",
    "Traceback (most recent call last):", "FAIL: test_a (tests.A)", "--- FAIL: TestParse (0.00s)",
    "FAIL src/app.test.js", "not ok 3 - parses", "panic: runtime error", "npm ERR! missing script",
    "npm error Missing script", "error: could not compile", "error[E0308]: mismatched types",
    "main.c:3:5: error: expected ';'", "src/a.ts(3,1): error TS2304: Cannot find name",
    "make: *** [Makefile:2: test] Error 1", "bash: foo: command not found",
    "fatal: not a git repository", "ValueError: no", "json.decoder.JSONDecodeError: Expecting",
    "2 failed, 40 passed in 3.1s", "ERROR: No matching distribution found", "Error: no such file",
    "thread 'main' panicked at src/main.rs:2", "Segmentation fault (core dumped)",
    "[ERROR] COMPILATION ERROR :",
])
def test_what_failed(line: str) -> None:
    assert telling(line.encode()) == 2


@pytest.mark.parametrize("line", [
    "Error: Process completed with exit code 1.", "ERROR: Job failed: exit code 1",
    "The command exited with code 2", "program finished with exit code 1",
    "Build step 'Execute shell' marked build as failure", "Finished: FAILURE",
    "npm ERR! code ELIFECYCLE",
])
def test_only_that_something_failed(line: str) -> None:
    assert telling(line.encode()) == 1


@pytest.mark.parametrize("line", [
    "", "0 failed, 40 passed", "test_error_handling PASSED", "0 errors, 0 warnings",
    "exit code 0", "retrying after failure", "def handle_error(self):", "20 tests, 0 failures",
    "npm install", "compiling error.c", "EEEE", "no failures",
])
def test_nothing(line: str) -> None:
    assert telling(line.encode()) == 0


PYTEST = """collected 2 items
tests/test_parser.py .F

    def test_parse():
>       assert parse("") == 1
E       AssertionError: boom

tests/test_parser.py:41: AssertionError
FAILED tests/test_parser.py::test_parse - AssertionError: boom
1 failed, 1 passed in 0.1s
make: *** [Makefile:2: test] Error 1
"""


def test_the_first_line_that_says_what_failed() -> None:
    text = of(PYTEST)
    assert first(text) == 5
    assert sentence(text, 5) == "AssertionError: boom"
    assert around(5, Part(0, len(text))) == Part(0, len(text))


def test_a_part_narrows_it_and_without_a_telling_line_it_is_the_end() -> None:
    text = of(PYTEST + "all well\n" * 100)
    assert first(text, Part(9, 11)) == 9
    assert first(text, Part(11, 111)) is None
    assert around(None, Part(11, 111)) == Part(71, 111)
    assert around(50, Part(40, 111)) == Part(42, 71)


def test_a_line_that_only_says_that_it_failed_is_better_than_none() -> None:
    text = of("doing\nnothing said\nprogram finished with exit code 3\nbye\n")
    assert first(text) == 2


def test_githubs_error_ends_what_is_looked_at() -> None:
    text = of("going\n##[error]Process completed with exit code 1.\nfatal: while cleaning up\n")
    assert first(text, Part(0, 3)) == 1
    assert sentence(text, 1) == "Error: Process completed with exit code 1."


def test_a_traceback_is_told_by_its_last_line() -> None:
    text = of('Traceback (most recent call last):\n  File "a.py", line 1\n    x()\n'
              "ValueError: no\nbye\n")
    assert first(text) == 0
    assert sentence(text, 0) == "ValueError: no"


def test_test_runners_names_are_told_once() -> None:
    text = of(
        "FAILED tests/test_a.py::test_b[x y] - AssertionError: boom\n"
        "FAILED tests/test_a.py::test_b[x y] - AssertionError: boom\nFAIL: test_c (tests.D)\n"
        "--- FAIL: TestParse (0.00s)\n  ● parser › reads nothing\nnot ok 3 - parses\n"
        "test a::b ... FAILED\nerror: other\n"
    )
    lines = ErrorLines(text)
    while lines.step():
        pass
    assert failing_tests(text, lines) == (
        "tests/test_a.py::test_b[x y]", "test_c (tests.D)", "TestParse",
        "parser › reads nothing", "parses", "a::b",
    )


def test_a_step_is_found_by_the_lines_times() -> None:
    lines = "".join(
        f"2026-11-23T10:00:{second:02d}.5000000Z line {second}\n" for second in range(60)
    )
    text = of(lines)
    at = datetime(2026, 11, 23, 10, 0, 20, tzinfo=UTC)
    assert failing_part(text, at, at.replace(second=29)) == Part(20, 30)
    assert failing_part(text, None, None) == Part(0, 60)
    assert failing_part(of("no stamps\n"), at, at) == Part(0, 1)


def test_all_of_them_are_found_a_piece_at_a_time() -> None:
    text = of(("fine\n" * 50_000 + "error: one\n") * 3)
    lines = ErrorLines(text)
    steps = 1
    while lines.step():
        steps += 1
    assert list(lines.found) == [50_000, 100_001, 150_002]
    assert steps > 3
    text.append(b"error: two\n")
    while lines.step():
        pass
    assert lines.found[-1] == 150_003
