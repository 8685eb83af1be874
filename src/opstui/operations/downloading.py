"""Files of runs and models brought to this machine: never over others, never half."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path, PurePosixPath

from opstui.backends.artifact_protocols import Artifacts
from opstui.domain.errors import OpstuiError
from opstui.domain.experiment import Artifact

MOST_FILES = 10_000
DEEPEST = 30


async def files_of(artifacts: Artifacts, root: Artifact) -> tuple[Artifact, ...]:
    """The file itself, or every file below a folder."""
    if not root.is_dir:
        return (root,)
    found: list[Artifact] = []
    folders = [(root, 0)]
    while folders:
        folder, depth = folders.pop()
        if depth > DEEPEST:
            raise OpstuiError(f"the folders in {root.path} lie deeper than {DEEPEST}")
        for one in await artifacts.folder(folder.owner, folder.path):
            if one.is_dir:
                folders.append((one, depth + 1))
            else:
                found.append(one)
        if len(found) > MOST_FILES:
            raise OpstuiError(f"there are more than {MOST_FILES:,} files in {root.key}")
    return tuple(found)


def place_of(target: Path, root: Artifact, file: Artifact) -> Path:
    """Where a file below `root` goes; OpstuiError for a name that leads out of the target."""
    if not root.is_dir:
        return target
    inside = PurePosixPath(file.path)
    if root.path:
        if not inside.is_relative_to(root.path):
            raise OpstuiError(f"{file.path} does not lie in {root.path}")
        inside = inside.relative_to(root.path)
    if not inside.parts or inside.is_absolute() or ".." in inside.parts or "\0" in file.path:
        raise OpstuiError(f"{file.path!r} is no name for a file here")
    return target.joinpath(*inside.parts)


async def fetch(
    artifacts: Artifacts, file: Artifact, path: Path, *, replace: bool, got: Callable[[int], None],
) -> None:
    """Write one file; it has its name only once all of it is there.

    replace: whether a file that exists may be written over; without it that is an error.
    got: told the bytes of every piece. Given up by cancelling; then nothing is left.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        if await asyncio.to_thread(_taken, path, replace):
            raise OpstuiError("there is such a file already", where=str(path),
                              hint="choose another name")
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        written = 0
        with part.open("wb") as out:
            async with aclosing(artifacts.content(file)) as pieces:
                async for piece in pieces:
                    await asyncio.to_thread(out.write, piece)
                    written += len(piece)
                    got(len(piece))
        if file.size is not None and written != file.size:
            raise OpstuiError(f"{file.path} came with {written:,} of {file.size:,} bytes",
                              hint="try again")
        await asyncio.to_thread(_settle, part, path, replace)
    except OSError as error:
        raise OpstuiError(
            f"the file could not be written: {error.strerror}", where=str(path),
            hint="choose another place",
        ) from error
    finally:
        part.unlink(missing_ok=True)


def _taken(path: Path, replace: bool) -> bool:
    return path.is_dir() or (path.exists() and not replace)


def _settle(part: Path, path: Path, replace: bool) -> None:
    """Give the file its name; one that came up meanwhile is not written over."""
    if replace:
        part.replace(path)
    else:
        os.link(part, path)
