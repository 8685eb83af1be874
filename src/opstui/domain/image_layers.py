"""The lines of an image's history as a person reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from opstui.domain.image import Layer
from opstui.domain.secrets import mask

_BUILD_ARGUMENTS = re.compile(r"^(RUN )?\|\d+ (?:\S+=(?:\"[^\"]*\"|\S*) )*?(?=/|\w+ -c )")
_SHELL = re.compile(r"^(RUN )?/bin/(?:ba|da|a)?sh -c +")
_DIGEST = re.compile(r"\b((?:file|dir|multi):[0-9a-f]{12})[0-9a-f]{52}\b")
LIKE_DOCKERFILE = re.compile(r"^[A-Z]{3,11}(?: |$)")


@dataclass(frozen=True, slots=True)
class LayerLine:
    """One line of the history, oldest first, with how the image grew."""

    number: int
    """From 1, the oldest."""
    command: str
    size: int
    """Bytes that it added."""
    total: int
    """Bytes up to and with it."""
    share: float
    """Of the whole image, from 0 to 1."""
    created: datetime | None = None

    @property
    def key(self) -> str:
        """Identity for lists."""
        return str(self.number)


def readable(command: str) -> str:
    """A line of the history as it stood in the Dockerfile, without secrets.

    `/bin/sh -c #(nop) CMD ["x"]` is `CMD ["x"]`, `RUN /bin/sh -c make # buildkit` is `RUN make`.
    """
    text = command.strip().removesuffix("# buildkit").strip()
    text = _BUILD_ARGUMENTS.sub("RUN ", text, count=1)
    if found := _SHELL.match(text):
        rest = text[found.end():]
        text = rest[6:].strip() if rest.startswith("#(nop)") else f"RUN {rest}"
    return mask(_DIGEST.sub(r"\1", " ".join(text.split())))


def told(layers: Iterable[Layer]) -> tuple[LayerLine, ...]:
    """The engine's history, which has the newest first, as lines with sums."""
    oldest = list(layers)[::-1]
    whole = sum(layer.size for layer in oldest)
    lines: list[LayerLine] = []
    total = 0
    for number, layer in enumerate(oldest, 1):
        total += layer.size
        lines.append(LayerLine(
            number, readable(layer.command), layer.size, total,
            layer.size / whole if whole else 0.0, layer.created,
        ))
    return tuple(lines)
