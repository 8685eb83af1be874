"""Reads what `docker save` writes as it comes: names, sizes and digests, no content kept.

Sources: the Docker image specification v1.2 (`manifest.json`, `*/layer.tar`) and the OCI image
layout 1.1 (`index.json`, `blobs/`); whiteouts as the OCI layer specification has them. Layers and
the files that name them come in any order, so every part is looked at once, as it passes.
"""

from __future__ import annotations

import json
import posixpath
import tarfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any, Protocol, cast

from opstui.backends.docker.layer_tar import LayerRead, forget, read_layer
from opstui.domain.errors import OpstuiError
from opstui.domain.image_files import ImageFiles, LayerFiles
from opstui.domain.image_layers import readable

BLOCK = 1 << 20
LARGEST_JSON = 16_000_000
"""Bytes of a manifest or configuration; what is longer is none."""
DEEPEST = 4
"""Indexes inside of indexes that are followed."""
NO_LAYERS = "attestation-manifest"
DAMAGED = (tarfile.TarError, zlib.error, EOFError, ValueError, KeyError, TypeError, RecursionError)


class Readable(Protocol):
    """Bytes that come one after the other."""

    def read(self, size: int = -1, /) -> bytes:
        """The next ones; none at the end."""
        ...


@dataclass(slots=True)
class _Parts:
    """What an archive holds, by path."""

    layers: dict[str, LayerRead] = field(default_factory=dict)
    texts: dict[str, Any] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    def real(self, path: str) -> str:
        """Where a path leads: equal layers are links to one of them."""
        for _ in range(8):
            if path not in self.links:
                break
            path = self.links[path]
        return path


def read_saved(stream: Readable, image: str) -> ImageFiles:
    """The layers of an image; OpstuiError where the archive is none or lacks a part."""
    parts = _Parts()
    try:
        with tarfile.open(fileobj=cast(IO[bytes], _Source(stream)), mode="r|",
                          bufsize=BLOCK) as archive:
            while (member := archive.next()) is not None:
                forget(archive)
                _take(archive, member, parts)
        return _image(parts, image)
    except DAMAGED as error:
        raise OpstuiError(
            "what the engine sent is no image that can be read", where=str(error),
            hint="`docker save IMAGE | tar -t` shows what it sends",
        ) from error


def _take(archive: tarfile.TarFile, member: tarfile.TarInfo, parts: _Parts) -> None:
    path = posixpath.normpath(member.name).lstrip("/")
    if member.issym():
        parts.links[path] = posixpath.normpath(
            posixpath.join(posixpath.dirname(path), member.linkname)
        )
    elif member.islnk():
        parts.links[path] = posixpath.normpath(member.linkname)
    elif member.isfile() and (content := archive.extractfile(member)) is not None:
        head = content.read(512)
        if head.lstrip()[:1] in (b"{", b"["):
            if member.size <= LARGEST_JSON:
                parts.texts[path] = _parsed(head + content.read())
        elif member.size >= 512 or head[:2] == b"\x1f\x8b":
            found = read_layer(Joined(head, content))
            if found is not None:
                parts.layers[path] = found


def _parsed(data: bytes) -> Any:
    """JSON, or None where it only looked like it."""
    try:
        return json.loads(data)
    except ValueError:
        return None


class Joined:
    """Bytes that were looked at already, then the rest."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head = head
        self._rest = rest

    def read(self, size: int = -1, /) -> bytes:
        """The next ones."""
        if not self._head:
            return self._rest.read(size)
        if size < 0:
            taken, self._head = self._head + self._rest.read(), b""
        elif size <= len(self._head):
            taken, self._head = self._head[:size], self._head[size:]
        else:
            taken, self._head = self._head, b""
            taken += self._rest.read(size - len(taken))
        return taken


class _Source:
    """A stream as tarfile wants it: exactly as many bytes as it asks for."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream

    def read(self, size: int) -> bytes:
        """That many, fewer only at the end."""
        pieces: list[bytes] = []
        while size > 0 and (piece := self._stream.read(size)):
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)


def _image(parts: _Parts, image: str) -> ImageFiles:
    """Put together what passed: configuration, and the layers in its order."""
    config_path, paths = _manifest(parts, image)
    config = parts.texts.get(parts.real(config_path)) or {}
    diff_ids = list((config.get("rootfs") or {}).get("diff_ids") or ())
    lines = [
        (number, readable(str(one.get("created_by") or one.get("comment") or "")))
        for number, one in enumerate(config.get("history") or (), 1)
        if not one.get("empty_layer")
    ]
    if len(lines) != len(paths):  # some builders write no history, or only a part of it
        lines = [(number if len(paths) == 1 else 0, "") for number in range(1, len(paths) + 1)]
    layers: list[LayerFiles] = []
    for place, path in enumerate(paths):
        found = parts.layers.get(parts.real(path))
        if found is None:
            raise OpstuiError(
                f"layer {place + 1} of {len(paths)} could not be read",
                where=path, hint="layers packed with zstd, and foreign ones, can't be read here",
            )
        digest = diff_ids[place] if place < len(diff_ids) else posixpath.basename(path)
        number, command = lines[place]
        layers.append(LayerFiles(str(digest), number, command, found.entries, found.packages))
    return ImageFiles(image, tuple(layers))


def _manifest(parts: _Parts, image: str) -> tuple[str, list[str]]:
    """The paths of the configuration and of the layers, oldest first."""
    listed = parts.texts.get("manifest.json")
    if isinstance(listed, list):
        for one in listed:
            paths = [posixpath.normpath(str(path)) for path in one.get("Layers") or ()]
            return posixpath.normpath(str(one["Config"])), paths
    for manifest in _manifests(parts, parts.texts.get("index.json") or {}, DEEPEST):
        paths = [_blob(str(one["digest"])) for one in manifest.get("layers") or ()]
        if all(parts.real(path) in parts.layers for path in paths):
            return _blob(str(manifest["config"]["digest"])), paths
    raise OpstuiError("what the engine sent holds no image", where=image)


def _manifests(parts: _Parts, index: Mapping[str, Any], deep: int) -> list[Mapping[str, Any]]:
    """Every image that an index names, also through further indexes."""
    found: list[Mapping[str, Any]] = []
    for one in index.get("manifests") or ():
        kind = (one.get("annotations") or {}).get("vnd.docker.reference.type", "")
        text = parts.texts.get(_blob(str(one.get("digest") or ""))) or {}
        if kind == NO_LAYERS or not isinstance(text, dict):
            continue
        if "manifests" in text and deep:
            found += _manifests(parts, text, deep - 1)
        elif "layers" in text:
            found.append(text)
    return found


def _blob(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/', 1)}"
