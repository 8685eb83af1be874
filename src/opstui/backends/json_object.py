"""JSON of a server, read strictly: a wrong type is one sentence, never a TypeError later."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from opstui.domain.errors import OpstuiError


def not_json(product: str, detail: str, where: str) -> OpstuiError:
    """The error for an answer that is not what the product's API says it is."""
    return OpstuiError(
        f"the server answered with something that is not {product}'s JSON: {detail}", where=where,
        hint=f"check that {product} is what runs at this address",
    )


@dataclass(frozen=True, slots=True)
class Json:
    """One JSON object of an answer, and where it came from."""

    value: Mapping[str, object]
    where: str
    """The server's address, without credentials."""
    product: str
    """What should have answered, such as `MLflow`."""
    path: str = ""

    def text(self, name: str) -> str:
        """A string; empty when absent. Whole numbers are taken as their digits."""
        value = self.value.get(name)
        if isinstance(value, str):
            return value
        if value is None:
            return ""
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        raise self._wrong(name, "text")

    def whole(self, name: str) -> int:
        """An integer, which some servers write as a string; 0 when absent."""
        value = self.value.get(name)
        if value is None:
            return 0
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and len(value) < 25 and value.removeprefix("-").isdecimal():
            return int(value)
        raise self._wrong(name, "a whole number")

    def real(self, name: str) -> float:
        """A number; 0 when absent. MLflow writes "NaN" as text, infinities as ±1.797e308."""
        value = self.value.get(name, 0.0)
        if isinstance(value, str) and value in ("NaN", "Infinity", "-Infinity"):
            return float(value)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self._wrong(name, "a number")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf if value > 0 else -math.inf
        return math.copysign(math.inf, number) if abs(number) >= sys.float_info.max else number

    def truth(self, name: str) -> bool:
        """A boolean; false when absent."""
        value = self.value.get(name, False)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false")
        return value

    def when(self, name: str) -> datetime | None:
        """A time in milliseconds since 1970; None when absent, 0 or beyond the calendar."""
        milliseconds = self.whole(name)
        try:
            return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else None
        except (ValueError, OverflowError, OSError):
            return None

    def seconds(self, name: str) -> datetime | None:
        """A time in seconds since 1970; None when absent, 0 or beyond the calendar."""
        seconds = self.real(name)
        try:
            return datetime.fromtimestamp(seconds, UTC) if seconds else None
        except (ValueError, OverflowError, OSError):
            return None

    def iso(self, name: str) -> datetime | None:
        """A time as ISO 8601 has it; None when absent, empty, or a year of no CI run.

        Go's servers write year 1 for never. A time without a zone is taken as UTC.
        """
        text = self.text(name)
        if not text:
            return None
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            raise self._wrong(name, "a time") from None
        if not 1970 < found.year < 9999:
            return None
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found

    def has(self, name: str) -> bool:
        """Whether it is there, and not null."""
        return self.value.get(name) is not None

    def inner(self, name: str) -> Json:
        """An object; empty when absent."""
        value = self.value.get(name)
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise self._wrong(name, "an object")
        return Json(cast(Mapping[str, object], value), self.where, self.product, self._at(name))

    def objects(self, name: str) -> Iterator[Json]:
        """The objects of a list; none when absent."""
        for number, value in enumerate(self._items(name)):
            if not isinstance(value, dict):
                raise self._wrong(f"{name}[{number}]", "an object")
            yield Json(cast(Mapping[str, object], value), self.where, self.product,
                       self._at(f"{name}[{number}]"))

    def texts(self, name: str) -> tuple[str, ...]:
        """The strings of a list; none when absent."""
        items = self._items(name)
        if not all(isinstance(item, str) for item in items):
            raise self._wrong(name, "a list of texts")
        return tuple(str(item) for item in items)

    def pairs(self, name: str) -> tuple[tuple[str, str], ...]:
        """A list of {key, value}, sorted by key."""
        return tuple(sorted((item.text("key"), item.text("value")) for item in self.objects(name)))

    def needed(self, name: str) -> str:
        """A string that has to be there."""
        if value := self.text(name):
            return value
        raise not_json(self.product, f"{self._at(name)} is missing", self.where)

    def _items(self, name: str) -> list[object]:
        value = self.value.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._wrong(name, "a list")
        return value

    def _at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def _wrong(self, name: str, wanted: str) -> OpstuiError:
        return not_json(self.product, f"{self._at(name)} is not {wanted}", self.where)
