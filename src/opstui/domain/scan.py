"""What scanners say of an image: packages and vulnerabilities, counted. Pure.

Sources: trivy's JSON report, `SchemaVersion` 2; grype's and syft's JSON output, whose
`descriptor` names tool and version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

SEVERITIES = ("critical", "high", "medium", "low")
"""The worst first; what a scanner calls otherwise is counted as `other`."""
WORST = 40
"""Findings that are kept of an image, the worst ones."""

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """One vulnerability in one package."""

    id: str
    severity: str
    package: str
    installed: str
    fixed: str = ""
    """The version that mends it; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What one tool said of one image."""

    image: str
    """The image's id."""
    tool: str
    version: str
    at: datetime
    packages: int | None = None
    """How many it found; None where it does not list them."""
    counts: tuple[tuple[str, int], ...] | None = None
    """Vulnerabilities by severity, with `other` last; None where the tool looks for none."""
    fixable: int = 0
    """How many of them have a version that mends them."""
    worst: tuple[Finding, ...] = ()

    @property
    def total(self) -> int:
        """All vulnerabilities."""
        return sum(count for _, count in self.counts or ())

    def count(self, severity: str) -> int:
        """Vulnerabilities of one severity."""
        return dict(self.counts or ()).get(severity, 0)


def read(tool: str, data: Json, image: str, at: datetime, version: str = "") -> Scan:
    """A tool's JSON; ValueError where it is not what the tool writes.

    version: the tool's own, where its JSON does not tell.
    """
    try:
        told = data.get("descriptor") or {}
        version = str(told.get("version") or version)
        packages, findings = _PARTS[tool](data)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{tool} wrote something else than its report: {error!r}") from error
    if findings is None:
        return Scan(image, tool, version, at, packages)
    findings = sorted(set(findings), key=lambda one: (
        _rank(one.severity), one.package, one.id, one.installed))
    tallied = dict.fromkeys((*SEVERITIES, "other"), 0)
    for one in findings:
        tallied[one.severity if one.severity in SEVERITIES else "other"] += 1
    return Scan(image, tool, version, at, packages, tuple(tallied.items()),
                sum(bool(one.fixed) for one in findings), tuple(findings[:WORST]))


Parts = tuple[int | None, list[Finding] | None]


def _trivy(data: Json) -> Parts:
    if data["SchemaVersion"] != 2:
        raise KeyError("SchemaVersion 2")
    results: Iterable[Json] = data.get("Results") or ()
    listed, packages, findings = False, 0, []
    for result in results:
        listed |= "Packages" in result
        packages += len(result.get("Packages") or ())
        findings += [
            Finding(str(one["VulnerabilityID"]), str(one.get("Severity") or "").lower(),
                    str(one.get("PkgName") or ""), str(one.get("InstalledVersion") or ""),
                    str(one.get("FixedVersion") or ""))
            for one in result.get("Vulnerabilities") or ()
        ]
    return packages if listed else None, findings


def _grype(data: Json) -> Parts:
    return None, [
        Finding(str(one["vulnerability"]["id"]), str(one["vulnerability"]["severity"]).lower(),
                str(one["artifact"]["name"]), str(one["artifact"].get("version") or ""),
                ", ".join((one["vulnerability"].get("fix") or {}).get("versions") or ()))
        for one in data["matches"]
    ]


def _syft(data: Json) -> Parts:
    return len(data["artifacts"]), None


_PARTS = {"trivy": _trivy, "grype": _grype, "syft": _syft}
TOOLS = tuple(_PARTS)
"""The tools that are known, those that find vulnerabilities first."""


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)


def merged(old: Scan | None, new: Scan) -> Scan:
    """The newest, with what only the older one tells: syft counts packages, grype does not."""
    if old is None or old.image != new.image:
        return new
    packages = new.packages if new.packages is not None else old.packages
    if new.counts is None and old.counts is not None:
        return Scan(new.image, old.tool, old.version, old.at, packages, old.counts, old.fixable,
                    old.worst)
    return Scan(new.image, new.tool, new.version, new.at, packages, new.counts, new.fixable,
                new.worst)
