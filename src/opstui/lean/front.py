"""What the terminal shows now, and the shortest way from there to the next frame."""

from __future__ import annotations

from opstui.lean.cells import BLANK, Cell, only_background, plain
from opstui.lean.shades import looks_alike, step

GAP = 6
"""Cells: a shorter unchanged stretch is written again rather than jumped over."""
ERASE = 11
"""Blanks: more of them are erased instead of written; erasing and going on takes up to 11 bytes."""
SHIFTS = (1, -1, 2, -2, 3, -3, 4, -4)
"""Lines that a frame may have scrolled by."""
WORTH = 8
"""Lines that must differ before scrolling is looked at."""


class Front:
    """A mirror of the terminal's cells.

    erases: the terminal fills what it erases with the current background (terminfo's `bce`);
    without it, only blanks on the terminal's own background are erased.
    scrolls: scroll regions may be used.
    """

    def __init__(
        self, width: int, height: int, *, erases: bool = True, scrolls: bool = True
    ) -> None:
        self.width, self.height = width, height
        self.erases, self.scrolls = erases, scrolls
        self.rows: list[list[Cell]] = [[BLANK] * width for _ in range(height)]
        self._pending: dict[int, list[Cell]] = {}
        self._out: list[str] = []
        self._sgr = ""
        self._at: tuple[int, int] | None = None
        self._erasable: dict[str, bool] = {}

    def span(self, y: int, x: int, cells: list[Cell]) -> None:
        """Let these cells be shown from column `x` of row `y` on, at the next `frame`."""
        if not (0 <= y < self.height and x < self.width):
            return
        row = self._pending.get(y)
        if row is None:
            row = self._pending[y] = list(self.rows[y])
        end = min(x + len(cells), self.width)
        if x > 0 and end > x and row[x] is None and cells[0] is not None:
            row[x - 1] = BLANK  # the right half of a wide character was covered
        row[x:end] = cells[: end - x]
        if end < self.width and row[end] is None:
            row[end] = BLANK  # the left half was covered, or cut off

    @property
    def waiting(self) -> bool:
        """Whether anything was asked for since the last frame; it may be equal to what is shown."""
        return bool(self._pending)

    def frame(self) -> str:
        """The characters that turn what is shown into what was asked for; empty when equal.

        The terminal keeps the frame's last style: the next frame goes on from there. Whoever
        writes anything else in between begins with `rest`.
        """
        self._out, self._at = [], None
        if self.scrolls:
            self._scroll()
        for y in sorted(self._pending):
            self._row(y, self._pending[y])
        self._pending = {}
        return "".join(self._out)

    def rest(self) -> str:
        """The characters that leave the terminal with its own style; empty where it has it."""
        plain, self._sgr = not self._sgr, ""
        return "" if plain else "\x1b[m"

    def whole(self) -> str:
        """The characters that draw everything from a cleared screen."""
        rows, self.rows = self.rows, [[BLANK] * self.width for _ in range(self.height)]
        self._pending = dict(enumerate(rows))
        self._sgr = ""
        return "\x1b[m\x1b[2J" + self.frame() + self.rest()

    def _scroll(self) -> None:
        """Let the terminal move lines where most of the frame is the old one shifted."""
        changed = {y: row for y, row in self._pending.items() if row != self.rows[y]}
        if len(changed) < WORTH:
            return
        best, shift = 0, 0
        for k in SHIFTS:
            same = sum(
                1 for y, row in changed.items()
                if 0 <= y + k < self.height and row == self.rows[y + k]
            )
            if same > best:
                best, shift = same, k
        if best < 0.6 * len(changed):
            return
        moved = [
            y for y, row in changed.items()
            if 0 <= y + shift < self.height and row == self.rows[y + shift]
        ]
        top, bottom = min(moved), max(moved)
        top, bottom = (top, bottom + shift) if shift > 0 else (top + shift, bottom)
        count = abs(shift)
        number = "" if count == 1 else str(count)
        letter = "S" if shift > 0 else "T"
        self._out.append(
            f"{self.rest()}\x1b[{top + 1};{bottom + 1}r\x1b[{number}{letter}\x1b[r"
        )
        blank: list[list[Cell]] = [[BLANK] * self.width for _ in range(count)]
        band = self.rows[top : bottom + 1]
        self.rows[top : bottom + 1] = (
            band[count:] + blank if shift > 0 else blank + band[:-count]
        )
        for y in range(top, bottom + 1):  # rows inside the region that were to stay
            self._pending.setdefault(y, band[y - top])

    def _row(self, y: int, new: list[Cell]) -> None:
        old = self.rows[y]
        if old == new:
            return
        self.rows[y] = new
        n, size = 0, len(new)
        while n < size:
            if new[n] == old[n]:
                n += 1
                continue
            start = last = n
            while n < size and n - last <= GAP:
                if new[n] != old[n]:
                    last = n
                elif not _goes_on(new, last, n):
                    break  # another style costs more than a jump
                n += 1
            while start > 0 and new[start] is None:
                start -= 1
            stop = last + 1
            while stop < size and new[stop] is None:
                stop += 1
            self._run(y, start, new[start:stop])
            n = max(stop, last + 1)

    def _run(self, y: int, x: int, run: list[Cell]) -> None:
        out = self._out
        self._move(y, x)
        n, size = 0, len(run)
        while n < size:
            cell = run[n]
            if cell is None:
                n += 1
                continue
            text, sgr = cell
            if sgr != self._sgr and not (text == " " and looks_alike(sgr, self._sgr)):
                out.append(step(self._sgr, sgr))
                self._sgr = sgr
            stop = n + 1
            while stop < size and run[stop] == cell:
                stop += 1
            count = stop - n
            if text == " " and count > ERASE and self._can_erase(sgr):
                if x + stop >= self.width:
                    out.append("\x1b[K")
                    self._at = None
                    return
                out.append(f"\x1b[{count}X")
                if stop == size:
                    self._at = (y, x + n)
                    return
                out.append(f"\x1b[{count}C")
            else:
                out.append(text * count)
            n = stop
        # beyond the last column terminals disagree where the cursor is
        self._at = (y, x + size) if x + size < self.width else None

    def _move(self, y: int, x: int) -> None:
        if self._at == (y, x):
            return
        if self._at is not None and self._at[0] == y and x > self._at[1]:
            step = x - self._at[1]
            self._out.append(f"\x1b[{step if step > 1 else ''}C")
        else:
            self._out.append(f"\x1b[{y + 1};{x + 1}H")

    def _can_erase(self, sgr: str) -> bool:
        known = self._erasable.get(sgr)
        if known is None:
            known = only_background(sgr) and (self.erases or plain(sgr))
            self._erasable[sgr] = known
        return known



def _goes_on(row: list[Cell], last: int, n: int) -> bool:
    """Whether a cell is written in the style of an earlier one."""
    before, cell = row[last] or row[last - 1], row[n]
    if before is None or cell is None:
        return False
    return cell[1] == before[1] or (cell[0] == " " and looks_alike(cell[1], before[1]))
