"""The process that carries out one run, apart from any terminal: clone, checkout, command.

    python -m opstui.backends.ci.local.supervisor RUN_DIR [LOCK_DESCRIPTOR]

It puts itself in the background. It holds the folder's lock for its whole life, takes its turn,
and leaves neither a process nor the clone behind. SIGTERM cancels; hangups are ignored.
"""

from __future__ import annotations

import fcntl
import os
import shlex
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from opstui.backends.ci.local import procs
from opstui.backends.ci.local.clone import Part, lend, parts
from opstui.backends.ci.local.engines.output import EngineOutput
from opstui.backends.ci.local.engines.table import ENGINES
from opstui.backends.ci.local.environment import for_git, reduced
from opstui.backends.ci.local.folder import MARK, RunFolder, remove_tree, take_lock
from opstui.backends.ci.local.logfile import LogFile
from opstui.backends.ci.local.record import changed, load_orders
from opstui.backends.ci.local.slots import Queue
from opstui.backends.ci.local.step import TIMED_OUT, Ended, Step
from opstui.backends.ci.local.watch import Watch
from opstui.domain.ci import CiJob, CiStep
from opstui.domain.status import Status

NICE = 10


class Supervisor:
    """One run from its place in the queue to its last line."""

    def __init__(self, folder: RunFolder, watch: Watch) -> None:
        record = folder.read()
        if record is None:
            raise SystemExit(f"{folder.path} holds no run")
        self._folder = folder
        self._watch = watch
        self._orders = load_orders(folder.orders.read_text("utf-8"))
        self._record = replace(record, pid=os.getpid(), boot=procs.boot())
        self._log = LogFile(folder.log, self._orders.log_limit)
        self._deadline: float | None = None

    def run(self) -> None:
        """Carry the run out; the record tells how it went."""
        self._folder.write(self._record)
        queue = Queue(self._folder.path.parent, self._orders.slots)
        slot = queue.enter(self._record.run.id, self._queued)
        if slot is None:
            self._finish(Status.CANCELLED, self._cancelled())
            return
        try:
            self._set(status=Status.RUNNING, started=_now())
            if self._orders.timeout:
                self._deadline = time.monotonic() + self._orders.timeout
            status, reason = self._steps()
        finally:
            remove_tree(Path(self._orders.tree).parent)
        self._finish(status, reason)
        os.close(slot)

    def _queued(self, seconds: float) -> bool:
        if not self._watch.cancelled:
            self._watch.wait(seconds)
        return not self._watch.cancelled

    def _steps(self) -> tuple[Status, str]:
        tree = Path(self._orders.tree)
        try:
            tree.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            Path(self._orders.cache).mkdir(mode=0o700, parents=True, exist_ok=True)
            environ = {**for_git(os.environ), MARK: self._record.run.id}
            clone, checkout = parts(self._orders, self._record.run.commit)
            ended = self._step(clone, environ)
            if not ended.stopped:
                lend(self._orders)
                ended = self._step(checkout, environ)
        except OSError as error:
            return Status.FAILED, f"no clone could be made: {error.strerror}"
        if ended.stopped:
            return self._verdict(ended, "no clone could be made: git ended with ")
        argv = self._orders.argv
        command = Part(self._record.run.workflow, (argv,), tree, shlex.join(argv))
        output = self._output()
        ended = self._step(command, self._environment(), output)
        if output is not None:
            output.end(cancelled=ended.cancelled)
        return self._verdict(ended, "")

    def _output(self) -> EngineOutput | None:
        """What makes jobs of the command's output, where an engine runs it."""
        engine = next((one for one in ENGINES if one.name == self._orders.engine), None)
        if engine is None:
            return None
        return EngineOutput(
            self._log, engine.reading(), self._folder.path, self._jobs, self._orders.log_limit)

    def _jobs(self, jobs: tuple[CiJob, ...]) -> None:
        self._record = replace(self._record, jobs=jobs)
        self._folder.write(self._record)

    def _verdict(self, ended: Ended, before: str) -> tuple[Status, str]:
        if ended.cancelled:
            return Status.CANCELLED, self._cancelled()
        if ended.reason == TIMED_OUT:
            return Status.FAILED, f"stopped at its time limit of {self._orders.timeout:g} s"
        if ended.reason:
            return Status.FAILED, before + ended.reason
        return Status.PASSED, ""

    def _step(
        self, part: Part, environ: Mapping[str, str], output: EngineOutput | None = None
    ) -> Ended:
        """One step with its line in the record, made of one or more commands."""
        self._set(steps=(*self._record.run.steps, CiStep(
            part.name, Status.RUNNING, started=_now(), log_start=self._log.size,
        )))
        self._log.say(f"$ {part.shown}")
        ended = Ended(0)
        for argv in part.commands:
            step = Step(self._watch, output or self._log, self._deadline)
            ended = step.run(argv, part.cwd, environ, self._began)
            if ended.stopped:
                break
        if ended.reason and ended.exit_code is None:
            self._log.say(f"[opstui: {ended.reason}]")
        *before, last = self._record.run.steps
        self._record = replace(self._record, session=0, session_start=0)
        self._set(steps=(*before, replace(
            last, status=ended.status, finished=_now(), exit_code=ended.exit_code,
        )))
        return ended

    def _began(self, pid: int) -> None:
        child = procs.process(pid)
        start = child.start_time if child else 0
        self._record = replace(self._record, session=pid, session_start=start)
        self._folder.write(self._record)

    def _environment(self) -> dict[str, str]:
        run = self._record.run
        return {
            **reduced(os.environ, self._orders.keep), "CI": "true", "TERM": "dumb",
            "OPSTUI_COMMIT": run.commit, "OPSTUI_BRANCH": run.branch, MARK: run.id,
            "OPSTUI_CI_CACHE": self._orders.cache,
        }

    def _cancelled(self) -> str:
        try:
            return f"cancelled by {self._folder.cancel.read_text('utf-8').strip()}"
        except OSError:
            return "cancelled: its supervisor was told to stop"

    def _set(self, **changes: object) -> None:
        self._record = changed(self._record, **changes)
        self._folder.write(self._record)

    def _finish(self, status: Status, reason: str) -> None:
        self._log.close()
        self._set(status=status, reason=reason, finished=_now())


def _now() -> datetime:
    return datetime.now(UTC)


def main(arguments: Sequence[str]) -> int:
    """Go into the background and carry out the run in the given folder."""
    folder = RunFolder(Path(arguments[0]))
    if len(arguments) > 1:
        lock: int | None = int(arguments[1])
        os.set_inheritable(int(arguments[1]), False)
    else:
        lock = take_lock(folder.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    if lock is None:
        raise SystemExit(f"{folder.path} has a supervisor already")
    if os.fork():
        return 0
    os.setsid()
    os.nice(NICE)
    procs.adopt_orphans()
    Supervisor(folder, Watch()).run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
