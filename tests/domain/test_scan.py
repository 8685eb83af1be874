"""What scanners write, as their published formats have it, counted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from opstui.domain.scan import WORST, Scan, merged, read

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
TRIVY: dict[str, Any] = {
    "SchemaVersion": 2, "CreatedAt": "2026-05-01T11:00:00Z", "ArtifactName": "sha256:ab",
    "ArtifactType": "container_image", "Metadata": {"OS": {"Family": "debian", "Name": "12.5"}},
    "Results": [
        {"Target": "sha256:ab (debian 12.5)", "Class": "os-pkgs", "Type": "debian",
         "Packages": [{"ID": "libc6@2.36", "Name": "libc6", "Version": "2.36"},
                      {"ID": "zlib1g@1.2", "Name": "zlib1g", "Version": "1.2"}],
         "Vulnerabilities": [
             {"VulnerabilityID": "CVE-2023-45853", "PkgName": "zlib1g", "InstalledVersion": "1.2",
              "Status": "will_not_fix", "Severity": "CRITICAL", "PrimaryURL": "https://avd.x"},
             {"VulnerabilityID": "CVE-2024-2961", "PkgName": "libc6", "InstalledVersion": "2.36",
              "FixedVersion": "2.36-9+deb12u6", "Status": "fixed", "Severity": "HIGH"},
             {"VulnerabilityID": "CVE-2010-4756", "PkgName": "libc6", "InstalledVersion": "2.36",
              "Severity": "LOW"},
             {"VulnerabilityID": "CVE-2099-1", "PkgName": "libc6", "InstalledVersion": "2.36",
              "Severity": "UNKNOWN"}]},
        {"Target": "Python", "Class": "lang-pkgs", "Type": "python-pkg",
         "Packages": [{"Name": "mlflow", "Version": "3.10"}]},
    ],
}
GRYPE: dict[str, Any] = {
    "matches": [
        {"vulnerability": {"id": "GHSA-x", "severity": "High", "namespace": "github:python",
                           "fix": {"versions": ["2.1"], "state": "fixed"}},
         "artifact": {"name": "requests", "version": "2.0", "type": "python"}},
        {"vulnerability": {"id": "CVE-1", "severity": "Negligible",
                           "fix": {"versions": [], "state": "not-fixed"}},
         "artifact": {"name": "libc6", "version": "2.36", "type": "deb"}},
        {"vulnerability": {"id": "CVE-2", "severity": "Medium"},
         "artifact": {"name": "libc6", "version": "2.36", "type": "deb"}},
    ],
    "source": {"type": "image"}, "descriptor": {"name": "grype", "version": "0.87.0"},
}
SYFT: dict[str, Any] = {
    "artifacts": [{"name": "foo", "version": "1.0", "type": "deb"}], "source": {},
    "descriptor": {"name": "syft", "version": "1.18.1"}, "schema": {"version": "16.0.22"},
}


def test_trivy_tells_both() -> None:
    scan = read("trivy", TRIVY, "sha256:ab", NOON, "0.59.1")
    assert scan.counts == (("critical", 1), ("high", 1), ("medium", 0), ("low", 1), ("other", 1))
    assert (scan.packages, scan.total, scan.fixable, scan.version) == (3, 4, 1, "0.59.1")
    assert [one.id for one in scan.worst] == [
        "CVE-2023-45853", "CVE-2024-2961", "CVE-2010-4756", "CVE-2099-1"]
    assert scan.worst[1].fixed == "2.36-9+deb12u6"


def test_trivy_of_an_image_without_anything() -> None:
    scan = read("trivy", {"SchemaVersion": 2, "Results": None}, "sha256:ab", NOON)
    assert (scan.total, scan.packages) == (0, None)


def test_grype_tells_vulnerabilities() -> None:
    scan = read("grype", GRYPE, "sha256:ab", NOON)
    assert scan.counts == (("critical", 0), ("high", 1), ("medium", 1), ("low", 0), ("other", 1))
    assert (scan.version, scan.packages, scan.fixable) == ("0.87.0", None, 1)


def test_syft_tells_packages() -> None:
    scan = read("syft", SYFT, "sha256:ab", NOON)
    assert (scan.packages, scan.counts, scan.version) == (1, None, "1.18.1")


def test_findings_that_are_told_twice_count_once_and_the_worst_are_kept() -> None:
    match = GRYPE["matches"][0]
    many = [{**match, "vulnerability": {**match["vulnerability"], "id": f"CVE-{n}"}}
            for n in range(WORST + 20)]
    scan = read("grype", {**GRYPE, "matches": many + many}, "sha256:ab", NOON)
    assert (scan.total, len(scan.worst)) == (WORST + 20, WORST)


@pytest.mark.parametrize(("tool", "data"), [
    ("trivy", {}), ("trivy", {"SchemaVersion": 9}), ("grype", {}), ("syft", {"artifacts": 5}),
    ("grype", {"matches": [{}]}), ("trivy", []),
])
def test_what_is_no_report_is_said_to_be_none(tool: str, data: Any) -> None:
    with pytest.raises(ValueError, match="something else than its report"):
        read(tool, data, "sha256:ab", NOON)


def test_tools_add_up() -> None:
    counted: Scan = read("grype", GRYPE, "sha256:ab", NOON)
    listed = read("syft", SYFT, "sha256:ab", NOON)
    assert merged(None, counted) is counted
    for both in (merged(counted, listed), merged(listed, counted)):
        assert (both.packages, both.total, both.tool) == (1, 3, "grype")
    assert merged(read("trivy", TRIVY, "sha256:ab", NOON), counted).packages == 3
