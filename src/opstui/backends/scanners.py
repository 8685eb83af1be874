"""Scanners on the PATH, run when a person asks for it; what they said is kept by image id."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import shutil
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from opstui.backends.protocols import CallLog
from opstui.backends.session_process import start_session
from opstui.domain.errors import OpstuiError
from opstui.domain.image import Image
from opstui.domain.scan import TOOLS, Finding, Scan, merged, read
from opstui.domain.secrets import mask
from opstui.domain.text import clean

SECONDS = 900.0
"""How long a scanner may take; the first time it fetches its list of vulnerabilities."""
LARGEST = 400_000_000
"""Bytes of a report at most."""
KEPT = 2000
"""Images whose scans are remembered, those scanned last."""
_DAMAGED = (OSError, ValueError, KeyError, TypeError, RecursionError)


class LocalScanners:
    """Implements `image_protocols.Scanners` with programs of this machine.

    engine: gives the variables that lead a program to the engine. Each program runs in a session
    of its own, which is ended with it.
    """

    def __init__(
        self, file: Path, calls: CallLog, environ: Mapping[str, str],
        engine: Callable[[], Awaitable[Mapping[str, str]]],
    ) -> None:
        self._file = file
        self._calls = calls
        self._environ = environ
        self._engine = engine
        self._known: dict[str, Scan] | None = None

    def tools(self) -> tuple[str, ...]:
        """Those that are installed."""
        path = self._environ.get("PATH", "")
        return tuple(tool for tool in TOOLS if shutil.which(tool, path=path))

    async def scans(self) -> Mapping[str, Scan]:
        """What was said of images, by id: one small file, read once."""
        if self._known is None:
            self._known = await asyncio.to_thread(_load, self._file)
        return self._known

    async def scan(self, image: Image, tool: str) -> Scan:
        """Let a tool look at an image through the engine; cancelling ends the tool."""
        found = shutil.which(tool, path=self._environ.get("PATH", ""))
        if found is None or tool not in TOOLS:
            raise OpstuiError(f"{tool} is not installed", hint=f"one of {', '.join(TOOLS)} is "
                              "looked for on the PATH")
        report = await self._run(tool, [found, *arguments(tool, image.id)])
        version = ""
        if tool == "trivy":  # its report does not tell
            said = await self._run(tool, [found, "--version"])
            version = said.decode("utf-8", "replace").splitlines()[0].rpartition(" ")[2]
        now = datetime.now(UTC)
        try:
            scan = await asyncio.to_thread(
                lambda: read(tool, json.loads(report), image.id, now, version))
        except ValueError as error:
            raise OpstuiError(f"{tool}'s report can't be read", where=str(error)) from error
        known = dict(await self.scans())
        kept = merged(known.pop(image.id, None), scan)
        self._known = dict(list({**known, image.id: kept}.items())[-KEPT:])
        await asyncio.to_thread(_keep, self._file, self._known)
        return kept

    async def _run(self, tool: str, argv: list[str]) -> bytes:
        began, outcome = time.monotonic(), "cancelled"
        engine = await self._engine()
        try:
            code, said, errors = await _output(argv, {**self._environ, **engine})
            outcome = f"exit {code}"
        except OpstuiError as error:
            outcome = error.what
            raise
        finally:
            command = shlex.join([*(f"{name}={value}" for name, value in engine.items()), *argv])
            self._calls.record("scan", f"run {tool}", mask(command), outcome,
                               ok=outcome == "exit 0",
                               milliseconds=(time.monotonic() - began) * 1000)
        if code:
            raise OpstuiError(f"{tool} failed: {_why(errors) or f'exit {code}'}",
                              hint=f"`{mask(shlex.join(argv))}` tells more")
        return said


def arguments(tool: str, image: str) -> tuple[str, ...]:
    """What a tool is told, so that it takes this very image from the engine and writes JSON."""
    return {
        "trivy": ("image", "--quiet", "--format", "json", "--list-all-pkgs", "--scanners", "vuln",
                  image),
        "grype": (f"docker:{image}", "-o", "json", "-q"),
        "syft": ("scan", "--from", "docker", image, "-o", "json", "-q"),
    }[tool]


async def _output(argv: list[str], environ: Mapping[str, str]) -> tuple[int, bytes, bytes]:
    """Exit code, what it wrote, and the end of its errors; nothing of it is left running."""
    try:
        process = await start_session(
            *argv, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE, env={**environ, "TERM": "dumb", "NO_COLOR": "1"},
        )
    except OSError as error:
        raise OpstuiError(f"{argv[0]} can't be started: {error}") from error
    assert process.stdout is not None and process.stderr is not None
    try:
        async with asyncio.timeout(SECONDS):
            said, errors = await asyncio.gather(
                _all(process.stdout, LARGEST), _end(process.stderr))
            code = await process.wait()
    except TimeoutError as error:
        raise OpstuiError(f"{Path(argv[0]).name} took longer than {SECONDS:.0f} s and was "
                          "stopped") from error
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    return code, said, errors


async def _all(stream: asyncio.StreamReader, most: int) -> bytes:
    pieces: list[bytes] = []
    while data := await stream.read(1 << 20):
        pieces.append(data)
        most -= len(data)
        if most < 0:
            raise OpstuiError("the scanner's report is too large to be read")
    return b"".join(pieces)


async def _end(stream: asyncio.StreamReader) -> bytes:
    kept = b""
    while data := await stream.read(1 << 16):
        kept = (kept + data)[-8192:]
    return kept


def _why(errors: bytes) -> str:
    """The last line that says something, without secrets."""
    lines = [one.strip() for one in errors.decode("utf-8", "replace").splitlines() if one.strip()]
    fatal = [one for one in lines if "FATAL" in one or "error" in one.lower()]
    return mask(clean((fatal or lines or [""])[-1]))[:300]


def _load(file: Path) -> dict[str, Scan]:
    """What the file tells; a damaged one tells nothing."""
    try:
        told = json.loads(file.read_text("utf-8"))
        return {one["image"]: _scan(one) for one in told["scans"]}
    except _DAMAGED:
        return {}


def _scan(data: Mapping[str, Any]) -> Scan:
    counts = data["counts"]
    return Scan(
        str(data["image"]), str(data["tool"]), str(data["version"]),
        datetime.fromisoformat(data["at"]),
        None if data["packages"] is None else int(data["packages"]),
        None if counts is None else tuple((str(name), int(count)) for name, count in counts),
        int(data["fixable"]), tuple(Finding(*map(str, one)) for one in data["worst"]),
    )


def _keep(file: Path, scans: Mapping[str, Scan]) -> None:
    """Write it in one go; where that can't be done, the scans are known for this session."""
    told = {"scans": [
        {"image": one.image, "tool": one.tool, "version": one.version, "at": one.at.isoformat(),
         "packages": one.packages, "counts": one.counts, "fixable": one.fixable,
         "worst": [[f.id, f.severity, f.package, f.installed, f.fixed] for f in one.worst]}
        for one in scans.values()
    ]}
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with NamedTemporaryFile("w", dir=file.parent, prefix=".new-", delete=False,
                                encoding="utf-8") as made:
            json.dump(told, made)
        Path(made.name).replace(file)
