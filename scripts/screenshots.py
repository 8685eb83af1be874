"""Draws the pictures in screenshots/ from the running program on a real demo workspace.

    python scripts/screenshots.py                 makes a demo, draws, removes the demo
    python scripts/screenshots.py --demo FOLDER   draws a demo that `opstui demo FOLDER --keep` made

Images appear in the pictures where a container engine answers (DOCKER_HOST is honoured).
"""

from __future__ import annotations

import argparse
import asyncio
import html
import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from rich.cells import cell_len
from textual.app import App
from textual.pilot import Pilot

from opstui.app import OpstuiApp
from opstui.demo.workspace import DemoWorkspace, prepare
from opstui.ui.detail_area import DetailArea
from opstui.wiring import open_front

FOLDER = Path(__file__).resolve().parent.parent / "screenshots"
PLACE = "build2"
"""What the header calls the machine, so that no picture depends on who draws it."""
PATIENCE = 60.0
"""Seconds until a picture that does not come about is an error."""
CELL = 12.2
"""Width of a character in the drawings that Textual exports."""


@dataclass(frozen=True)
class Shot:
    """One picture: how to get there, and the text that shows that it was reached."""

    name: str
    size: tuple[int, int]
    keys: tuple[str, ...]
    until: str
    settings: tuple[tuple[str, object], ...] = ()


SHOTS = (
    Shot("overview", (160, 45), ("5", "enter", "j", "]"), "better"),
    Shot("promotion", (120, 35), ("5", "enter", "j", "p", "enter"), "Cancel"),
    Shot("versions", (120, 35), ("5", "enter", "j", "]", "]"), "datasets"),
    Shot("charts", (160, 45), ("4", "j", "j", "enter", "j", "enter", "]"), "step"),
    Shot("ci", (120, 35), ("2", "F"), "failing"),
    Shot("ci-failure", (120, 35), ("2", "F", "f"), "errors"),
    Shot("lineage", (120, 35), ("5", "enter", "j", "j", "L"), "serving"),
    Shot("prune", (120, 35), ("3", "x"), "stay"),
    Shot("containers", (120, 35), ("3", "]", "j", "enter", "]", "]", "]"), "Health checks"),
    Shot("light", (120, 35), ("3",), "Images", (("theme", "light"),)),
    Shot("narrow", (80, 24), ("5", "enter"), "champion"),
    Shot("narrow-promotion", (80, 24), ("5", "enter", "j", "p", "enter"), "Cancel"),
)


async def draw(workspace: DemoWorkspace, shot: Shot, folder: Path) -> None:
    """Open the app, press the keys, write the picture."""
    environ = {**workspace.environ, "OPSTUI_REMEMBER": "0"}  # each begins as the first time
    front = open_front(workspace.repository, workspace.places, environ)
    front.machine = PLACE
    for name, value in shot.settings:
        object.__setattr__(front.settings, name, value)
    app = OpstuiApp(front, local=True)
    async with app.run_test(size=shot.size) as pilot:
        await settled(app, pilot)
        for key in shot.keys:
            await pilot.press(key)
            await settled(app, pilot)
        await wait(lambda: shot.until in text_of(app), pilot, f"{shot.until!r} for {shot.name}")
        await settled(app, pilot)
        drawn = app.export_screenshot(title="opstui")
    path = folder / f"{shot.name}.svg"
    path.write_text(tidy(anonymous(drawn, workspace)), "utf-8")
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


async def settled(app: OpstuiApp, pilot: Pilot[None]) -> None:
    """Wait until every list and every detail in sight has its answer."""
    await pilot.pause(0.05)

    def quiet() -> bool:
        floor = app.house.floor
        levels = [pane.level for pane in floor.panes[: floor.main]] + [floor.pane.level]
        areas = [area for area in {floor.detail, *app.screen.query(DetailArea)} if area.display]
        return all(level.snapshot.loaded and not level.loading for level in levels) and all(
            area.current is None or len(area.document) for area in areas
        )

    await wait(quiet, pilot, "a quiet screen")
    await pilot.pause(0.3)


async def wait(true: Callable[[], bool], pilot: Pilot[None], what: str) -> None:
    """Wait until a condition holds."""
    ends = monotonic() + PATIENCE
    while not true():
        if monotonic() > ends:
            raise TimeoutError(f"never saw {what}; the screen shows\n{text_of(pilot.app)}")
        await pilot.pause(0.05)


def text_of(app: App[None]) -> str:
    """All text on the screen."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


_TEXT = re.compile(
    r'<text class="([^"]+)" x="([\d.]+)" y="([\d.]+)" textLength="([\d.]+)" '
    r'clip-path="([^"]+)">([^<]*)</text>'
)
_GAP = re.compile(r"\xa0{2,}|^\xa0|\xa0$")


def tidy(svg: str) -> str:
    """Place every word by its own coordinates: some renderers drop spaces at a text's edges."""

    def placed(match: re.Match[str]) -> str:
        style, x, y, _, clip, escaped = match.groups()
        text, at = html.unescape(escaped), 0
        pieces: list[str] = []
        for piece in re.split(f"({_GAP.pattern})", text):
            if piece.strip("\xa0"):
                body = html.escape(piece, quote=False).replace("\xa0", "&#160;")
                pieces.append(
                    f'<text class="{style}" x="{float(x) + at * CELL:.1f}" y="{y}" '
                    f'textLength="{cell_len(piece) * CELL:.1f}" clip-path="{clip}">{body}</text>'
                )
            at += cell_len(piece)
        return "".join(pieces)

    return re.sub(r"\bterminal-\d+-", "terminal-", _TEXT.sub(placed, svg))


def anonymous(svg: str, workspace: DemoWorkspace) -> str:
    """The drawing with the demo's folder under a name that means something to everybody."""
    return svg.replace(str(workspace.folder), "/demo")


async def run(demo: Path | None, folder: Path, names: Sequence[str]) -> None:
    """Prepare the workspace, draw, clean up."""
    workspace = await prepare(demo, keep=demo is not None, tell=print)
    try:
        for shot in SHOTS:
            if not names or shot.name in names:
                await draw(workspace, shot, folder)
    finally:
        await workspace.close()


def main() -> int:
    """Carry out the arguments; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--demo", type=lambda text: Path(text).absolute(), metavar="FOLDER")
    parser.add_argument("--to", type=Path, default=FOLDER, metavar="FOLDER")
    parser.add_argument("names", nargs="*", help="only these pictures")
    chosen = parser.parse_args()
    chosen.to.mkdir(exist_ok=True)
    os.environ |= {"TEXTUAL_ANIMATIONS": "none", "LOGNAME": "ana"}  # who runs the demo's CI
    for name in ("NO_COLOR", "SSH_CONNECTION"):
        os.environ.pop(name, None)
    asyncio.run(run(chosen.demo, chosen.to, chosen.names))
    return 0


if __name__ == "__main__":
    sys.exit(main())
