"""How an image runs, for people: command, user, ports, environment, labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from opstui.domain.secrets import mask_entry, mask_value
from opstui.domain.words import duration
from opstui.panes.run_detail import pairs
from opstui.ui.paint import Line, line

Facts = tuple[tuple[str, str], ...]


def command(words: Any) -> str:
    """A command as it is written in exec form, or for a shell."""
    if isinstance(words, str):
        return mask_entry(words)
    return " ".join(_quoted(mask_entry(str(word))) for word in words or ())


def _quoted(word: str) -> str:
    import shlex

    return shlex.quote(word) if "***" not in word else word


def runs(data: Mapping[str, Any]) -> Facts:
    """How it is started and what it offers. Source: Docker Engine API v1.41, `ImageInspect`."""
    config: Mapping[str, Any] = data.get("Config") or {}
    health: Mapping[str, Any] = config.get("Healthcheck") or {}
    return (
        ("entrypoint", command(config.get("Entrypoint"))),
        ("command", command(config.get("Cmd"))),
        ("working folder", str(config.get("WorkingDir") or "")),
        ("user", str(config.get("User") or "root")),
        ("ports", ", ".join(sorted(config.get("ExposedPorts") or ()))),
        ("volumes", ", ".join(sorted(config.get("Volumes") or ()))),
        ("stop signal", str(config.get("StopSignal") or "")),
        ("shell", command(config.get("Shell"))),
        ("health check", " ".join(_health(health)) if health else ""),
        ("platform", "/".join(str(one) for one in (
            data.get("Os"), data.get("Architecture"), data.get("Variant")) if one)),
        ("built by", str(data.get("Author") or "")),
    )


def environment(data: Mapping[str, Any]) -> Facts:
    """Its variables; what their names tell to be secret is masked."""
    found = []
    for entry in (data.get("Config") or {}).get("Env") or ():
        name, _, value = str(entry).partition("=")
        found.append((name, mask_value(name, value)))
    return tuple(found)


def labels(data: Mapping[str, Any]) -> Facts:
    """Its labels, by name."""
    found: Mapping[str, Any] = (data.get("Config") or {}).get("Labels") or {}
    return tuple(sorted((str(name), mask_value(str(name), str(value)))
                        for name, value in found.items()))


def config_lines(data: Mapping[str, Any]) -> Sequence[Line]:
    """All of it under titles."""
    shown = pairs(runs(data))
    for title, facts in (("Environment", environment(data)), ("Labels", labels(data))):
        if facts:
            shown += [line(), line((title, "title")), *pairs(
                (name, value or '""') for name, value in facts)]
    return shown


def _health(health: Mapping[str, Any]) -> Iterator[str]:
    """`curl -f localhost every 30s, at most 3s, 3 tries`; times are in nanoseconds."""
    test = [str(one) for one in health.get("Test") or ()]
    if test[:1] == ["NONE"]:
        yield "none: it is switched off"
        return
    shell = test[:1] == ["CMD-SHELL"]
    yield " ".join(map(mask_entry, test[1:])) if shell else command(test[1:])
    told = [
        f"{word} {duration(int(health[name]) / 1e9)}"
        for name, word in (("Interval", "every"), ("Timeout", "at most"), ("StartPeriod", "after"))
        if health.get(name)
    ]
    if health.get("Retries"):
        told.append(f"{health['Retries']} tries")
    if told:
        yield f"({', '.join(told)})"
