"""Images of the demo's project, imported into a container engine if there is one.

Each holds the files of a real commit and says so in its label. They carry a label of this demo,
by which they are found and removed again. Nothing is pulled and nothing is run.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from opstui.backends.docker.connection import Connection
from opstui.backends.protocols import CallLog
from opstui.domain.image import REVISION_LABEL

if TYPE_CHECKING:
    from opstui.backends.docker.client import Client

DEMO_LABEL = "opstui.demo"
SECONDS = 10.0

IMAGES = (
    ("opstui-demo/churn", "1.2.0", "serve"),
    ("opstui-demo/churn", "1.3.2", "threshold-merged"),
    ("opstui-demo/churn", "1.4.0", "boosting"),
    ("opstui-demo/churn", "1.5.0-rc1", "port"),
)
"""Repository, tag and the story's label of the commit."""


class DemoImages:
    """The images of one demo. Every method raises OpstuiError without an engine.

    mark: value of the demo's label, different for every demo.
    """

    def __init__(self, calls: CallLog, mark: str, *, host: str = "") -> None:
        self._connection = Connection(calls, host, "", SECONDS)
        self._mark = mark

    async def reach(self) -> str:
        """The engine's address; raises OpstuiError where none answers."""
        return (await self._connection.address()).text

    async def make(self, repository: Path, commits: Mapping[str, str]) -> int:
        """Import them; returns how many."""
        for name, tag, label in IMAGES:
            commit = commits[label]
            files = await asyncio.to_thread(_archive, repository, commit)
            changes = [
                f'LABEL {REVISION_LABEL}="{commit}"',
                f'LABEL org.opencontainers.image.version="{tag}"',
                f'LABEL {DEMO_LABEL}="{self._mark}"',
                'CMD ["python", "-m", "churn.serve"]',
            ]
            await self._connection.ask(
                f"import {name}:{tag}",
                lambda client, files=files, name=name, tag=tag, changes=changes:  # type: ignore[misc]
                    client.import_image_from_data(
                        files, repository=name, tag=tag, changes=changes
                    ),
            )
        return len(IMAGES)

    async def remove(self) -> None:
        """Remove what carries this demo's label, unless a container uses it."""
        await self._connection.ask("remove the demo's images", self._remove)

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def _remove(self, client: Client) -> None:
        from docker.errors import APIError

        found = client.images(filters={"label": f"{DEMO_LABEL}={self._mark}"})
        for image in found:
            for name in image["RepoTags"] or [image["Id"]]:
                try:
                    client.remove_image(name)
                except APIError as error:  # in use, or somebody was faster
                    if error.status_code not in (404, 409):
                        raise


def _archive(repository: Path, commit: str) -> bytes:
    """The commit's files as a tar archive."""
    done = subprocess.run(
        ["git", "archive", "--format=tar", commit], cwd=repository, stdin=subprocess.DEVNULL,
        capture_output=True, check=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    )
    return done.stdout
