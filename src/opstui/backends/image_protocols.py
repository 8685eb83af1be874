"""What may be asked about the inside of images."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from opstui.domain.image import Image
from opstui.domain.image_files import ImageFiles
from opstui.domain.scan import Scan


class Contents(Protocol):
    """The files of images, layer by layer. An image is read once: its id tells its content."""

    async def known(self, image: Image) -> ImageFiles | None:
        """What was read earlier; None where the image has to be read, which takes time."""
        ...

    async def read(self, image: Image, told: Callable[[int], None]) -> ImageFiles:
        """All of it through the engine, or what was read earlier.

        told: called with the bytes that came by now, from another thread. Cancelling hangs up.
        """
        ...


class Scanners(Protocol):
    """Tools that list packages and vulnerabilities of images. Run only when a person asks."""

    def tools(self) -> tuple[str, ...]:
        """Those that are installed, those that find vulnerabilities first."""
        ...

    async def scans(self) -> Mapping[str, Scan]:
        """What was said of images, by image id; what was read once is remembered."""
        ...

    async def scan(self, image: Image, tool: str) -> Scan:
        """Let a tool look at an image, and keep what it says. Cancelling ends the tool."""
        ...
