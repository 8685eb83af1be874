"""Images that a real engine builds, for what is read out of them."""

from __future__ import annotations

import io
import tarfile
from typing import Any

import docker

from tests.servers.dockerd import BUSYBOX

DOCKERFILE = """FROM scratch
COPY busybox /bin/busybox
COPY data /data
COPY status /var/lib/dpkg/status
ENV DB_PASSWORD=hunter2 A=1
COPY other /data/a.bin
RUN ["/bin/busybox", "sh", "-c", "cp /data/a.bin /data/h1 && ln /data/h1 /data/h2"]
RUN ["/bin/busybox", "rm", "-r", "/data/sub"]
RUN ["/bin/busybox", "rm", "/data/b.bin"]
RUN ["/bin/busybox", "chmod", "600", "/data/a.bin"]
LABEL api-token=s3cret kind=demo
HEALTHCHECK --interval=30s CMD /bin/busybox true
USER 1000:1000
CMD ["/bin/busybox", "sleep", "60"]
"""
LINES = len(DOCKERFILE.splitlines()) - 1
STATUS = b"Package: foo\nStatus: install ok installed\nVersion: 1.0\n"


def content(size: int, seed: int) -> bytes:
    """Bytes that no other seed gives."""
    return bytes((n * 7 + seed) % 251 for n in range(size))


FILES = {
    "busybox": BUSYBOX.read_bytes() if BUSYBOX.exists() else b"",
    "data/a.bin": content(300_000, 1), "data/b.bin": content(200_000, 2),
    "data/sub/c.bin": content(100_000, 3), "data/sub/deep/d.txt": b"d",
    "other": content(300_000, 4), "status": STATUS,
}


def build(client: docker.APIClient, name: str, dockerfile: str = DOCKERFILE,
          files: dict[str, bytes] | None = None) -> str:
    """Build an image with the engine's own builder; returns its id."""
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as made:
        for path, data in {**(FILES if files is None else files),
                           "Dockerfile": dockerfile.encode()}.items():
            member = tarfile.TarInfo(path)
            member.size, member.mode = len(data), 0o755
            member.mtime = 1_700_000_000 + len(path)  # engines compare files by size and time
            made.addfile(member, io.BytesIO(data))
    context.seek(0)
    said: list[dict[str, Any]] = list(client.build(
        fileobj=context, custom_context=True, tag=name, rm=True, forcerm=True, decode=True,
        network_mode="none",
    ))
    assert not any("error" in line for line in said), said
    return str(client.inspect_image(name)["Id"])
