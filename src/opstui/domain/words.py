"""How numbers and times are written: short, right-aligned by their callers, never blinking."""

from __future__ import annotations

import math
from datetime import datetime


def age(then: datetime | None, now: datetime) -> str:
    """Time since `then` in at most three characters: `now`, `5m`, `3h`, `12d`, `7w`, `2y`.

    Below a minute it is `now`, so that nothing on the screen ticks by the second.
    """
    if then is None:
        return ""
    seconds = max(0.0, (now - then).total_seconds())
    for limit, unit, name in (
        (60, 1, ""), (3600, 60, "m"), (86400, 3600, "h"), (86400 * 70, 86400, "d"),
        (86400 * 700, 86400 * 7, "w"),
    ):
        if seconds < limit:
            return f"{int(seconds // unit)}{name}" if name else "now"
    return f"{int(seconds // (86400 * 365))}y"


def duration(seconds: float | None) -> str:
    """A length of time: `0.4s`, `41s`, `1m03s`, `2h05m`, `3d04h`; empty for None."""
    if seconds is None:
        return ""
    if seconds < 9.95:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    if whole < 86400:
        return f"{whole // 3600}h{whole % 3600 // 60:02d}m"
    return f"{whole // 86400}d{whole % 86400 // 3600:02d}h"


def size(count: int | None) -> str:
    """Bytes in decimal units as docker prints them: `0 B`, `184 MB`, `1.2 GB`; empty for None."""
    if count is None:
        return ""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 999.5 or unit == "TB":
            text = f"{value:.1f}" if value < 9.95 and unit != "B" else f"{value:.0f}"
            return f"{text} {unit}"
        value /= 1000
    return ""


def number(value: float | None) -> str:
    """A metric's value in about six characters; `nan`, `inf` and `-inf` are said as such."""
    if value is None:
        return ""
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if value == 0:
        return "0"
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    if 1e-3 <= abs(value) < 1e6:
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"
    return f"{value:.2e}"


def short(sha: str) -> str:
    """Seven digits of a commit id."""
    return sha[:7]


def plural(count: int, noun: str) -> str:
    """`1 file`, `2 files`, `3 branches`."""
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun}{'es' if noun.endswith(('ch', 'sh', 's', 'x')) else 's'}"
