"""The local runner as a CI server: start, follow, cancel, run again, and ask for trust first."""

from __future__ import annotations

import asyncio
import getpass
import hashlib
import os
import shlex
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from opstui.backends.ci.base import BaseServer
from opstui.backends.ci.local.commands import Commands
from opstui.backends.ci.local.detect import label
from opstui.backends.ci.local.ear import Ear
from opstui.backends.ci.local.engines.table import split
from opstui.backends.ci.local.launch import launch, stop
from opstui.backends.ci.local.logfile import LIMIT
from opstui.backends.ci.local.record import SERVER, Orders, Record
from opstui.backends.ci.local.source import Source
from opstui.backends.ci.local.store import Store
from opstui.backends.protocols import CallLog
from opstui.domain.ci import Capability, CiCommand, CiJob, CiRun, CiStep, LogChunk, Workflow
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from opstui.domain.words import short

LOOK, REST = 0.5, 120.0
"""Seconds between looks for news of runs: while one is under way, and otherwise."""


ONE_PROCESS = "a local run is one command: it is run again as a whole"


class LocalRunner(BaseServer):
    """Runs one command on chosen commits of one repository. Implements CiServer, CommandTrust."""

    kind = SERVER
    can = frozenset({
        Capability.START, Capability.RERUN, Capability.CANCEL, Capability.LOG, Capability.FOLLOW,
        Capability.JOBS,
    })
    reasons: ClassVar[Mapping[Capability, str]] = {
        Capability.RERUN_FAILED: ONE_PROCESS,
        Capability.RERUN_JOB: ONE_PROCESS,
        Capability.FORCE: "cancelling a local run ends all of its processes by itself",
        Capability.APPROVE: "no local run waits for a person: trust is asked for at its start",
    }

    def __init__(
        self, repository: Path, state: Path, cache: Path, calls: CallLog, *,
        command: str | tuple[str, ...] | None = None, repo_command: str | None = None,
        slots: int = 1, timeout: float | None = None, keep: tuple[str, ...] = (),
        log_limit: int = LIMIT, environ: Mapping[str, str] | None = None,
    ) -> None:
        """Set up without touching anything.

        repository:   the work tree's top, or a bare repository.
        state, cache: opstui's own folders for what must be kept and what may be deleted.
        command:      from the person's own settings; trusted as they are.
        repo_command: from the repository's `.opstui.toml`; asked for before it is run.
        slots:        runs of this repository at once.
        timeout:      seconds for one run; None for no limit.
        keep:         names of further environment variables that the command may see.
        """
        super().__init__(SERVER, str(repository))
        self._environ = dict(os.environ if environ is None else environ)
        self._source = Source(repository, calls, self._environ)
        self._state = state
        self._cache = cache
        self._calls = calls
        self._commands = Commands(
            self._source, state / "trust.json", command=command, repo_command=repo_command
        )
        self._slots = slots
        self._timeout = timeout
        self._keep = keep
        self._log_limit = log_limit
        self._opened: Store | None = None

    async def runs(self, limit: int) -> tuple[CiRun, ...]:
        """The newest runs first."""
        return await asyncio.to_thread(self._runs, limit)

    def _runs(self, limit: int) -> tuple[CiRun, ...]:
        store = self._store()
        began = time.monotonic()
        try:
            found = tuple(record.run for record in store.records(limit))
        except OSError as error:
            raise OpstuiError(
                f"the runs can't be read: {error.strerror}", where=str(store.path)
            ) from error
        self._record("read runs", ("ls", "-r", str(store.path)), f"{len(found)} runs", began)
        return found

    async def log(
        self, run: CiRun, offset: int, limit: int = 1 << 20, *,
        job: CiJob | None = None, step: CiStep | None = None,
    ) -> LogChunk:
        """The run's or a job's log from a byte offset; a negative one counts from the end."""
        return await asyncio.to_thread(
            lambda: self._store().log(run, offset, limit, job.id if job is not None else ""))

    async def jobs(self, run: CiRun) -> tuple[CiJob, ...]:
        """The jobs that an engine made of the run; none of a plain command's."""
        record = await asyncio.to_thread(lambda: self._store().record(run.id))
        return record.jobs if record is not None else ()

    async def workflows(self) -> tuple[Workflow, ...]:
        """The plain command, and what installed engines can run of the repository's files."""
        return await asyncio.to_thread(self._commands.workflows, self._environ)

    async def changes(self) -> AsyncIterator[None]:
        """Yields after a run of this repository began, moved on or ended, whoever started it.

        Looks at one time stamp: when the kernel tells that it was touched, every LOOK seconds
        while something runs (its supervisor may have died), else every REST: events are blind
        for what other machines do on a network home.
        """
        store = await asyncio.to_thread(self._store)
        with closing(Ear(store.path)) as ear:
            seen = await asyncio.to_thread(store.stamp, None)
            while True:
                await ear.rest(LOOK if seen[1] else REST)
                now = await asyncio.to_thread(store.stamp, seen)
                if now != seen:
                    seen = now
                    yield

    async def start(
        self, commit: str, branch: str, workflow: str = "", inputs: Mapping[str, str] = {},
    ) -> CiRun:
        """Run the trusted command on a commit, detached from this process."""
        return await asyncio.to_thread(self._start, commit, branch, workflow, inputs)

    async def rerun(
        self, run: CiRun, *, failed: bool = False, job: CiJob | None = None
    ) -> CiRun:
        """Run on the same commit again, with the command that is configured now."""
        return await self.start(run.commit, run.branch, run.workflow_id)

    async def cancel(self, run: CiRun, *, force: bool = False) -> None:
        """Stop a run; returns when no process and no clone of it is left."""
        await asyncio.to_thread(self._cancel, run)

    def _start(
        self, revision: str, branch: str, workflow: str, inputs: Mapping[str, str]
    ) -> CiRun:
        began = time.monotonic()
        commit = self._source.commit(revision)
        command = self._commands.find(commit, workflow, inputs)
        if command is None:
            raise OpstuiError(
                f"no command to run is known at commit {short(commit)}",
                where=str(self._source.path),
                hint="set one in the settings, or add .ci/run, noxfile.py, tox.ini, a Makefile "
                     "with a test target or a package.json with a test script",
            )
        if not command.trusted:
            raise OpstuiError(
                f"`{command.text}` of {command.source} was not trusted yet, or it changed",
                where=f"commit {short(commit)}", hint="look at it and say yes first",
            )
        store = self._store()
        folder, lock = store.add(
            lambda run_id, number, attempt: self._draft(
                run_id, number, attempt, commit=commit, branch=branch, command=command,
                workflow=workflow,
            ),
            same=lambda other: other.run.commit == commit and other.argv == command.argv,
        )
        launch(folder, lock, self._environ)
        self._record(
            f"start {label(command.argv)} on {short(commit)}", command.argv, folder.path.name, began
        )
        record = folder.read()
        if record is None:
            raise OpstuiError("the run vanished as it started", where=str(folder.path))
        return record.run

    def _draft(
        self, run_id: str, number: int, attempt: int, *, commit: str, branch: str,
        command: CiCommand, workflow: str,
    ) -> tuple[Record, Orders]:
        engine = split(workflow)
        name = f"{Path(engine[1]).name} ({engine[0].name})" if engine else label(command.argv)
        run = CiRun(
            server=self.name, id=run_id, number=number, workflow=name, workflow_id=workflow,
            commit=commit, branch=branch, status=Status.QUEUED, created=datetime.now(UTC),
            attempt=attempt, who=_who(),
        )
        cache = self._cache / "ci" / self._place()
        # The tree is named after the repository: some tools take a project's name from it.
        common = Path(self._source.common())
        name = (common.parent if common.name == ".git" else common).name.removesuffix(".git")
        orders = Orders(
            repository=str(common), origin=self._source.origin(),
            promise=self._source.promise(),
            tree=str(cache / "trees" / run_id / (name or "tree")), cache=str(cache / "kept"),
            argv=command.argv, slots=self._slots, timeout=self._timeout, keep=self._keep,
            log_limit=self._log_limit, engine=engine[0].name if engine else "",
        )
        return Record(run=run, argv=command.argv, source=command.source), orders

    def _cancel(self, run: CiRun) -> None:
        began = time.monotonic()
        folder = self._store().folder(run.id)
        record = folder.read()
        if record is None:
            raise OpstuiError(f"run #{run.number} is gone", where=str(folder.path))
        stop(folder, _who())
        self._record(f"cancel #{run.number}", ("kill", str(record.pid)), "stopped", began)

    async def command(self, commit: str = "", workflow: str = "") -> CiCommand | None:
        """What would run on a commit (HEAD by default); None when there is nothing to run."""
        return await asyncio.to_thread(self._commands.at, commit, workflow)

    async def trust(self, command: CiCommand) -> None:
        """Remember that the person saw exactly this command and wants it run."""
        await asyncio.to_thread(self._commands.trust, command)

    def _place(self) -> str:
        return hashlib.sha256(os.fsencode(self._source.common())).hexdigest()[:16]

    def _store(self) -> Store:
        if self._opened is None:
            self._opened = Store(self._state / "ci" / self._place())
        return self._opened

    def _record(self, what: str, command: tuple[str, ...], outcome: str, began: float) -> None:
        self._calls.record(
            "ci", f"local: {what}", shlex.join(command), outcome, ok=True,
            milliseconds=(time.monotonic() - began) * 1000,
        )


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
