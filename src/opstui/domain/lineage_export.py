"""A chain as JSON for programs, as Mermaid for documents, as lines for a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from opstui.domain.lineage import Chain, Link, Ref, State
from opstui.domain.lineage_words import TITLES, said, when_of
from opstui.domain.words import age

FORMAT = "opstui.lineage/1"


def as_json(chain: Chain) -> str:
    """Everything the chain says; keys in a fixed order."""
    told = {
        "format": FORMAT, "of": _ref(chain.of), "whole": chain.whole,
        "links": [_link(link) for link in chain.links], "more": dict(chain.more),
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def as_mermaid(chain: Chain) -> str:
    """A flow chart; inferred links are dotted, broken ones point to their reason.

    Source of the grammar: https://mermaid.js.org/syntax/flowchart.html
    """
    ids = {link.ref: f"n{n}" for n, link in enumerate(chain.links) if link.ref is not None}
    lines = ["flowchart LR"]
    for n, link in enumerate(chain.links):
        shape = ('{{"', '"}}') if link.state is State.BROKEN else ('["', '"]')
        lines.append(f"  n{n}{shape[0]}{_label(link)}{shape[1]}")
    for link in chain.links:
        if link.ref is None or link.by is None or link.by not in ids:
            continue
        ends = (ids[link.by], ids[link.ref]) if link.below else (ids[link.ref], ids[link.by])
        arrow = "-->" if link.state is State.PROVED else "-.->"
        lines.append(f'  {ends[0]} {arrow}|"{_safe(link.proof)}"| {ends[1]}')
    return "\n".join(lines) + "\n"


def as_text(chain: Chain, now: datetime) -> Iterator[str]:
    """A line for each link, with its proof, and lines for what is wrong."""
    for link in chain.links:
        told = said(link)
        state = f"{told.status.word} " if told.status is not None else ""
        parts = (told.name, told.note, state.strip(), age(when_of(link.noun), now))
        facts = "  ".join(part for part in parts if part)
        proof = f"  ({link.proof})" if link.proof else ""
        if link.ref is None and link.flaws:
            facts = link.flaws[0].reason
        yield f"{link.state.letter} {TITLES[link.step]:<9} {facts}{proof}".rstrip()
        for flaw in link.flaws:
            if link.ref is not None:
                yield f"            ! {flaw.reason}"
            if flaw.mend:
                yield f"            > {flaw.mend}"
    for step, count in chain.more.items():
        yield f"  {TITLES[step]:<9} and {count} more"


def _ref(ref: Ref | None) -> dict[str, str] | None:
    return {"kind": ref.kind, "key": ref.key} if ref is not None else None


def _link(link: Link) -> dict[str, Any]:
    told = said(link)
    when = when_of(link.noun)
    return {
        "step": link.step, "state": link.state.word, "here": link.here, "ref": _ref(link.ref),
        "name": told.name, "note": told.note,
        "status": told.status.word if told.status is not None else "",
        "at": when.isoformat() if when is not None else "", "proof": link.proof,
        "by": _ref(link.by), "below": link.below,
        "flaws": [{"reason": flaw.reason, "mend": flaw.mend} for flaw in link.flaws],
    }


def _label(link: Link) -> str:
    name = said(link).name
    if not name:
        name = link.flaws[0].reason if link.flaws else link.state.word
    flaw = f"<br/>{_safe(link.flaws[0].reason)}" if link.flaws and link.ref is not None else ""
    return f"{TITLES[link.step]}<br/>{_safe(name)}{flaw}"


def _safe(text: str) -> str:
    """Text inside quotes: what could end them or start markup becomes an entity."""
    kept = "".join(one if one.isprintable() else " " for one in text)
    for mark, entity in (("#", "#35;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;"),
                         ("|", "#124;"), ("`", "#96;")):
        kept = kept.replace(mark, entity)
    return kept


