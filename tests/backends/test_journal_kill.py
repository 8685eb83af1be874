"""A writer that is killed at every step of a line, and every byte of a journal changed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from opstui.backends.journal import FileJournal, read_lines
from opstui.domain.journal import verify
from opstui.places import places

KILLED = """
import asyncio, fcntl, os, pathlib, signal, sys

path, step = pathlib.Path(sys.argv[1]), int(sys.argv[2])
at = 0

def counted(function, cut=None):
    def call(*words):
        global at
        at += 1
        if at == step:
            if cut is not None:
                cut(*words)
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*words)
    return call

write = os.write
from opstui.backends.journal import FileJournal
journal = FileJournal(path, who='ana@build')
os.open = counted(os.open)
fcntl.flock = counted(fcntl.flock)
os.write = counted(write, lambda file, data: write(file, data[: len(data) // 2]))
os.fsync = counted(os.fsync)
os.close = counted(os.close)

async def act():
    for phase in ('intent', 'result'):
        await journal.append(
            what='model.promote', object='churn@champion', place='http://mlflow', phase=phase,
            act='abcdef012345', before='7', after='9', result='done' if phase == 'result' else '',
        )
    print(at, flush=True)

asyncio.run(act())
"""


def run(path: Path, step: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", KILLED, str(path), str(step)], capture_output=True, text=True,
        check=False,
    )


@pytest.mark.parametrize("begun", [False, True])
async def test_the_chain_survives_a_kill_at_every_step(tmp_path: Path, begun: bool) -> None:
    """Every opening, locking, half-done writing, syncing and closing of a whole act.

    begun: whether there is a journal already; the first line of all takes more steps.
    """
    async def line(step: int, act: str) -> FileJournal:
        journal = FileJournal(tmp_path / str(step) / "journal.jsonl", who="ana@build")
        await journal.append(what="x", object="o", place="p", phase="result", act=act)
        return journal

    if begun:
        await line(0, "a")
    whole = run(tmp_path / "0" / "journal.jsonl", 0)
    steps = int(whole.stdout)
    assert steps >= 12, whole.stderr
    torn = 0
    for step in range(1, steps + 1):
        if begun:
            await line(step, "a")
        done = run(tmp_path / str(step) / "journal.jsonl", step)
        assert done.returncode == -signal.SIGKILL, (step, done.stderr)
        journal = await line(step, "b")
        assert not await journal.under_way("abcdef012345"), step
        found = verify(read_lines(journal.path))
        assert found.fault is None, (step, found)
        torn += len(found.torn)
        entries = await journal.entries()
        assert entries[0].act == "b" and (not begun or entries[-1].act == "a")
    assert torn == 2  # the intent's line and the result's, each killed in its middle


async def small(path: Path) -> bytes:
    journal = FileJournal(path, who="ana@büild")
    for phase in ("intent", "result"):
        await journal.append(
            what="model.promote", object="churn", place="http://h", phase=phase, act="a1",
            before="7", after="9", evidence=[("auc", "0.912")],
        )
    return path.read_bytes()


@pytest.mark.parametrize("change", ["flip", "case", "space", "drop", "double", "newline"])
async def test_every_tampered_byte_is_found(tmp_path: Path, change: str) -> None:
    path = tmp_path / "journal.jsonl"
    sound = await small(path)
    assert verify(read_lines(path)).fault is None
    for place, byte in enumerate(sound):
        new = {
            "flip": bytes([byte ^ 1]), "case": bytes([byte ^ 0x20]), "space": b" ", "drop": b"",
            "double": bytes([byte, byte]), "newline": b"\n",
        }[change]
        if new == bytes([byte]):
            continue
        path.write_bytes(sound[:place] + new + sound[place + 1:])
        fault = verify(read_lines(path)).fault
        line = sound[:place].count(b"\n") + 1
        assert fault is not None and line <= fault.line <= line + 1, (place, sound[place:][:20])


def opstui(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "HOME": str(home), "XDG_STATE_HOME": str(home / "state")}
    return subprocess.run(
        [sys.executable, "-m", "opstui", *words], capture_output=True, text=True, check=False,
        env=environ, cwd=home,
    )


async def test_audit_says_so_and_exports_what_a_person_can_read(tmp_path: Path) -> None:
    found = places({"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")})
    journal = FileJournal(found.journal, who="ana@build")
    for phase, result in (("intent", ""), ("result", "done: names v9 | *now*")):
        await journal.append(
            what="model.promote", object="churn@champion", place="http://h", phase=phase,
            act="abcdef012345", before="7", after="9", result=result,
            evidence=[("gate.metric.auc", "passed: 0.912 [ok]"),
                      ("steps", '[["alias","churn","","champion=7","champion=9"]]')],
        )
    await journal.append(what="model.rollback", object="churn@champion", place="http://h",
                         phase="intent", act="abcdef012346", before="9", after="7")
    verified = opstui(tmp_path, "audit", "verify")
    assert verified.returncode == 0 and verified.stdout.startswith("3 lines as written")
    shown = opstui(tmp_path, "audit", "export", "--format", "md").stdout
    for text in (
        "Every line is as it was written", "## model.promote of churn@champion",
        r"- result: done: names v9 \| \*now\*", r"| gate.metric.auc | passed: 0.912 \[ok\] |",
        "alias champion -", "## model.rollback of churn@champion",
        "- result: begun and never ended",
    ):
        assert text in shown, shown
    data = found.journal.read_bytes()
    found.journal.write_bytes(data.replace(b"0.912", b"0.913", 1))
    verified = opstui(tmp_path, "audit", "verify")
    assert verified.returncode == 1 and ":1: the line was changed" in verified.stdout
    assert "**The chain is broken at line 1" in opstui(
        tmp_path, "audit", "export", "--format", "md").stdout
