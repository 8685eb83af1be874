"""The terminal that the measured programs believe in: a screen, and answers to their questions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.screen import Screen, Stream

SEQUENCE = re.compile(
    rb"\x1b(?:"
    rb"\[([<=>?]?)([0-9:;]*)([ -/]*)([@-~])"
    rb"|\]([^\x07\x1b]*)(?:\x07|\x1b\\)"
    rb"|P([^\x1b]*)\x1b\\"
    rb"|[X^_][^\x1b]*\x1b\\)"
)
"""CSI (mark, numbers, intermediates, letter), OSC, DCS, and the strings that nobody shows."""
UNFINISHED = re.compile(rb"\x1b(?:\[[<=>?]?[0-9:;]*[ -/]*|[]PX^_][^\x07]*)?\Z", re.S)
SWITCHES = {
    1049: "alternate screen", 1047: "alternate screen", 47: "alternate screen",
    1000: "mouse", 1002: "mouse drags", 1003: "mouse motion", 1004: "focus reports",
    1006: "mouse numbers", 1015: "mouse numbers", 1016: "mouse pixels", 2004: "bracketed paste",
    2026: "synchronized output", 2048: "resize reports",
}
"""Private modes that are off before a program starts: xterm's ctlseqs, and the specifications of
contour (2026) and kitty (2048)."""
CURSOR, SYNCHRONIZED = 25, 2026
COLOURS = {b"10": b"rgb:cdcd/d6d6/f4f4", b"11": b"rgb:1e1e/1e1e/2e2e", b"12": b"rgb:ffff/ffff/ffff"}


class _Screen(Screen):
    """Knows REP too, which ncurses likes."""

    last = " "

    def draw(self, data: str) -> None:
        """Show text, and remember its last character."""
        self.last = data[-1:] or self.last
        super().draw(data)

    def repeat(self, count: int = 1, **_: Any) -> None:
        """REP: the last character again."""
        self.draw(self.last * max(1, count))


class _Stream(Stream):
    csi = {**Stream.csi, "b": "repeat"}  # noqa: RUF012
    events = Stream.events | {"repeat"}


class Emulator:
    """Feed it what a program writes; ask it what stands on the screen.

    answer: takes what the terminal sends back.
    """

    def __init__(self, width: int, height: int, answer: Callable[[bytes], None]) -> None:
        self._screen = _Screen(width, height)
        self._stream = _Stream(self._screen)
        self._answer = answer
        self._rest = b""
        self._lines = [""] * height
        self._cells: list[list[tuple[object, ...]]] = [[] for _ in range(height)]
        self._modes: dict[int, bool] = {CURSOR: True}
        self._keyboard = 0
        """Depth of the kitty keyboard protocol's stack."""
        self.version = 0
        """Grows with every visible change."""

    def feed(self, data: bytes) -> None:
        """Take in what the program wrote."""
        data, self._rest = self._rest + data, b""
        at = 0
        while True:
            found = SEQUENCE.search(data, at)
            if found is None:
                break
            self._stream.feed(data[at:found.start()])
            if not self._take(found):
                self._stream.feed(found.group())
            at = found.end()
        rest = data[at:]
        half = UNFINISHED.search(rest)
        if half is not None:
            rest, self._rest = rest[:half.start()], rest[half.start():]
        self._stream.feed(rest)

    # what is on it

    @property
    def amid(self) -> bool:
        """Whether a frame has begun that is not to be shown before its end."""
        return self._modes.get(SYNCHRONIZED, False)

    def look(self) -> bool:
        """Take note of what changed; whether anything did."""
        changed = False
        screen = self._screen
        for y in sorted(screen.dirty):
            if y >= screen.lines:
                continue
            row = screen.buffer[y]
            cells = [tuple(row[x]) for x in range(screen.columns)]
            if cells != self._cells[y]:
                self._cells[y] = cells
                self._lines[y] = "".join(str(cell[0]) for cell in cells).rstrip()
                changed = True
        screen.dirty.clear()
        self.version += changed
        return changed

    @property
    def text(self) -> str:
        """The screen as of the last look."""
        return "\n".join(self._lines)

    @property
    def left_on(self) -> list[str]:
        """What a program that has ended left otherwise than it was."""
        left = [name for mode, name in SWITCHES.items() if self._modes.get(mode)]
        left += [] if self._modes[CURSOR] else ["hidden cursor"]
        return left + (["keyboard protocol"] if self._keyboard else [])

    # sequences

    def _take(self, found: re.Match[bytes]) -> bool:
        """Deal with what pyte does not know; False for what it shall see."""
        mark, numbers, between, letter, system, device = found.groups()
        if device is not None:
            if device.startswith(b"+q"):
                self._answer(b"\x1bP0+r\x1b\\")
            return True
        if letter is None:
            parts = (system or b"").split(b";")
            if parts[0] in COLOURS and parts[-1] == b"?":
                self._answer(b"\x1b]%b;%b\x1b\\" % (parts[0], COLOURS[parts[0]]))
            return True
        if mark == b"?" and letter in b"hl" and not between:
            for number in numbers.split(b";"):
                self._modes[int(number or b"0")] = letter == b"h"
            return False
        return self._asked(mark, numbers, between, letter) or bool(
            mark in (b"<", b"=", b">") or between or letter in b"utqnc"
            or (mark == b"?" and letter not in b"JK")
            or (letter == b"m" and b":" in numbers)
        )

    def _asked(self, mark: bytes, numbers: bytes, between: bytes, letter: bytes) -> bool:
        """Answer a question as a common terminal does; whether it was one."""
        screen, asked = self._screen, mark + between + letter
        reply = {
            b"c": b"\x1b[?62;22c", b">c": b"\x1b[>41;388;0c", b"=c": b"\x1bP!|00000000\x1b\\",
            b">q": b"\x1bP>|terminal(1)\x1b\\", b"?u": b"\x1b[?0u",
        }.get(asked)
        if asked == b"n" and numbers == b"5":
            reply = b"\x1b[0n"
        elif asked in (b"n", b"?n") and numbers == b"6":
            x = min(screen.cursor.x, screen.columns - 1)
            reply = b"\x1b[%b%d;%dR" % (mark, screen.cursor.y + 1, x + 1)
        elif asked == b"?$p":
            number = int(numbers or b"0")
            state = (1 if self.amid else 2) if number == SYNCHRONIZED else 0
            reply = b"\x1b[?%d;%d$y" % (number, state)
        elif asked == b"t" and numbers in (b"14", b"18"):
            kind, scale = (4, (20, 10)) if numbers == b"14" else (8, (1, 1))
            reply = b"\x1b[%d;%d;%dt" % (kind, screen.lines * scale[0], screen.columns * scale[1])
        elif asked == b">u":
            self._keyboard += 1
        elif asked == b"<u":
            self._keyboard = max(0, self._keyboard - 1)
        if reply is None:
            return False
        self._answer(reply)
        return True
