"""What was found out about images, by their ids, in the cache folder; never more than so much.

An image's id is the digest of its content, so nothing kept here ever gets old. A file that can't
be read or written only means that an image is looked at again.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from opstui.domain.image_files import Entry, ImageFiles, Kind, LayerFiles, Package

FORM = 1
"""Written into every file; another number is not read."""
MOST = 200_000_000
"""Bytes of all files together; those not read for longest go first."""
LARGEST = 64_000_000
_ID = re.compile(r"[A-Za-z0-9]+:[0-9a-fA-F]{32,128}")
_DAMAGED = (OSError, ValueError, KeyError, TypeError, EOFError, RecursionError)


class ImageCache:
    """A folder with a file for each image. Every method blocks: call it in a thread."""

    def __init__(self, folder: Path, most: int = MOST) -> None:
        self._folder = folder
        self._most = most

    def files(self, image: str) -> ImageFiles | None:
        """The files of an image, where they were kept."""
        data = self.read(image, "files")
        try:
            return None if data is None else _from_json(image, data)
        except _DAMAGED:
            return None

    def keep_files(self, files: ImageFiles) -> None:
        """Remember the files of an image."""
        self.keep(files.image, "files", _to_json(files))

    def read(self, image: str, what: str) -> Mapping[str, Any] | None:
        """A fact of an image, where it was kept."""
        path = self._path(image, what)
        if path is None:
            return None
        try:
            if path.stat().st_size > LARGEST:
                return None
            with gzip.open(path, "rt", encoding="ascii") as file:
                data = json.load(file)
            os.utime(path)
        except (*_DAMAGED, gzip.BadGzipFile):
            return None
        return data if isinstance(data, dict) and data.get("form") == FORM else None

    def keep(self, image: str, what: str, data: Mapping[str, Any]) -> None:
        """Write a fact of an image in one go, then make room."""
        path = self._path(image, what)
        if path is None:
            return
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with NamedTemporaryFile(dir=self._folder, prefix=".new-", delete=False) as file:
                made = Path(file.name)
            try:
                with gzip.open(made, "wt", encoding="ascii", compresslevel=4) as packed:
                    json.dump({"form": FORM, **data}, packed, separators=(",", ":"))
                made.replace(path)
            finally:
                made.unlink(missing_ok=True)
            self._make_room(path)

    def _path(self, image: str, what: str) -> Path | None:
        if not _ID.fullmatch(image):
            return None
        return self._folder / f"{image.replace(':', '-').lower()}.{what}.json.gz"

    def _make_room(self, newest: Path) -> None:
        held = sorted(
            ((one.stat().st_mtime, one.stat().st_size, one)
             for one in self._folder.glob("*.json.gz")), reverse=True,
        )
        room = self._most
        for _, size, path in held:
            room -= size
            if room < 0 and path != newest:
                path.unlink(missing_ok=True)


def _to_json(files: ImageFiles) -> dict[str, Any]:
    return {"layers": [
        {
            "digest": layer.digest, "line": layer.line, "command": layer.command,
            "entries": [
                [one.path, one.kind.value, one.size, one.mode, one.owner, one.digest, one.link]
                for one in layer.entries
            ],
            "packages": [
                [path, [[one.manager, one.name, one.version] for one in found]]
                for path, found in layer.packages
            ],
        } for layer in files.layers
    ]}


def _from_json(image: str, data: Mapping[str, Any]) -> ImageFiles:
    return ImageFiles(image, tuple(_layer(one) for one in data["layers"]))


def _layer(data: Mapping[str, Any]) -> LayerFiles:
    kinds = {kind.value: kind for kind in Kind}
    packages: Sequence[Any] = data["packages"]
    return LayerFiles(
        str(data["digest"]), int(data["line"]), str(data["command"]),
        tuple(
            Entry(str(path), kinds[kind], int(size), int(mode), str(owner), str(digest), str(link))
            for path, kind, size, mode, owner, digest, link in data["entries"]
        ),
        tuple((str(path), tuple(Package(*map(str, one)) for one in found))
              for path, found in packages),
    )
