"""Images whose files are in memory, read as slowly as a test wants."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from opstui.domain.errors import OpstuiError
from opstui.domain.image import Image
from opstui.domain.image_files import Entry, ImageFiles, Kind, LayerFiles, Package
from opstui.domain.scan import Finding, Scan
from tests.fakes.registry import NOW


def file(path: str, size: int, digest: str = "") -> Entry:
    return Entry(path, Kind.FILE, size, 0o644, digest=digest or f"{path}{size}")


def story_files(image: Image) -> ImageFiles:
    """Two layers; newer images have a larger model and another version of numpy."""
    numpy, model = ("2.1", 9_000_000) if "latest" in image.name or "rc" in image.name \
        else ("2.0", 5_000_000)
    status = "site/numpy.dist-info/METADATA"
    return ImageFiles(image.id, (
        LayerFiles("sha256:base", 1, "", (
            Entry("etc", Kind.FOLDER), file("etc/os-release", 300), file("etc/motd", 80),
            Entry("usr", Kind.FOLDER), Entry("usr/bin", Kind.FOLDER),
            *(file(f"usr/bin/tool{n}", 1000 + n) for n in range(20)),
        )),
        LayerFiles(f"sha256:{image.short_id}", 2, "RUN pip install", (
            Entry("site", Kind.FOLDER), file("site/model.pkl", model), file(status, 50, numpy),
            file("etc/os-release", 310), Entry("etc/motd", Kind.GONE),
        ), ((status, (Package("python", "numpy", numpy),)),)),
    ))


@dataclass
class StoryContents:
    """`gate` holds a read back until it is set; `problem` makes it fail."""

    gate: asyncio.Event | None = None
    problem: str = ""
    kept: dict[str, ImageFiles] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)

    async def known(self, image: Image) -> ImageFiles | None:
        return self.kept.get(image.id)

    async def read(self, image: Image, told: Callable[[int], None]) -> ImageFiles:
        self.asked.append(image.name)
        if self.problem:
            raise OpstuiError(self.problem)
        if self.gate is not None:
            told(12_000_000)
            try:
                await self.gate.wait()
            except asyncio.CancelledError:
                self.given_up.append(image.name)
                raise
        self.kept[image.id] = story_files(image)
        return self.kept[image.id]


@dataclass
class StoryScanners:
    """Finds the same in every image; `gate` holds it back."""

    installed: tuple[str, ...] = ("trivy",)
    gate: asyncio.Event | None = None
    known: dict[str, Scan] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def tools(self) -> tuple[str, ...]:
        return self.installed

    async def scans(self) -> Mapping[str, Scan]:
        return dict(self.known)

    async def scan(self, image: Image, tool: str) -> Scan:
        self.asked.append(f"{tool} {image.name}")
        if self.gate is not None:
            await self.gate.wait()
        self.known[image.id] = Scan(
            image.id, tool, "0.59.1", NOW - timedelta(minutes=2), 118,
            (("critical", 2), ("high", 1), ("medium", 14), ("low", 0), ("other", 0)), 3,
            (Finding("CVE-2024-2961", "critical", "libc6", "2.36", "2.36-9"),),
        )
        return self.known[image.id]
