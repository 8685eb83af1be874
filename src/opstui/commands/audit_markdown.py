"""The journal as Markdown for people: an act a section with its evidence; the chain's state."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from opstui.domain.footsteps import FACT, decode
from opstui.domain.journal import Audit, Entry
from opstui.domain.text import clean
from opstui.domain.words import plural

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~!])")


def markdown(entries: Iterable[Entry], audit: Audit, where: str) -> Iterator[str]:
    """The lines of the document; acts come in the order in which they ended, open ones last."""
    yield "# Audit of what was done with opstui"
    yield ""
    yield f"Journal: {told(where)}, {plural(audit.lines, 'line')}. {chain(audit)}"
    open_acts: dict[str, Entry] = {}
    for entry in entries:
        if entry.phase == "intent":
            open_acts[entry.act] = entry
        else:
            yield from _act(open_acts.pop(entry.act, None), entry)
    for intent in open_acts.values():
        yield from _act(intent, None)


def chain(audit: Audit) -> str:
    """Whether the whole journal is as it was written."""
    torn = f" Cut short by a crash: line {', '.join(map(str, audit.torn))}." if audit.torn else ""
    if audit.fault is not None:
        return (f"**The chain is broken at line {audit.fault.line}: {told(audit.fault.text)}. "
                f"Nothing after that line is proven.**{torn}")
    return f"Every line is as it was written; the last one's hash is `{audit.head}`.{torn}"


def _act(intent: Entry | None, result: Entry | None) -> Iterator[str]:
    one = result or intent
    if one is None:
        return
    numbers = "–".join(str(each.number) for each in (intent, result) if each)
    yield ""
    yield f"## {told(one.what)} of {told(one.object)}"
    yield ""
    times = [each.at for each in (intent, result) if each]
    facts = [
        ("when", " to ".join(dict.fromkeys(times))), ("who", one.who), ("where", one.place),
        ("change", f"{one.before or 'none'} → {one.after or 'none'}"),
        ("result", result.result if result else "begun and never ended"),
        ("lines", numbers), ("hash", one.hash),
    ]
    if not (one.before or one.after):
        facts = [fact for fact in facts if fact[0] != "change"]
    for name, text in facts:
        yield f"- {name}: {told(text)}"
    evidence = [_evidence(*fact) for fact in one.evidence]
    if evidence:
        yield ""
        yield "| evidence | what it says |"
        yield "|---|---|"
        for name, text in evidence:
            yield f"| {told(name)} | {told(text)} |"


def _evidence(name: str, text: str) -> tuple[str, str]:
    if name != FACT:
        return name, text
    try:
        return "writes", "; ".join(step.text for step in decode(text))
    except ValueError:
        return name, text


def told(text: str) -> str:
    """Text of others as plain Markdown in one line."""
    return _SPECIAL.sub(r"\\\1", clean(" ".join(text.split())))
