"""The page that is read before a promotion: what changes, and everything known about it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from opstui.domain.alias import NEW, named
from opstui.domain.promotion import (
    Ending,
    Evidence,
    MetricDelta,
    Outcome,
    PromotionPlan,
)
from opstui.domain.status import Status
from opstui.domain.words import age, number, short
from opstui.ui.paint import Line, Span, glyph, line

WIDTH = 70
"""Cells; what fits a dialog on a screen of 80."""


def page(plan: PromotionPlan, *, ascii_only: bool = False) -> list[Line]:
    """The whole page, at most WIDTH cells wide."""
    gates = gate_lines(plan, ascii_only=ascii_only) if plan.verb == "promote" else []
    first = [*gates, ()] if plan.guard is not None else []  # what decides is in sight at once
    lines = [
        *_moves(plan, ascii_only), (), *first,
        *metric_lines(plan.metrics, plan.version, plan.champion),
    ]
    if plan.evidence:
        lines += [(), *evidence_lines(plan.evidence, ascii_only=ascii_only)]
    if gates and not first:
        lines += [(), *gates]
    if plan.override:
        lines += _wrapped(f"overridden: {plan.override}", "warn")
    if plan.run_id:
        lines += [(), line(("run ", "dim"), plan.run_id, ("  commit ", "dim"),
                           short(plan.commit) or "unknown")]
    return lines


def gate_lines(plan: PromotionPlan, *, ascii_only: bool = False) -> list[Line]:
    """What the policy demands and whether it is so; without a policy, how to write one."""
    guard = plan.guard
    if guard is None:
        return [
            *_wrapped(f"no policy is written for {plan.alias}: nothing blocks", "dim"),
            *_wrapped(f"[promotion.{plan.alias}] in .opstui.toml makes gates of it, such as "
                      "ci = true; README, Gates", "dim"),
        ]
    lines: list[Line] = [line(
        ("gates of ", "dim"), (guard.environment, "title"), (f"  {guard.source}", "dim"),
        ("  protected" if guard.protected else "", "warn"),
    )]
    if not guard.gates:
        return [*lines, line(("it has none: nothing blocks", "dim"))]
    told = [Evidence(gate.name, gate.status, gate.text) for gate in guard.gates]
    lines += evidence_lines(told, ascii_only=ascii_only)
    if guard.blocked:
        lines += _wrapped(f"blocked by {', '.join(gate.name for gate in guard.blocked)}", "bad")
    return lines


def _wrapped(text: str, role: str) -> list[Line]:
    return [line((piece, role)) for piece in textwrap.wrap(text, WIDTH)]


def effect(plan: PromotionPlan) -> str:
    """What will be different afterwards, as sentences."""
    text = ""
    if plan.version == NEW:
        text = f"{' v'.join(plan.copy_of)} is copied to {plan.model}. "
    where = f" of {plan.model}" if plan.copy_of[0] else ""
    text += f"{plan.alias}{where} names {named(plan.version)} afterwards; now it names " \
            f"{named(plan.expected)}."
    if plan.previous_alias:
        what = (f"names {named(plan.previous_version)}" if plan.previous_version
                else "is removed, since no earlier champion is recorded")
        text += f" {plan.previous_alias} {what}."
    return text


def _moves(plan: PromotionPlan, ascii_only: bool) -> list[Line]:
    arrow = "->" if ascii_only else "→"
    rows = [(plan.alias, plan.expected, plan.version)]
    if plan.previous_alias:
        rows.append((plan.previous_alias, "", plan.previous_version))
    width = max(len(name) for name, _, _ in rows)
    lines: list[Line] = []
    for count, (name, before, after) in enumerate(rows):
        was = f"   now {named(before)}{_since(plan)}" if count == 0 else ""
        lines.append(line(
            (f"{name:<{width}}", "title"), (f" {arrow} ", "dim"), (named(after), "accent"),
            (was, "dim"),
        ))
    if plan.came_from:
        lines.append(line(("it is ", "dim"), ", ".join(plan.came_from), (" already", "dim")))
    return lines


def _since(plan: PromotionPlan) -> str:
    since = ""
    if plan.expected_at and plan.made:
        old = age(plan.expected_at, plan.made)
        since = ", since just now" if old == "now" else f", since {old}"
    return f"{since}, by {plan.expected_by}" if plan.expected_by else since


def metric_lines(metrics: Sequence[MetricDelta], version: str, champion: str) -> list[Line]:
    """Metric by metric: the candidate, the champion, the difference, and what that means."""
    if not metrics:
        return [line(("no metrics are known for it", "dim"))]
    name_width = min(24, max(6, *(len(delta.name) for delta in metrics)))
    beside = f"v{champion}" if champion else "no champion"
    ours = "candidate" if version == NEW else f"v{version}"
    heading = f"{'metric':<{name_width}} {ours:>10} {beside:>11} {'diff':>10}"
    lines: list[Line] = [line((heading, "dim"))]
    for delta in metrics:
        name = _cut(delta.name, name_width)
        verdict = delta.verdict if champion else None
        lines.append(line(
            f"{name:<{name_width}} ", (f"{_value(delta.candidate):>10}", "title"),
            f" {_value(delta.champion) if champion else '':>11}",
            (f" {_difference(delta):>10}", verdict.role if verdict else "dim"),
            (f"  {verdict.word}" if verdict else "", verdict.role if verdict else "dim"),
        ))
    return lines


def evidence_lines(evidence: Sequence[Evidence], *, ascii_only: bool = False) -> list[Line]:
    """What is known about it, one thing a line; unknown is said as unknown."""
    lines: list[Line] = []
    width = max(len(one.name) for one in evidence)
    for one in evidence:
        text = f"unknown: {one.text}" if one.status is Status.UNKNOWN else one.text
        pieces = textwrap.wrap(text, max(30, WIDTH - width - 4)) or [""]
        lines.append((
            glyph(one.status, ascii_only=ascii_only), Span(f" {one.name:<{width}}  ", "title"),
            Span(pieces[0]),
        ))
        lines += [line(" " * (width + 4), piece) for piece in pieces[1:]]
    return lines


def outcome_lines(outcome: Outcome, *, ascii_only: bool = False) -> list[Line]:
    """What became of it: the truth in a sentence, then every write with its own state."""
    role = "good" if outcome.ending.fine else "bad"
    lines: list[Line] = [line((piece, role)) for piece in textwrap.wrap(outcome.sentence, WIDTH)]
    if outcome.steps and outcome.ending is not Ending.NOTHING_TO_DO:
        lines.append(())
    for step in outcome.steps if outcome.ending is not Ending.NOTHING_TO_DO else ():
        note = {Status.SKIPPED: "  not sent", Status.UNKNOWN: "  no answer"}.get(step.status, "")
        lines.append((glyph(step.status, ascii_only=ascii_only), Span(f" {step.text}"),
                      Span(note, "dim")))
    return lines


def _value(value: float | None) -> str:
    return number(value) if value is not None else "unknown"


def _difference(delta: MetricDelta) -> str:
    if delta.difference is None:
        return ""
    return f"{'+' if delta.difference > 0 else ''}{number(delta.difference)}"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
