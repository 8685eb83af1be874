"""Looks: which colour each role has. One accent; state colours only on state."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from rich.ansi import AnsiDecoder
from rich.style import Style
from textual.theme import BUILTIN_THEMES, Theme

from opstui.ui.paint import drawable


@dataclass(frozen=True)
class Look:
    """A complete set of colours, as rich style definitions by role."""

    name: str
    dark: bool
    ansi: bool
    """Uses the terminal's own sixteen colours and background."""
    background: str
    surface: str
    text: str
    dim: str
    accent: str
    good: str
    bad: str
    warn: str
    busy: str
    rule: str
    """Frames that have no focus."""
    cursor: str
    """Background of the selected row in the focused pane."""
    resting: str
    """Background of the selected row elsewhere."""

    def styles(self) -> dict[str, str]:
        """Every role's rich style definition."""
        cursor = "reverse" if self.ansi else f"on {self.cursor}"
        return {
            "plain": self.text, "dim": self.dim, "accent": self.accent, "good": self.good,
            "bad": self.bad, "warn": self.warn, "busy": self.busy, "rule": self.rule,
            "title": f"bold {self.text}", "key": f"bold {self.accent}",
            "added": self.good, "removed": self.bad, "hunk": self.accent, "link": self.accent,
            "frame": self.rule, "frame-focus": self.accent, "cursor": cursor,
            "resting": "bold" if self.ansi else f"on {self.resting}",
            "match": "reverse" if self.ansi else f"{self.background} on {self.warn}",
            "chart1": self.accent, "chart2": self.warn, "chart3": self.good, "chart4": self.bad,
            "chart5": self.busy, "chart6": self.text,
            "alarm": f"bold {self.bad}", "old": self.dim,
        }

    def textual(self) -> Theme:
        """The same look for Textual's own widgets."""
        # Textual's style sheet asks ansi themes for variables that only its own ones have
        stock = BUILTIN_THEMES["ansi-dark"].variables if self.ansi else {}
        return Theme(
            name=self.name, dark=self.dark, ansi=self.ansi, primary=self._css(self.accent),
            secondary=self._css(self.busy), accent=self._css(self.accent),
            warning=self._css(self.warn), error=self._css(self.bad), success=self._css(self.good),
            foreground=self._css(self.text), background=self._css(self.background),
            surface=self._css(self.surface), panel=self._css(self.surface),
            variables={**stock, "border": self._css(self.rule)},
        )

    def _css(self, color: str) -> str:
        if not self.ansi:
            return color
        return f"ansi_{color}"


# Colours of the xterm palette wherever they do: on the line they take half the bytes, and they
# are the same with 256 colours as with 16 million. The cursor's ground has none that is calm.
DARK = Look(
    name="dark", dark=True, ansi=False, background="#121212", surface="#1c1c1c", text="#d0d0d0",
    dim="#767676", accent="#5fafd7", good="#87af87", bad="#d75f5f", warn="#d7af5f",
    busy="#87afff", rule="#3a3a3a", cursor="#223448", resting="#262626",
)
LIGHT = Look(
    name="light", dark=False, ansi=False, background="#ffffff", surface="#eeeeee", text="#262626",
    dim="#767676", accent="#005faf", good="#008700", bad="#af0000", warn="#875f00",
    busy="#5f5faf", rule="#c6c6c6", cursor="#d2e4f3", resting="#eeeeee",
)
TERMINAL = Look(
    name="terminal", dark=True, ansi=True, background="default", surface="default",
    text="default", dim="bright_black", accent="cyan", good="green", bad="red", warn="yellow",
    busy="blue", rule="bright_black", cursor="default", resting="default",
)
LOOKS = {look.name: look for look in (DARK, LIGHT, TERMINAL)}


class Brush:
    """Resolves style names to rich styles in the look of the moment."""

    def __init__(self, look: Look, *, ascii_only: bool = False) -> None:
        self.ascii_only = ascii_only
        self.look = look
        self._known: dict[str, Style] = {}
        self._definitions = look.styles()

    def take(self, look: Look) -> None:
        """Change the look."""
        self.look = look
        self._known = {}
        self._definitions = look.styles()

    def text(self, text: str) -> str:
        """Text as it may be drawn: cleaned, and without opstui's own glyphs where only ASCII
        can be shown. Each keeps its width."""
        return drawable(text, ascii_only=self.ascii_only)

    def style(self, name: str) -> Style:
        """The style of a role, of `sgr:31;1`, or of several joined as `good|cursor`."""
        known = self._known.get(name)
        if known is None:
            known = self._ground()
            for part in name.split("|"):
                known += self._one(part)
            self._known[name] = known
        return known

    def _ground(self) -> Style:
        return Style() if self.look.ansi else Style.parse(f"on {self.look.background}")

    def _one(self, name: str) -> Style:
        if name.startswith("sgr:"):
            return self._one("plain") + sgr_style(name[4:])
        return Style.parse(self._definitions[name])


@lru_cache(maxsize=1024)
def sgr_style(parameters: str) -> Style:
    """The style that SGR parameters such as `1;31` ask for."""
    spans = AnsiDecoder().decode_line(f"\x1b[{parameters}mx").spans
    style = spans[0].style if spans else Style()
    return style if isinstance(style, Style) else Style.parse(style)
