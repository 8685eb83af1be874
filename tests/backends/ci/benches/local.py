"""The local runner's bench: every run is a real one, held until it is told how to end."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from opstui.backends.ci.local.runner import LocalRunner
from opstui.domain.ci import Capability
from opstui.domain.status import Status
from tests.backends.ci import bench as local
from tests.backends.ci.contract import COMMIT, Bench, run_of, until

ENDS = {Status.PASSED: "0", Status.FAILED: "3"}


class LocalBench(Bench):
    kind = "local"
    web = False
    capabilities: ClassVar[frozenset[Capability]] = frozenset({
        Capability.START, Capability.RERUN, Capability.CANCEL, Capability.LOG, Capability.FOLLOW,
        Capability.JOBS,
    })

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.place = local.make(root)
        self.ends = root / "ends"
        self.ends.mkdir()
        script = (
            f'me="{self.ends}/$OPSTUI_CI_RUN"; cat "$me.log" 2>/dev/null; '
            'until [ -s "$me" ]; do sleep 0.02; done; cat "$me.log" 2>/dev/null; '
            'exit "$(cat "$me")"'
        )
        self.runner = LocalRunner(
            self.place.repository, self.place.state, self.place.cache, self.calls,
            command=("sh", "-c", script), slots=8,
        )

    async def open(self, *, seconds: float = 5.0) -> tuple[LocalRunner, None]:
        return self.runner, None

    async def add_run(
        self, status: Status, branch: str = "main", commit: str = COMMIT, *,
        title: str = "work", log: bytes = b"",
    ) -> str:
        if commit == COMMIT:
            commit = self.place.git("rev-parse", "HEAD")
        run = await self.runner.start(commit, branch)
        (self.ends / f"{run.id}.log").write_bytes(log)
        if status is Status.CANCELLED:
            await self.runner.cancel(run)
        elif status in ENDS:
            await self.finish(run.id, status)
        else:
            await self._until(run.id, status)
        return run.id

    async def finish(self, run_id: str, status: Status) -> None:
        (self.ends / run_id).write_text(ENDS[status])
        await self._until(run_id, status)

    async def close(self) -> None:
        for run in await self.runner.runs(500):
            if not run.status.finished:
                await self.runner.cancel(run)
        await self.runner.close()

    async def _until(self, run_id: str, status: Status) -> None:
        async def there() -> bool:
            return (await run_of(self.runner, run_id, 500)).status is status
        await until(there, f"{run_id} to be {status.word}")
