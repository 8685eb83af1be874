"""What differs between two versions of a model, as suspects for a change of its metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from opstui.domain.experiment import Run
from opstui.domain.model import ModelVersion


class Found(Enum):
    """What is known of one kind of cause."""

    CHANGED = "changed"
    SAME = "same"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Suspect:
    """One thing that changed, did not change, or of which it is not known."""

    what: str
    """commit, parameter, data, image, dependency, signature."""
    found: Found
    text: str
    at: datetime | None = None
    """When it came in, as far as known."""
    since: str = ""
    """The version that had it first, as far as known; empty where only the ends are."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A version with its run, where that is known."""

    version: ModelVersion
    run: Run | None

    @property
    def at(self) -> datetime | None:
        """When it was trained, else registered."""
        return (self.run.started if self.run else None) or self.version.created


def ranked(suspects: Iterable[Suspect]) -> tuple[Suspect, ...]:
    """The newest change first, then what is unknown, then what is the same."""
    order = {Found.CHANGED: 0, Found.UNKNOWN: 1, Found.SAME: 2}
    return tuple(sorted(
        suspects, key=lambda one: (order[one.found], -(one.at.timestamp() if one.at else 0)),
    ))


def settings_changed(
    what: str, line: Sequence[Trained], values: Callable[[Run], dict[str, str]],
) -> list[Suspect]:
    """What differs between the ends of a line of versions, each with the version it came with.

    line: the old version first, the new one last. A version whose run is not known is passed
    over, so `since` names the first one that is known to have it.
    """
    old, new = line[0].run, line[-1].run
    if old is None or new is None:
        which = ", ".join(f"v{end.version.version}" for end in (line[0], line[-1])
                          if end.run is None)
        return [Suspect(what, Found.UNKNOWN, f"the run of {which} is not known")]
    before, after = values(old), values(new)
    found: list[Suspect] = []
    for name in sorted({*before, *after}):
        was, now = before.get(name), after.get(name)
        if was == now:
            continue
        first = line[-1]
        for one in reversed(line[1:]):
            if one.run is not None:
                if values(one.run).get(name) != now:
                    break
                first = one
        told = f"{name} {was if was is not None else '(none)'} -> " \
               f"{now if now is not None else '(none)'}"
        found.append(Suspect(what, Found.CHANGED, told, first.at, first.version.version))
    if not found:
        known = bool(before or after)
        text = f"the same {what}s" if known else f"no {what}s are recorded"
        return [Suspect(what, Found.SAME if known else Found.UNKNOWN, text)]
    return found
