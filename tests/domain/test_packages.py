"""What package managers note, read from their own files."""

from __future__ import annotations

import pytest

from opstui.domain.image_files import Package
from opstui.domain.packages import apk, dpkg, parser_of, python

STATUS = """Package: libc6
Status: install ok installed
Version: 2.36-9
Description: a library
 Package: not-a-package
 .
Conffiles:

Package: gone
Status: deinstall ok config-files
Version: 1

Package: held
Status: hold ok installed
Version: 7
"""


def test_debian_counts_what_is_installed() -> None:
    assert dpkg(STATUS) == (Package("deb", "libc6", "2.36-9"), Package("deb", "held", "7"))
    assert dpkg("Package: base-files\nVersion: 12\n") == (Package("deb", "base-files", "12"),)
    assert dpkg("") == ()


def test_alpine() -> None:
    text = "C:Q1abc\nP:musl\nV:1.2.4-r2\nF:lib\n\nP:busybox\nV:1.36\n\n"
    assert apk(text) == (Package("apk", "musl", "1.2.4-r2"), Package("apk", "busybox", "1.36"))


def test_python_names_are_written_in_one_way() -> None:
    text = "Metadata-Version: 2.1\r\nName: Foo_Bar.baz\r\nVersion: 3.1\r\n\r\nName: other\r\n"
    assert python(text) == (Package("python", "foo-bar-baz", "3.1"),)
    assert python("nothing of it") == ()


@pytest.mark.parametrize("path", [
    "var/lib/dpkg/status", "var/lib/dpkg/status.d/base", "lib/apk/db/installed",
    "usr/lib/apk/db/installed", "site/a-1.dist-info/METADATA", "a.egg-info/PKG-INFO",
])
def test_these_files_note_packages(path: str) -> None:
    assert parser_of(path) is not None


@pytest.mark.parametrize("path", [
    "var/lib/dpkg/status-old", "var/lib/dpkg/status.d/base.md5sums", "METADATA", "x/METADATA",
    "a.dist-info/RECORD", "lib/apk/db/installed/x",
])
def test_others_do_not(path: str) -> None:
    assert parser_of(path) is None
