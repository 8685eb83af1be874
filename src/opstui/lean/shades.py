"""From one style to another in few characters: only what differs, where nothing must be undone."""

from __future__ import annotations

from functools import lru_cache

from opstui.lean.cells import background, only_background


def _parts(sgr: str) -> tuple[str, str, tuple[str, ...]]:
    """Foreground, background and the other attributes of SGR parameters (ECMA-48, 8.3.117)."""
    front, ground, others = "", "", []
    codes = iter(sgr.split(";") if sgr else ())
    for code in codes:
        if code in ("38", "48"):
            kind = next(codes, "")
            numbers = [next(codes, "") for _ in range(3 if kind == "2" else 1)]
            colour = ";".join((code, kind, *numbers))
            front, ground = (colour, ground) if code == "38" else (front, colour)
        elif len(code) == 2 and code[0] in "39":
            front = code
        elif (len(code) == 2 and code[0] == "4") or len(code) == 3:
            ground = code
        else:
            others.append(code)
    return front, ground, tuple(others)


@lru_cache(maxsize=4096)
def looks_alike(one: str, other: str) -> bool:
    """Whether a blank looks the same in both styles."""
    return background(one) == background(other) and (
        only_background(one) and only_background(other)
    )


@lru_cache(maxsize=4096)
def step(old: str, new: str) -> str:
    """The sequence that leads from one style to another; the shortest of two ways."""
    whole = f"\x1b[0;{new}m" if new else "\x1b[m"
    was, now = _parts(old), _parts(new)
    if not set(was[2]) <= set(now[2]):
        return whole  # an attribute goes: nothing short undoes just one everywhere
    codes = [code for code in now[2] if code not in was[2]]
    for before, after, default in ((was[0], now[0], "39"), (was[1], now[1], "49")):
        if before != after:
            codes.append(after or default)
    short = f"\x1b[{';'.join(codes)}m"
    return short if len(short) < len(whole) else whole
