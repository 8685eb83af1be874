"""What needs a person, asked once, for scripts and shell prompts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opstui.domain.attention import Severity, Source
from opstui.domain.words import plural
from opstui.operations.attention import Attention
from opstui.operations.world import World

Section = dict[str, Any]

BACKENDS = {
    "branches": "git", "ci": "ci", "images": "docker", "containers": "docker",
    "experiments": "mlflow", "models": "mlflow",
}
"""The backend behind each section."""

CALM, SILENT, WARNED, BROKEN = 0, 1, 9, 10
"""Exit codes: nothing needs anybody; as far as known, but a backend did not answer; there are
warnings; something is broken. The worst that is known wins."""


async def attention_section(world: World, sections: Mapping[str, Section]) -> Section:
    """Judge what the sections, which are on the board by now, tell; by the rules of the pane.

    Items are in the pane's order. `unknown` names the backends that did not answer, `code` is
    the exit code.
    """
    sources = [
        Source(name, kind, bool(sections[kind]["items"]) or not sections[kind]["error"])
        for kind, name in BACKENDS.items()
    ]
    attention = Attention(world, lambda: sources)
    await attention.look()
    found = attention.concerns()
    silent = any(section["error"] for section in sections.values())
    unknown = attention.unknown()
    items = [{
        "severity": one.severity.name.lower(), "text": one.text, "where": one.where,
        "since": one.since.isoformat() if one.since else None, "kind": one.kind,
        "key": one.target, "hint": one.hint,
    } for one in found]
    broken = sum(one.severity is Severity.BROKEN for one in found)
    told = [
        f"{broken} broken" if broken else "",
        plural(len(found) - broken, "warning") if len(found) > broken else "",
        f"not known: {', '.join(unknown)}" if unknown else "",
    ]
    code = BROKEN if broken else WARNED if found else SILENT if silent else CALM
    return {
        "error": None, "summary": "; ".join(filter(None, told)) or "calm: nothing needs you",
        "items": items, "unknown": list(unknown), "code": code,
    }
