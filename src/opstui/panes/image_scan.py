"""Scanning an image with trivy, grype or syft, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from opstui.domain.image import Image
from opstui.domain.scan import SEVERITIES, Scan
from opstui.domain.words import age, plural
from opstui.operations.running import run_job
from opstui.operations.world import World
from opstui.panes.run_detail import pairs
from opstui.ui.action import action
from opstui.ui.column import Column
from opstui.ui.desk import Choice, Desk, Detail
from opstui.ui.paint import Line, Span, line

if TYPE_CHECKING:
    from opstui.panes.images import ImagesView

LETTERS = {"critical": ("C", "bad"), "high": ("H", "warn"), "medium": ("M", "plain"),
           "low": ("L", "dim"), "other": ("?", "dim")}
NOTES = {"trivy": "vulnerabilities and packages", "grype": "vulnerabilities", "syft": "packages"}


def why_not_scan(part: ImageScan, _image: object) -> str:
    """Only what is installed can be run."""
    scanners = part.world.scanners
    if scanners is None:
        return "nothing may be run here"
    return "" if scanners.tools() else "neither trivy nor grype nor syft is on the PATH"


class ImageScan:
    """Acts of the images' list that need a scanner."""

    def __init__(self, view: ImagesView) -> None:
        self.world = view.world

    @action("v", "Scan", when=why_not_scan, footer=False)
    async def scan(self, image: Image, desk: Desk) -> None:
        """Count vulnerabilities and packages with trivy, grype or syft; once more gives it up."""
        world, scanners = self.world, self.world.scanners
        if scanners is None:
            return
        for facts in world.jobs.all():
            if facts.verb == "scan" and facts.name == image.name and facts.ended is None:
                job = world.jobs.find(facts.id)
                if job is not None:
                    job.stop()
                return
        tools = scanners.tools()
        tool: str | None = tools[0]
        if len(tools) > 1:
            tool = await desk.choose(f"Scan {image.name} with", [
                Choice(one, one, NOTES.get(one, "")) for one in tools
            ])
        if tool is None:
            return
        chosen = tool
        place = await world.engine.where()
        job = world.jobs.begin("scan", image.name, place, world.clock(),
                               lambda: desk.changed("jobs"))
        job.note(f"{chosen} looks at it")
        desk.say(f"{chosen} looks at {image.name}; v gives it up")

        async def work() -> str:
            found = await scanners.scan(image, chosen)
            return f"{image.name}: {sentence(found)}"

        async def given_up() -> str:
            return f"the scan of {image.name} was given up; {chosen} was ended"

        try:
            with desk.busy("images", image.key):
                told = await run_job(world, job, work, given_up)
        finally:
            desk.restart("images")  # the same images, and yet there is more to tell of one
            desk.changed("jobs")
        desk.say(told)


def sentence(scan: Scan) -> str:
    """`2 critical, 1 high; 118 packages`."""
    told: list[str] = []
    if scan.counts is not None:
        counted = [f"{count} {name}" for name, count in scan.counts if count]
        told.append(", ".join(counted) or "no known vulnerability")
    if scan.packages is not None:
        told.append(plural(scan.packages, "package"))
    return "; ".join(told) or "nothing was found"


def cell(scan: Scan | None) -> Line:
    """`2C 1H 14M`, or how many packages where nothing looked for vulnerabilities."""
    if scan is None:
        return ()
    if scan.counts is None:
        return (Span(f"{scan.packages or 0} pkgs", "dim"),)
    spans: list[Span] = []
    for name, count in scan.counts:
        if count:
            letter, role = LETTERS[name]
            spans += [Span(" ")] if spans else []
            spans.append(Span(f"{count}{letter}", role))
    return tuple(spans) or (Span("none", "good"),)


def columns(scans: Mapping[str, Scan], images: Sequence[Image]) -> tuple[Column[Image], ...]:
    """A column once there is something to show in it."""
    if not any(one.id in scans for one in images):
        return ()
    return (Column(
        "scan", "Scan", lambda image: cell(scans.get(image.id)), width=16, drop=4,
        sort=lambda image: _worst(scans.get(image.id)), best_first=True,
    ),)


def _worst(scan: Scan | None) -> tuple[int, ...] | None:
    if scan is None or scan.counts is None:
        return None
    return tuple(scan.count(name) for name in SEVERITIES)


def detail(world: World, image: Image, scan: Scan | None) -> tuple[Detail, ...]:
    """A tab for an image that was scanned."""
    if scan is None:
        return ()

    async def load(width: int) -> Sequence[Line]:
        return scan_lines(scan, world)

    return (Detail(f"image/{image.id}/scan/{scan.at.isoformat()}", "Scan", load),)


def scan_lines(scan: Scan, world: World) -> list[Line]:
    """Who found what when, then the worst findings."""
    old = age(scan.at, world.clock())
    shown = pairs((
        ("found", sentence(scan)),
        ("fixable", f"{scan.fixable} of {scan.total}" if scan.total else ""),
        ("by", f"{scan.tool} {scan.version}".strip()),
        ("at", f"{scan.at:%Y-%m-%d %H:%M} UTC, {'just now' if old == 'now' else f'{old} ago'}"),
    ))
    if scan.worst:
        shown += [line(), line(("The worst", "title"))]
    for one in scan.worst:
        letter, role = LETTERS.get(one.severity, LETTERS["other"])
        mended = (f"  mended in {one.fixed}", "good") if one.fixed else ("  no fix", "dim")
        shown.append(line((f"{letter} ", role), f"{one.id:<20} {one.package} ",
                          (one.installed, "dim"), mended))
    if scan.total > len(scan.worst):
        shown.append(line((f"and {scan.total - len(scan.worst)} more", "dim")))
    return shown
