"""What package managers note about what is installed, read from their own files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from opstui.domain.image_files import Package

_DPKG = re.compile(r"(?:var/lib/dpkg/status|var/lib/dpkg/status\.d/[^/]+(?<!\.md5sums))")
_APK = re.compile(r"(?:usr/)?lib/apk/db/installed")
_PYTHON = re.compile(r"(?:.*/)?[^/]+\.(?:dist-info/METADATA|egg-info/PKG-INFO)")

WHOLE = 32_000_000
"""Bytes of a list of packages that are read at most."""
HEAD = 65_536
"""Bytes of a file about one package that are read at most: its name stands at the beginning."""

Parser = Callable[[str], tuple[Package, ...]]


def parser_of(path: str) -> tuple[Parser, int] | None:
    """What reads a file that notes packages, and how much of it; None for every other file."""
    if path.endswith(("METADATA", "PKG-INFO")):
        return (python, HEAD) if _PYTHON.fullmatch(path) else None
    if _DPKG.fullmatch(path):
        return dpkg, WHOLE
    return (apk, WHOLE) if _APK.fullmatch(path) else None


def dpkg(text: str) -> tuple[Package, ...]:
    """Debian's list. Source: deb-status(5): paragraphs; only what is installed counts.

    A distroless image has a file for each package, which tells no status.
    """
    found = []
    for fields in _paragraphs(text, r"\n[ \t]*\n"):
        status = fields.get("Status", "install ok installed")
        if fields.get("Package") and status.endswith(" installed"):
            found.append(Package("deb", fields["Package"], fields.get("Version", "")))
    return tuple(found)


def python(text: str) -> tuple[Package, ...]:
    """A distribution's METADATA. Source: the core metadata specification."""
    fields = next(_paragraphs(text.split("\n\n", 1)[0], r"\n\n"), {})
    if not fields.get("Name"):
        return ()
    name = re.sub(r"[-_.]+", "-", fields["Name"]).lower()
    return (Package("python", name, fields.get("Version", "")),)


def apk(text: str) -> tuple[Package, ...]:
    """Alpine's list. Source: apk-installed(5): `P:` is the name, `V:` the version."""
    return tuple(
        Package("apk", fields["P"], fields.get("V", ""))
        for fields in _paragraphs(text, r"\n\n") if fields.get("P")
    )


def _paragraphs(text: str, between: str) -> Iterator[dict[str, str]]:
    """Each paragraph's `Name: value` lines; the first of a name counts."""
    for paragraph in re.split(between, text.replace("\r\n", "\n").strip("\n")):
        fields: dict[str, str] = {}
        for one in paragraph.split("\n"):
            name, colon, value = one.partition(":")
            if colon and name and not name[0].isspace():
                fields.setdefault(name, value.strip())
        yield fields
