"""A container that really serves the demo's champion, as far as a shell can.

When it starts it asks MLflow which version the alias names and fetches that version's model file;
it is healthy while it has one, and unhealthy where that failed. Its image is made from a static
busybox of this machine: nothing is pulled, and nothing listens on the network.
"""

from __future__ import annotations

import asyncio
import io
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

from opstui.backends.docker.connection import Connection
from opstui.backends.protocols import CallLog
from opstui.demo.images import DEMO_LABEL, SECONDS
from opstui.domain.errors import OpstuiError
from opstui.domain.image import REVISION_LABEL

if TYPE_CHECKING:
    from opstui.backends.docker.client import Client

BUSYBOX = Path("/bin/busybox")
"""Has to be static (Debian's busybox-static): the image holds nothing else."""
IMAGE = ("opstui-demo/serve", "1")
MODEL_URI = "models:/churn@champion"
HEALTHY = "/tmp/model/MLmodel"
"""The model file inside the container: it is there while the container can serve."""
SECOND = 1_000_000_000
"""In nanoseconds, as the engine counts."""

SCRIPT = r"""#!/bin/busybox sh
# Serves a model: asks MLflow which version the alias names, and loads that one.
trap 'exit 0' TERM INT
uri=${MODEL_URI#models:/}; model=${uri%@*}; alias=${uri#*@}
rm -rf /tmp/model; mkdir -p /tmp/model
ask() { wget -q -O - "$MLFLOW_TRACKING_URI/$1"; }
version=$(ask "api/2.0/mlflow/registered-models/alias?name=$model&alias=$alias" |
    tr ',' '\n' | sed -n 's/.*"version": *"\([0-9]*\)".*/\1/p' | head -n 1)
if [ -z "$version" ]; then
    echo "ERROR: MLflow does not say which version $model@$alias is"
elif ! ask "model-versions/get-artifact?name=$model&version=$version&path=MLmodel" \
        > /tmp/model/new || [ ! -s /tmp/model/new ]; then
    echo "ERROR: $model v$version can't be loaded: its MLmodel is not there"
else
    mv /tmp/model/new /tmp/model/MLmodel
    echo "INFO: serving $model v$version ($(wc -c < /tmp/model/MLmodel) bytes of MLmodel read)"
fi
while :; do sleep 1 & wait $!; done
"""


class DemoService:
    """The service of one demo. Every method raises OpstuiError without an engine.

    mark: value of the demo's label, different for every demo.
    """

    def __init__(self, calls: CallLog, mark: str, *, host: str = "") -> None:
        self._connection = Connection(calls, host, "", SECONDS)
        self._mark = mark
        self.name = f"churn-serve-{mark[:4]}"

    async def run(self, address: str, commit: str, uri: str = MODEL_URI) -> str:
        """Make the image and start the container; returns its name.

        address: MLflow's. commit: what the champion was trained from. uri: what it serves, by
        an alias.
        """
        if not await asyncio.to_thread(static, BUSYBOX):
            raise OpstuiError(
                "there is no static busybox to make it of", where=str(BUSYBOX),
                hint="Debian's package busybox-static has one",
            )
        files = await asyncio.to_thread(_archive)
        await self._connection.ask(
            "run the demo's service", lambda client: self._run(client, files, address, commit, uri)
        )
        return self.name

    async def remove(self) -> None:
        """Remove the container, with its image."""
        await self._connection.ask("remove the demo's service", self._remove)

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def _run(
        self, client: Client, files: bytes, address: str, commit: str, uri: str
    ) -> None:
        self._remove(client)
        name, tag = IMAGE
        client.import_image_from_data(files, repository=name, tag=f"{tag}-{self._mark}", changes=[
            f'LABEL {DEMO_LABEL}="{self._mark}"', 'CMD ["/bin/busybox", "sh", "/serve.sh"]',
            "ENV PATH=/bin",
        ])
        made = client.create_container(
            f"{name}:{tag}-{self._mark}", name=self.name,
            environment={"MODEL_URI": uri, "MLFLOW_TRACKING_URI": address},
            labels={
                DEMO_LABEL: self._mark, REVISION_LABEL: commit,
                "com.docker.compose.project": "churn-service",
                "com.docker.compose.service": "serve",
            },
            host_config=client.create_host_config(network_mode="host"),
            healthcheck={
                "test": ["CMD", "/bin/busybox", "test", "-f", HEALTHY], "interval": 3 * SECOND,
                "timeout": 5 * SECOND, "retries": 1, "start_period": 0,
            },
        )
        client.start(made["Id"])

    def _remove(self, client: Client) -> None:
        from docker.errors import APIError

        label = {"label": f"{DEMO_LABEL}={self._mark}"}
        for one in client.containers(all=True, filters=label):
            try:
                client.remove_container(one["Id"], force=True)
            except APIError as error:  # somebody was faster
                if error.status_code not in (404, 409):
                    raise
        name, tag = IMAGE
        try:
            client.remove_image(f"{name}:{tag}-{self._mark}")
        except APIError as error:  # never made, or in use by another
            if error.status_code not in (404, 409):
                raise


def static(path: Path) -> bool:
    """Whether it is a program that needs no interpreter and no libraries.

    An ELF file whose program headers name an interpreter (PT_INTERP, 3) is not; source: elf(5).
    """
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError:
        return False
    if head[:4] != b"\x7fELF" or head[4:6] != b"\x02\x01":
        return False
    start, size = int.from_bytes(head[32:40], "little"), int.from_bytes(head[54:56], "little")
    count = int.from_bytes(head[56:58], "little")
    kinds = [int.from_bytes(head[start + n * size : start + n * size + 4], "little")
             for n in range(count)]
    return 3 not in kinds


def _archive() -> bytes:
    """What the image holds: busybox under its names, the script, a folder for temporary files."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        for folder in ("bin", "tmp", "dev", "proc", "sys", "etc"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755
            tar.addfile(entry)
        _add(tar, "bin/busybox", BUSYBOX.read_bytes())
        _add(tar, "serve.sh", SCRIPT.encode())
        for name in ("sh", "wget", "sed", "tr", "head", "mkdir", "rm", "mv", "sleep", "wc"):
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
    return data.getvalue()


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o755
    tar.addfile(entry, io.BytesIO(content))
