"""Building an image from a Dockerfile at a commit: what is sent, what it may run, what it prints.

Source: Docker Engine API v1.41, `POST /build` (the classic builder; it needs no client's session);
git-archive(1). `.dockerignore` is the client's work, so it is done here.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
import tarfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import IO, Any, cast

from opstui.backends.ci.local.environment import for_git
from opstui.backends.ci.local.source import Source
from opstui.backends.ci.local.trust import TrustFile, fingerprint
from opstui.backends.docker.connection import Connection
from opstui.backends.docker.progress import Told, told
from opstui.backends.docker.registry_logins import Logins
from opstui.backends.protocols import CallLog
from opstui.domain.build import BuildOrder, Recipe, hosts_of, is_recipe
from opstui.domain.ci import CiCommand
from opstui.domain.errors import OpstuiError

LARGEST_RECIPE = 1 << 20
"""Bytes of a Dockerfile; a larger one can't be looked at by a person."""
PIECE = 1 << 16
HANG_UP = 5.0
"""Seconds that a build that was given up may take to be gone."""


class ImageBuilds:
    """Implements `engine_protocols.Builds` for one repository and one engine."""

    def __init__(
        self, connection: Connection, top: Path, state: Path, calls: CallLog,
        environ: Mapping[str, str],
    ) -> None:
        self._connection = connection
        self._top = top
        self._state = state
        self._environ = for_git(environ)
        self._source = Source(top, calls, environ)
        self._logins = Logins(environ)

    async def recipes(self, commit: str) -> tuple[str, ...]:
        """Paths of the Dockerfiles at a commit, those nearest to the top first."""
        names = await asyncio.to_thread(self._names, commit)
        found = [name for name in names if is_recipe(name)]
        return tuple(sorted(found, key=lambda name: (name.count("/"), name)))

    async def look(self, commit: str, path: str) -> Recipe:
        """The Dockerfile's text at a commit, and whether the person trusted exactly this one."""
        return await asyncio.to_thread(self._look, commit, path)

    async def trust(self, recipe: Recipe) -> None:
        """Remember that the person saw exactly this Dockerfile and wants it built."""
        await asyncio.to_thread(lambda: self._file().add(CiCommand(
            ("docker", "build", "-f", recipe.path), recipe.path, recipe.fingerprint,
        )))

    async def origin(self) -> str:
        """Address of the repository's first remote without credentials; empty without one."""
        return await asyncio.to_thread(self._source.origin)

    async def build(self, order: BuildOrder) -> AsyncIterator[str | bytes]:
        """What the build prints as bytes, then the id of the image as text.

        Refused with OpstuiError where the Dockerfile is not trusted. Leaving the iteration hangs
        up, on which the engine stops.
        """
        recipe = await self.look(order.commit, order.path)
        if not recipe.trusted:
            raise OpstuiError(f"{order.path} was not trusted yet, or it changed",
                              hint="look at it and say yes first")
        headers = {"Content-Type": "application/x-tar"}
        if logins := await asyncio.to_thread(self._logins_for, recipe):
            headers["X-Registry-Config"] = logins
        ignored = await self._ignored(order.commit)
        context = await asyncio.to_thread(
            Context, self._top, self._environ, order.commit, ignored
        )
        stream = self._connection.posting(
            f"build {order.name}", "/build", order.parameters(), headers, context
        )
        image = ""
        try:
            async with stream:
                async for one in told(stream):
                    if one.error:
                        raise OpstuiError(f"the build failed: {one.error}")
                    image = one.image or image
                    if printed := _printed(one):
                        yield printed
        finally:
            context.close()
            with suppress(TimeoutError):
                await asyncio.wait_for(stream.gone(), HANG_UP)
        yield image

    def _names(self, commit: str) -> list[str]:
        """Every path at a commit."""
        try:
            done = subprocess.run(
                ("git", "ls-tree", "-r", "-z", "--full-tree", "--name-only", commit),
                cwd=self._top, env=self._environ, capture_output=True, timeout=30, check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise OpstuiError(f"git did not answer: {error}", where=str(self._top)) from error
        if done.returncode:
            raise OpstuiError(f"commit {commit[:7]} can't be read", where=str(self._top),
                              hint="fetch it first")
        return [os.fsdecode(one) for one in done.stdout.split(b"\0") if one]

    def _look(self, commit: str, path: str) -> Recipe:
        found = self._source.files(commit, (path,)).get(path)
        if found is None:
            raise OpstuiError(f"there is no {path} at {commit[:7]}", where=str(self._top))
        if len(found.data) > LARGEST_RECIPE:
            raise OpstuiError(f"{path} is too large to be looked at before it is built")
        mark = fingerprint(("docker build", path), (found.data,))
        return Recipe(path, found.data.decode("utf-8", "replace"), mark, self._file().knows(mark))

    def _logins_for(self, recipe: Recipe) -> str:
        """X-Registry-Config with the person's logins for the registries that it builds from.

        Source: Docker Engine API v1.41, `POST /build`. Each is used for its own host alone.
        """
        found = (self._logins.of(host) for host in sorted(hosts_of(recipe.text)))
        told = {login.server: login.facts() for login in found if login is not None}
        return base64.urlsafe_b64encode(json.dumps(told).encode()).decode("ascii") if told else ""

    async def _ignored(self, commit: str) -> tuple[str, ...]:
        found = await asyncio.to_thread(self._source.files, commit, (".dockerignore",))
        file = found.get(".dockerignore")
        lines = file.data.decode("utf-8", "replace").splitlines() if file is not None else []
        return tuple(line.strip() for line in lines if line.strip() and line[0] != "#")

    def _file(self) -> TrustFile:
        return TrustFile(self._state / "trust.json", self._source.common())


def _printed(one: Told) -> bytes:
    if one.text:
        return one.text.encode()
    if one.part is not None and not one.part.total:
        return f"{one.part.name}: {one.part.word}\n".encode()
    return b""


class Context:
    """The files of a commit as a tar, piece by piece; `.dockerignore` leaves some out."""

    def __init__(
        self, top: Path, environ: Mapping[str, str], commit: str, ignored: tuple[str, ...]
    ) -> None:
        self._git = subprocess.Popen(
            ("git", "archive", "--format=tar", commit), cwd=top, env=dict(environ),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )
        self._ignored = ignored
        self._begun = False

    def __iter__(self) -> Iterator[bytes]:
        """In the thread that sends it."""
        self._begun = True
        out = cast(IO[bytes], self._git.stdout)
        with closing(out):
            yield from _sifted(out, self._ignored) if self._ignored else _pieces(out)
        if self._git.wait():
            raise OSError("git archive failed: the commit's files are not all here")

    def close(self) -> None:
        """End git, where it is not over yet."""
        self._git.kill()
        self._git.wait()
        if not self._begun:
            cast(IO[bytes], self._git.stdout).close()


def _pieces(out: IO[bytes]) -> Iterator[bytes]:
    while data := out.read(PIECE):
        yield data


class _Taken:
    """A file to write to, of which what was written is taken again and again."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._held.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        data, self._held = b"".join(self._held), []
        return data


def _sifted(out: IO[bytes], ignored: tuple[str, ...]) -> Iterator[bytes]:
    """The archive without what `.dockerignore` leaves out; file by file."""
    from docker.utils.build import PatternMatcher

    matcher: Any = PatternMatcher(ignored)
    taken = _Taken()
    with (
        tarfile.open(fileobj=out, mode="r|") as given,
        tarfile.open(fileobj=cast(Any, taken), mode="w|", format=tarfile.PAX_FORMAT) as kept,
    ):
        for member in given:
            if matcher.matches(member.name) and not is_recipe(member.name):
                continue
            kept.addfile(member, given.extractfile(member) if member.isfile() else None)
            yield taken.take()
    yield taken.take()
