"""How far a terminal is behind: asked with short questions, so that frames never queue up.

Neither the kernel nor sshd tells how much of what was written is still under way. The terminal
does: it answers a question once it has dealt with everything before it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from math import inf
from time import monotonic

QUESTION = "\x1b[5n"
"""DSR, "how are you": ECMA-48, 8.3.35. Every terminal since the VT100 answers it."""
ANSWER = "\x1b[0n"
HALVES = (ANSWER[:2], ANSWER[:3])
"""What is left of an answer that was cut in two; a lone escape may be a key."""
OFTEN = 0.25
"""Seconds: frames that follow each other faster are asked about."""
LARGE = 1024
"""Bytes: more of them are asked about whenever they come."""
TELLING = 3000
"""Bytes: fewer say nothing about how fast a line is."""
SAMPLES = 3
"""The fastest of the last few counts: a terminal that is busy for a moment is no thin line."""
THIN = 48_000.0
"""Bytes a second: a line that carries less is thin."""
SLACK = 0.03
"""Seconds of the line's time that may be under way beyond what fills it."""
LEAST, FIRST, MOST = 1024, 4096, 65536
"""Bytes that may be under way on any line, and as long as its rate is unknown: less would stop
it, more fills a terminal's buffer."""
PATIENCE = 3.0
"""Seconds after which an answer is taken to be lost."""
STRAY = 60.0
"""Seconds in which it may still come."""


class Flow:
    """Counts what is under way to a terminal, and learns how long and how wide its line is.

    clock: seconds, ever growing.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._written = self._arrived = 0
        self._asked: deque[tuple[float, int, int]] = deque()
        """Questions without an answer: when, bytes written by then, bytes arrived by then."""
        self._stray = -inf
        """Until then answers may come that were not waited for any longer."""
        self._last = -inf
        self._half = ""
        self.answers = False
        """Whether the terminal ever answered; as long as it did not, nothing is known."""
        self.trip = inf
        """Seconds that the shortest question and answer took."""
        self._seen: deque[tuple[int, float]] = deque(maxlen=SAMPLES)
        """Bytes of the last large frames, and seconds until they were answered."""

    @property
    def under_way(self) -> int:
        """Bytes that the terminal has not told of yet."""
        return self._written - self._arrived

    @property
    def rate(self) -> float:
        """Bytes a second, as far as that could be seen."""
        return max((count / max(took - self.trip, 1e-3) for count, took in self._seen), default=inf)

    @property
    def window(self) -> int:
        """Bytes that may be under way: what fills the line and a little more."""
        if self.rate is inf:
            return FIRST
        return int(max(LEAST, min(MOST, self.rate * (min(self.trip, 1.0) + SLACK))))

    @property
    def room(self) -> bool:
        """Whether another frame may be written."""
        if not self._asked or not self.answers:
            return True
        waited = self._clock() - self._asked[0][0]
        if waited > PATIENCE:
            self._seen.clear()
            self._seen.append((self.under_way, waited))
            self._stray = self._clock() + STRAY
            self._asked.clear()
            self._arrived = self._written
        return self.under_way <= self.window

    @property
    def thin(self) -> bool:
        """Whether the line was seen to carry little."""
        return self.rate < THIN

    @property
    def waiting(self) -> bool:
        """Whether an answer is still to come; nobody else must find it among their keys."""
        return bool(self._asked) or self._clock() < self._stray

    def sent(self, count: int) -> str:
        """Take note of a frame; what to write right behind it: a question, or nothing."""
        now, last = self._clock(), self._last
        self._last = now
        self._written += count
        if self._asked and not self.answers:
            return ""  # it was asked once, and may not know the question
        if count < LARGE and self.under_way < LARGE and now - last > OFTEN:
            if not self._asked:
                self._arrived = self._written  # a small one long ago: it is there by now
            return ""
        self._asked.append((now, self._written, self._arrived))
        return QUESTION

    def ask(self) -> str:
        """A question for its own sake: how long an answer takes."""
        self._asked.append((self._clock(), self._written, self._arrived))
        return QUESTION

    def forget(self) -> None:
        """Whatever was under way is no more."""
        self._asked.clear()
        self._stray = -inf
        self._half = ""
        self._arrived = self._written

    def without_answers(self, text: str) -> str:
        """What the terminal sent, without its answers, which are taken in."""
        text, self._half = self._half + text, ""
        if self.waiting:
            pieces = text.split(ANSWER)
            for _ in pieces[1:]:
                self._answered()
            text = "".join(pieces)
            for half in HALVES:
                if self.waiting and text.endswith(half):
                    text, self._half = text[: -len(half)], half
        return text

    def _answered(self) -> None:
        self.answers = True
        if not self._asked:
            return
        at, written, arrived = self._asked.popleft()
        took = max(self._clock() - at, 1e-4)
        self._arrived = max(self._arrived, written)
        self.trip = min(self.trip, took)
        if written - arrived >= TELLING:
            self._seen.append((written - arrived, took))
