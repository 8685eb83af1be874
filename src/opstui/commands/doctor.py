"""`opstui doctor`: what was found, and for each miss what to do."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from opstui import __version__
from opstui.domain.status import Status
from opstui.domain.text import clean
from opstui.operations.checkup import Finding, look
from opstui.places import Places
from opstui.settings import REPOSITORY_FILE, top_of

NAME = "doctor"


def add(commands: Any) -> None:
    """Declare the arguments."""
    parser = commands.add_parser(
        NAME,
        description="Looks at everything once. Exit code 0 when nothing failed, else 1.",
    )
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help="a repository")
    parser.set_defaults(run=run)


async def run(args: argparse.Namespace, places: Places, environ: Mapping[str, str]) -> int:
    """Look and print."""
    from opstui.wiring import open_front

    front = open_front(Path(args.path), places, environ)
    try:
        found = await look(front.world)
    finally:
        await front.close()
    shared = top_of(front.path)
    findings = [
        *versions(), *found, terminal(environ, plain=front.world.ascii_only), frames(environ),
        file("settings", places.settings, "opstui config init writes one"),
        *([file("repository settings", shared / REPOSITORY_FILE, "")] if shared else []),
        Finding("log", Status.PASSED, str(places.log)),
        Finding("data", Status.PASSED, str(places.data)),
        Finding("state", Status.PASSED, str(places.state)),
        Finding("cache", Status.PASSED, str(places.cache)),
    ]
    for finding in findings:
        show(finding, plain=front.world.ascii_only)
    return 1 if any(f.status is Status.FAILED for f in findings) else 0


def show(finding: Finding, *, plain: bool) -> None:
    """One finding, its hint below it."""
    mark = finding.status.letter if plain else finding.status.glyph
    took = f"  [{finding.milliseconds:.0f} ms]" if finding.milliseconds is not None else ""
    print(f"{mark} {finding.name:<20} {clean(finding.text)}{took}")
    if finding.hint:
        print(f"  {'':<20} {'->' if plain else '→'} {clean(finding.hint)}")


def versions() -> list[Finding]:
    """What opstui is made of here."""
    parts = [f"opstui {__version__}", f"Python {platform.python_version()}"]
    for package in ("textual", "httpx", "GitPython", "docker", "mlflow"):
        try:
            parts.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            parts.append(f"no {package}")
    git = shutil.which("git")
    missing = [] if git else [
        Finding("git", Status.FAILED, "git is not on the PATH", "install git")
    ]
    return [Finding("versions", Status.PASSED, ", ".join(parts)), *missing]


def terminal(environ: Mapping[str, str], *, plain: bool) -> Finding:
    """What opstui will draw on, and where copying goes."""
    width, height = shutil.get_terminal_size()
    facts = [environ.get("TERM", "no TERM"), f"{width}x{height}"]
    colours = "none (NO_COLOR)" if environ.get("NO_COLOR") is not None else (
        "true colour" if environ.get("COLORTERM") in ("truecolor", "24bit") else "256 or fewer")
    facts.append(f"colours: {colours}")
    facts.append("ASCII only" if plain else "Unicode")
    for name, variable in (("SSH", "SSH_CONNECTION"), ("tmux", "TMUX"), ("screen", "STY")):
        if environ.get(variable):
            facts.append(name)
    small = width < 60 or height < 16
    return Finding(
        "terminal", Status.WARNED if small else Status.PASSED, ", ".join(facts),
        "opstui is made for 80x24 and more" if small else "",
    )


def frames(environ: Mapping[str, str]) -> Finding:
    """Whether only differences are sent to the terminal, or Textual's own whole lines."""
    from opstui.lean.install import unfit

    if environ.get("OPSTUI_STOCK"):
        return Finding("frames", Status.WARNED, "Textual's own, as OPSTUI_STOCK asks",
                       "unset it for a thin line")
    reason = unfit()
    if reason:
        return Finding("frames", Status.WARNED, f"Textual's own: {reason}",
                       "everything works, with more bytes; a newer opstui may fit this Textual")
    return Finding("frames", Status.PASSED, "only what differs is sent")


def file(name: str, path: Path, hint: str) -> Finding:
    """A settings file that may be there."""
    if path.exists():
        readable = os.access(path, os.R_OK)
        return Finding(name, Status.PASSED if readable else Status.FAILED, str(path))
    return Finding(name, Status.SKIPPED, f"{path} (not there)", hint)
