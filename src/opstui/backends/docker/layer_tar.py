"""One layer's archive as it comes: its entries, and what package managers note in it."""

from __future__ import annotations

import hashlib
import tarfile
from dataclasses import dataclass
from typing import IO, Any, Protocol, cast

from opstui.domain.image_files import Entry, Kind, Package
from opstui.domain.packages import parser_of

WHITEOUT = ".wh."
OPAQUE = ".wh..wh..opq"
CHUNK = 1 << 18


class Source(Protocol):
    """Bytes that come one after the other."""

    def read(self, size: int = -1, /) -> bytes:
        """The next ones; none at the end."""
        ...


@dataclass(frozen=True, slots=True)
class LayerRead:
    """What was found in a layer."""

    entries: tuple[Entry, ...]
    packages: tuple[tuple[str, tuple[Package, ...]], ...]


def read_layer(source: Source) -> LayerRead | None:
    """A layer, plain or packed; None where it is no archive at all."""
    entries: list[Entry] = []
    packages: list[tuple[str, tuple[Package, ...]]] = []
    digests: dict[str, str] = {}
    try:
        archive = tarfile.open(  # noqa: SIM115  closed below; only opening may find no archive
            fileobj=cast(IO[bytes], source), mode="r|*", bufsize=CHUNK,
        )
    except tarfile.ReadError:
        return None
    with archive:
        while (member := archive.next()) is not None:
            forget(archive)
            path = member.name.strip("/").removeprefix("./")
            if path in ("", "."):
                continue
            digest = ""
            if member.isreg() and not path.rpartition("/")[2].startswith(WHITEOUT):
                digest = digests[path] = _content(archive, member, path, packages)
            elif member.islnk():
                digest = digests.get(_linked(member), "")
            if (entry := _entry(member, path, digest)) is not None:
                entries.append(entry)
    return LayerRead(tuple(entries), tuple(packages))


def forget(archive: tarfile.TarFile) -> None:
    """Let go of the headers that were read: of a stream, nobody goes back to them."""
    cast(Any, archive).members.clear()


def _content(
    archive: tarfile.TarFile, member: tarfile.TarInfo, path: str,
    packages: list[tuple[str, tuple[Package, ...]]],
) -> str:
    """A file's digest; what it notes about packages is taken along."""
    content = archive.extractfile(member)
    if content is None:
        return ""
    wanted = parser_of(path)
    room = wanted[1] if wanted is not None else 0
    kept: list[bytes] = []
    judge = hashlib.blake2b(digest_size=8)
    while chunk := content.read(CHUNK):
        judge.update(chunk)
        if room > 0:
            kept.append(chunk[:room])
            room -= len(kept[-1])
    if wanted is not None:
        found = wanted[0](b"".join(kept).decode("utf-8", "replace"))
        if found:
            packages.append((path, found))
    return judge.hexdigest()


def _entry(member: tarfile.TarInfo, path: str, digest: str) -> Entry | None:
    folder, slash, name = path.rpartition("/")
    if name == OPAQUE:
        return Entry(folder, Kind.EMPTIED)
    if name.startswith(WHITEOUT):
        rest = name.removeprefix(WHITEOUT)
        if rest.startswith(WHITEOUT):
            return None  # notes of the old aufs driver
        return Entry(f"{folder}{slash}{rest}", Kind.GONE)
    owner = f"{member.uid}:{member.gid}" if member.uid or member.gid else ""
    if member.isreg():
        return Entry(path, Kind.FILE, member.size, member.mode, owner, digest)
    if member.islnk():
        return Entry(path, Kind.HARD, 0, member.mode, owner, digest, _linked(member))
    if member.issym():
        return Entry(path, Kind.LINK, 0, member.mode, owner, link=member.linkname)
    return Entry(path, Kind.FOLDER if member.isdir() else Kind.OTHER, 0, member.mode, owner)


def _linked(member: tarfile.TarInfo) -> str:
    return member.linkname.strip("/").removeprefix("./")
