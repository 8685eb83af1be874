"""The journal file: many writers, crashes, secrets, huge files."""

from __future__ import annotations

import multiprocessing
import os
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from opstui.backends.journal import FileJournal, read_lines, who_am_i
from opstui.domain.errors import OpstuiError
from opstui.domain.journal import TORN, Audit, verify


async def write(journal: FileJournal, count: int = 1, **more: object) -> None:
    for number in range(count):
        await journal.append(
            what="model.promote", object="churn", place="http://mlflow", phase="intent",
            act=f"a{number}", before="7", after="9", **more,  # type: ignore[arg-type]
        )


def audit(path: Path) -> Audit:
    return verify(read_lines(path))


async def test_lines_are_private_chained_and_read_newest_first(tmp_path: Path) -> None:
    path = tmp_path / "state" / "journal.jsonl"
    journal = FileJournal(path, who="ana@build", clock=lambda: datetime(2026, 5, 1, tzinfo=UTC))
    await write(journal, 3)
    assert [entry.number for entry in await journal.entries()] == [3, 2, 1]
    assert [entry.number for entry in await journal.entries(limit=2)] == [3, 2]
    newest = (await journal.entries(1))[0]
    assert (newest.who, newest.at) == ("ana@build", "2026-05-01T00:00:00.000Z")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert audit(path) == Audit(3, newest.hash)


async def test_no_journal_yet_is_empty_and_sound(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "none.jsonl", who="ana")
    assert await journal.entries() == ()
    assert audit(journal.path).fault is None


def append_many(path: str, count: int) -> None:
    import asyncio

    asyncio.run(write(FileJournal(Path(path), who=f"p{os.getpid()}"), count))


def test_eight_processes_write_one_unbroken_chain(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=append_many, args=(str(path), 50)) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    found = audit(path)
    assert (found.lines, found.fault) == (400, None)


def test_killing_a_writer_at_any_time_leaves_a_sound_chain(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    program = (
        "import asyncio, pathlib\n"
        "from opstui.backends.journal import FileJournal\n"
        f"journal = FileJournal(pathlib.Path({str(path)!r}), who='x')\n"
        "async def main():\n"
        "    while True:\n"
        "        await journal.append(what='w', object='o', place='p', phase='intent', act='a')\n"
        "asyncio.run(main())\n"
    )
    for _ in range(3):
        before = path.stat().st_size if path.exists() else 0
        writer = subprocess.Popen([sys.executable, "-c", program])
        try:
            deadline = time.monotonic() + 30
            while not (path.exists() and path.stat().st_size > before + 5000):
                assert time.monotonic() < deadline
                time.sleep(0.005)
        finally:
            writer.kill()
            writer.wait()
        assert audit(path).fault is None
    append_many(str(path), 1)
    assert audit(path).fault is None


async def test_a_line_cut_short_is_told_and_never_continued(tmp_path: Path) -> None:
    whole = tmp_path / "whole.jsonl"
    await write(FileJournal(whole, who="ana"), 3)
    data = whole.read_bytes()
    start = data.rstrip(b"\n").rindex(b"\n") + 1
    for cut in range(start + 1, len(data)):
        path = tmp_path / f"cut{cut}.jsonl"
        path.write_bytes(data[:cut])
        found = audit(path)
        assert found.fault is not None and found.fault.line == 3
        assert "cut short" in found.fault.text
        await write(FileJournal(path, who="ana"), 2)
        assert path.read_bytes()[:cut] == data[:cut]
        after = audit(path)
        assert after.fault is None, cut
        if cut == len(data) - 1:  # only the line end was lost: the line itself is whole
            assert (after.torn, after.lines) == ((), 5)
        else:
            assert (after.torn, after.lines) == ((3,), 6)
            entries = await FileJournal(path, who="ana").entries()
            assert [e.what for e in entries] == ["model.promote"] * 2 + [TORN] + [
                "model.promote"] * 2
        changed = path.read_bytes().replace(data[start : start + 1], b"[", 1)
        assert changed != path.read_bytes()


async def test_a_first_line_cut_short_is_told_too(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b'{"number": 1, "at"')
    await write(FileJournal(path, who="ana"))
    assert audit(path) == Audit(3, audit(path).head, None, (1,))
    path.write_bytes(path.read_bytes().replace(b'"at"', b'"au"', 1))
    fault = audit(path).fault
    assert fault is not None and fault.line == 1


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("sound") / "journal.jsonl"
    append_many(str(path), 4)
    return path.read_bytes()


@given(where=st.integers(0, 10**6), flip=st.integers(1, 255))
@example(where=0, flip=1)
@settings(
    max_examples=400, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_changed_byte_is_found(sound: bytes, tmp_path: Path, where: int, flip: int) -> None:
    where %= len(sound)
    path = tmp_path / "changed.jsonl"
    path.write_bytes(sound[:where] + bytes([sound[where] ^ flip]) + sound[where + 1 :])
    fault = audit(path).fault
    assert fault is not None
    line = sound[:where].count(b"\n") + 1
    assert fault.line in (line, line + 1)


@given(drop=st.integers(0, 2))
def test_a_removed_line_is_found(sound: bytes, drop: int) -> None:
    lines = sound.decode().splitlines()
    del lines[drop]
    fault = verify(lines).fault
    assert fault is not None and fault.line == drop + 1


async def test_writing_goes_on_after_a_changed_line_and_the_change_stays_visible(
    tmp_path: Path, sound: bytes
) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(sound[:-3] + b"?}\n")
    await write(FileJournal(path, who="ana"), 2)
    fault = audit(path).fault
    assert fault is not None and fault.line == 4


async def test_secrets_never_reach_the_file(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "journal.jsonl", who="ana")
    await journal.append(
        what="x", object="https://ana:hunter2@mlflow.example/x", place="http://tok3n@h", phase="p",
        act="a", evidence=[("call", "Authorization: Bearer abcdef0123456789"),
                           ("env", "MLFLOW_TRACKING_TOKEN=s3cr3tvalue"),
                           ("gh", "ghp_0123456789abcdefABCDEF0123456789abcd")],
        result="https://h/?api_key=zyxwvu&b=1",
    )
    text = journal.path.read_text()
    for secret in ("hunter2", "tok3n", "abcdef0123456789", "s3cr3tvalue", "ghp_", "zyxwvu"):
        assert secret not in text
    assert "mlflow.example/x" in text


async def test_text_that_is_not_utf8_is_kept_readable(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "journal.jsonl", who="ana")
    await journal.append(what="x", object="fix\udcff\n[red]", place="", phase="intent", act="a")
    assert audit(journal.path).fault is None
    assert (await journal.entries())[0].object == "fix\\udcff\n[red]"


async def test_the_newest_lines_of_a_huge_journal_come_fast(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "journal.jsonl", who="ana")
    await write(journal, 2, evidence=[("note", "ä" * 200_000)])
    filler = journal.path.read_bytes()
    with journal.path.open("wb") as file:
        for _ in range(100):
            file.write(filler)
    await write(journal, 3)
    began = time.monotonic()
    entries = await journal.entries(3)
    assert time.monotonic() - began < 1
    assert [len(entry.evidence) for entry in entries] == [0, 0, 0]


async def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    with pytest.raises(OpstuiError, match="journal can't be written"):
        await write(FileJournal(blocker / "journal.jsonl", who="ana"))


def test_who_names_the_ssh_client() -> None:
    assert who_am_i({"SSH_CONNECTION": "10.0.0.7 5000 10.0.0.1 22"}).endswith(" from 10.0.0.7")
    assert " from " not in who_am_i({})
