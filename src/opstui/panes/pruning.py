"""Pruning images: what goes and what stays is gone through, asked about, and then done."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from opstui.domain.image import Image
from opstui.domain.prune import Ended, Go, Keep, Known, PrunePlan, Removal, prune_plan
from opstui.domain.transfer import Part
from opstui.domain.words import age, plural, short, size
from opstui.operations.pruning import carry_out, know
from opstui.operations.running import run_job
from opstui.operations.world import World
from opstui.panes.engine_jobs import JobsView
from opstui.panes.promotion_page import WIDTH
from opstui.ui.checks import CheckRow
from opstui.ui.desk import Desk, Detail, Question, no_lines
from opstui.ui.paint import Line, Span, line

BY_HAND = 12
"""Images that are listed by name in the last question; the list before shows all."""


class PruneChecklist:
    """What goes, by reason and bytes, and what stays and why. Implements `Checklist`."""

    verb = "prune"

    def __init__(self, world: World, images: Sequence[Image], known: Known) -> None:
        self.agreed = False
        self._world = world
        self._images = images
        self._known = known
        self._spared: set[str] = set()
        self.plan: PrunePlan = prune_plan(images, known)

    def put(self, keys: Sequence[str], *, into: bool) -> None:
        """Take images in or out; what an image that stays was built on stays with it."""
        self._spared = self._spared - set(keys) if into else self._spared | set(keys)
        self.plan = prune_plan(self._images, self._known, self._spared)

    def facts(self) -> Line:
        """What goes and what stays, in numbers."""
        return line((f"{_counted(len(self.plan.go), 'go', 'goes')}, {free(self.plan)} · "
                     f"{len(self.plan.keep)} stay ", "dim"))

    def rows(self) -> Sequence[CheckRow]:
        """The totals, what goes by reason with what was taken out of it, what stays by reason."""
        shown = [CheckRow(one) for one in self._head()]
        first = prune_plan(self._images, self._known)
        spared = {one.image.id for one in self.plan.keep}
        for why, _, _ in first.totals():
            group = [one for one in first.go if one.why is why]
            inside = [one for one in group if one.image.id not in spared]
            told = sum(one.bytes or 0 for one in inside)
            shown += [CheckRow(()), CheckRow(line(
                (_counted(len(inside), "go", "goes"), "title"), (f"  {why.value}", "plain"),
                (f"  {size(told)}", "dim"),
            ))]
            shown += [self._row(one, checked=one.image.id not in spared) for one in group]
        for reason, kept in self.plan.kept():
            shown += [CheckRow(()), CheckRow(line(
                (_counted(len(kept), "stay", "stays"), "title"), f"  {reason.value}",
            ))]
            shown += [CheckRow(_kept_line(one)) for one in kept]
        return shown

    def _head(self) -> list[Line]:
        """What the person should know before reading the list."""
        shown = [one for gap in self._known.gaps for one in _wrapped(gap.text, "warn")]
        if self._known.gaps:
            shown.append(line(("what that could be about stays", "warn")))
        shown += [one for note in self._known.notes for one in _wrapped(note, "dim")]
        if not self.plan.go:
            return [*shown, line(("nothing can go", "title"))]
        return [*shown, line(
            ("at least ", "dim"), (free(self.plan), "title"),
            (" become free; layers that only these images share come on top", "dim"),
        )]

    def _row(self, one: Go, *, checked: bool) -> CheckRow:
        image = one.image
        told = size(one.bytes) if one.bytes is not None else "?"
        old = age(image.created, self._world.clock())
        text = line((f"{told:>7}", "plain"), (f"  {image.short_id}  {old:>3}  ", "dim"),
                    _names(image), (f"  {short(image.revision)}", "dim"))
        return CheckRow(text, image.id, checked, one.why.name)


async def prune(world: World, desk: Desk) -> None:
    """Show what can go, ask, and remove it image by image."""
    desk.say("looking at what needs the images")
    images, known = await know(world)
    checklist = PruneChecklist(world, images, known)
    await desk.read("Prune images", Detail("prune", "Prune", no_lines, checks=checklist))
    plan = checklist.plan
    if not checklist.agreed or not plan.go:
        return
    place = await world.engine.where()
    if not await desk.confirm(Question(
        title="Prune images", object=plural(len(plan.go), "image"), yes="Prune", danger=True,
        effect=f"They are removed by id, one after the other, with all their names; at least "
        f"{free(plan)} become free. One that got a name or a container since is skipped. "
        "They can't be brought back from here.",
        place=place, body=_listed(plan),
    )):
        return
    job = world.jobs.begin("prune", plural(len(plan.go), "image"), place, world.clock(),
                           lambda: desk.changed("jobs"))
    desk.open(JobsView(world), "jobs")

    def tell(removal: Removal) -> None:
        done = len(job.now().parts) + 1
        note = f": {removal.note}" if removal.note else ""
        job.part(Part(f"{removal.image.short_id} {_names(removal.image)}",
                      f"{removal.ended.value}{note}"))
        job.note(f"{done} of {len(plan.go)}")

    async def work() -> str:
        pruned = await carry_out(world, plan, tell, lambda: job.stopping)
        return pruned.sentence()

    try:
        told = await run_job(world, job, work)
    finally:
        desk.changed("images", "containers", "jobs")
    odd = any(part.word.startswith((Ended.SKIPPED.value, Ended.REFUSED.value))
              for part in job.now().parts)
    desk.say(told, kind="warning" if odd else "information")


def free(plan: PrunePlan) -> str:
    """How much becomes free, or that the engine does not tell."""
    if plan.go and all(one.bytes is None for one in plan.go):
        return "an amount the engine does not tell"
    return size(plan.bytes)


def _wrapped(text: str, role: str) -> list[Line]:
    return [line((piece, role)) for piece in textwrap.wrap(text, WIDTH)]


def _counted(count: int, many: str, one: str) -> str:
    return f"{plural(count, 'image')} {one if count == 1 else many}"


def _kept_line(one: Keep) -> Line:
    reason = (Span(f"  {one.reason}", "dim"),) if one.reason else ()
    return (Span(f"    {one.image.short_id}  ", "dim"), Span(_names(one.image)), *reason)


def _names(image: Image) -> str:
    """Every name, else the first one by digest, cut to twelve digits."""
    if image.tags or not image.digests:
        return " ".join(image.tags) or "<none>"
    repository, _, digest = image.digests[0].partition("@sha256:")
    return f"{repository}@{digest[:12]}"


def _listed(plan: PrunePlan) -> tuple[Line, ...]:
    shown = [line((f"{plural(count, 'image')}, ", "plain"), (size(told), "plain"),
                  (f"  {why.value}", "dim")) for why, count, told in plan.totals()]
    shown += [(), *(line((one.image.short_id, "dim"), f"  {_names(one.image)}")
                    for one in plan.go[:BY_HAND])]
    if (more := len(plan.go) - BY_HAND) > 0:
        shown.append(line((f"and {more} more, as shown before", "dim")))
    return tuple(shown)
