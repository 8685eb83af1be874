"""The page of a time of the past, and `:at`, which opens it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from opstui.domain.alias import named
from opstui.domain.moment import moment
from opstui.domain.status import Status
from opstui.domain.words import number, short
from opstui.operations.at_time import Past, Served, past
from opstui.operations.world import World
from opstui.ui.commands import Command
from opstui.ui.desk import Desk, Detail
from opstui.ui.paint import Line, Span, glyph, line

EXAMPLES = ("1h ago", "yesterday 14:00", "7d ago")


def at(world: World) -> Command:
    """`:at TIME`: what was in production then."""
    return Command(
        "at", "What was champion at a time: 2026-11-20 03:00, 3h ago, yesterday 14:00",
        partial(_show, world), lambda _typed: EXAMPLES, argument="TIME", goes=True,
    )


async def _show(world: World, text: str, desk: Desk) -> None:
    when = moment(text, world.clock().astimezone())

    async def load(_width: int) -> Sequence[Line]:
        return past_lines(await past(world, when), ascii_only=world.ascii_only)

    title = f"At {when.isoformat(' ', 'minutes')}"
    await desk.read(title, Detail(f"at/{when.isoformat()}", title, load))


def past_lines(found: Past, *, ascii_only: bool = False) -> list[Line]:
    """Alias by alias; what is not known is said as such."""
    lines: list[Line] = []
    if found.head is not None:
        lines += [line((f"{found.branch} was at ", "dim"), (short(found.head.sha), "accent"),
                       f" {found.head.subject}", ("  by the commits' own dates", "dim")), ()]
    for one in found.served:
        lines += [*_served(one, ascii_only), ()]
    if not found.served:
        lines += [line(("no alias of a model is known", "dim")), ()]
    for text in found.unknown:
        lines.append((glyph(Status.UNKNOWN, ascii_only=ascii_only), Span(f" not known: {text}")))
    return lines


def _served(one: Served, ascii_only: bool) -> list[Line]:
    told = one.then
    lines = [line(
        (f"{one.model}@{told.alias} ", "title"),
        (named(told.version), "accent") if told.known else ("not known", "warn"),
        (f"  {told.proof}", "dim"), (f", by {told.who}" if told.who else "", "dim"),
    )]
    span = [f"{word} {when.isoformat(' ', 'minutes')}"
            for word, when in (("since", told.since), ("until", told.until)) if when]
    if span:
        lines.append(line((f"  {', '.join(span)}", "dim")))
    if not told.known or not told.version:
        return lines
    if one.run is not None:
        metrics = "  ".join(f"{name} {number(value)}" for name, value in one.run.metrics[:6])
        lines.append(line(("  run     ", "dim"), one.run.name or one.run.id, f"  {metrics}"))
    commit = short(one.commit) if one.commit else "not recorded"
    lines.append(line(("  commit  ", "dim"), commit, f"  {one.subject}" if one.subject else "",
                      ("" if one.subject or not one.commit else "  not in this clone", "dim")))
    lines.append(line(("  image   ", "dim"), ", ".join(one.images) or "none here by now"))
    ci: list[Span] = [Span("  ci      ", "dim")]
    for run in one.ci:
        ci += [glyph(run.status, ascii_only=ascii_only), Span(f" {run.workflow} #{run.number}  ")]
    lines.append(tuple(ci) if one.ci else line(("  ci      ", "dim"), "no run is known by then"))
    return lines
