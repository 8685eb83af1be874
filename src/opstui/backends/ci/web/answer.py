"""What comes back through the door: an answer, or a stretch of a log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from opstui.backends.json_object import Json, not_json


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; its body is read strictly."""

    status: int
    headers: Mapping[str, str]
    """By their names, upper and lower case alike."""
    body: bytes = field(repr=False)
    url: str
    """Where it came from, after redirects on the same server."""
    where: str
    """The server's base address, for errors."""
    product: str

    def json(self) -> Json:
        """The body as an object; an empty body is an empty object."""
        value = self._parsed() if self.body.strip() else {}
        if not isinstance(value, dict):
            raise not_json(self.product, "not an object", self.where)
        return Json(cast(Mapping[str, object], value), self.where, self.product)

    def items(self) -> list[Json]:
        """The body as a list of objects."""
        value = self._parsed()
        if not isinstance(value, list):
            raise not_json(self.product, "not a list", self.where)
        return list(Json({"": value}, self.where, self.product).objects(""))

    @property
    def location(self) -> str:
        """The Location header; empty without."""
        return self.headers.get("location", "")

    def _parsed(self) -> object:
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise not_json(self.product, "not JSON", self.where) from error


@dataclass(frozen=True, slots=True)
class Text:
    """A stretch of a log, as raw bytes."""

    data: bytes = field(repr=False)
    start: int
    """The offset of its first byte; 0 where the server ignored the wish for a later one."""
    total: int | None
    """Bytes of the whole at this moment, where known."""
    headers: Mapping[str, str]
    cut: bool = False
    """There is more than was read."""
