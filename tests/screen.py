"""pyte's screen with the two scroll commands that it lacks."""

from __future__ import annotations

from typing import Any

import pyte


class Screen(pyte.Screen):
    """Knows SU and SD inside the scroll region."""

    def scroll_up(self, count: int = 1, **_: Any) -> None:
        """SU: the region's lines move up, blanks come in at its bottom."""
        self._shift(max(1, count), delete=True)

    def scroll_down(self, count: int = 1, **_: Any) -> None:
        """SD: the region's lines move down, blanks come in at its top."""
        self._shift(max(1, count), delete=False)

    def _shift(self, count: int, *, delete: bool) -> None:
        was = self.cursor.y, self.cursor.x
        self.cursor.y = self.margins.top if self.margins else 0
        (self.delete_lines if delete else self.insert_lines)(count)
        self.cursor.y, self.cursor.x = was

    def looks(self) -> list[list[tuple[object, ...]]]:
        """Every cell as the eye sees it: a blank has a background only."""
        return [
            [(" ", cell.bg) if cell.data == " " and not (
                cell.underscore or cell.reverse or cell.strikethrough
            ) else tuple(cell) for cell in (self.buffer[y][x] for x in range(self.columns))]
            for y in range(self.lines)
        ]

    def cells(self) -> list[list[tuple[object, ...]]]:
        """Every cell with its colours and attributes, comparable."""
        return [
            [tuple(self.buffer[y][x]) for x in range(self.columns)] for y in range(self.lines)
        ]


class Stream(pyte.ByteStream):
    """A stream that knows them too."""

    csi = {**pyte.ByteStream.csi, "S": "scroll_up", "T": "scroll_down"}  # noqa: RUF012
    events = pyte.ByteStream.events | {"scroll_up", "scroll_down"}
