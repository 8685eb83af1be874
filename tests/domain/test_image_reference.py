"""Names of images taken apart as docker does."""

from __future__ import annotations

import pytest

from opstui.domain.errors import OpstuiError
from opstui.domain.image_reference import is_here, reference

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(("name", "host", "repository", "tag", "text"), [
    ("busybox", "docker.io", "library/busybox", "latest", "busybox:latest"),
    ("team/app:1", "docker.io", "team/app", "1", "team/app:1"),
    ("docker.io/library/busybox:1", "docker.io", "library/busybox", "1", "busybox:1"),
    ("index.docker.io/team/app", "docker.io", "team/app", "latest", "team/app:latest"),
    ("localhost/app:1", "localhost", "app", "1", "localhost/app:1"),
    ("localhost:5000/app", "localhost:5000", "app", "latest", "localhost:5000/app:latest"),
    ("registry.example/a/b/c:x_y", "registry.example", "a/b/c", "x_y",
     "registry.example/a/b/c:x_y"),
    ("[::1]:5000/app:1", "[::1]:5000", "app", "1", "[::1]:5000/app:1"),
])
def test_a_name_leads_to_its_registry(
    name: str, host: str, repository: str, tag: str, text: str
) -> None:
    found = reference(name)
    assert (found.host, found.repository, found.tag, found.text) == (host, repository, tag, text)


def test_a_digest_counts_before_a_tag() -> None:
    found = reference(f"localhost:5000/app:1@{DIGEST}")
    assert (found.tag, found.digest, found.what) == ("", DIGEST, DIGEST)
    assert found.text == f"localhost:5000/app@{DIGEST}"
    assert found.tagged("2").text == "localhost:5000/app:2"


@pytest.mark.parametrize("name", [
    "", "Upper", "a:b:c", "a@sha256:1", "a@", "a b", ":1", "a:", "-x", "http://registry.example/a",
    "a/" + "b" * 260, "../etc", "a//b", "a:" + "x" * 129,
])
def test_what_is_no_name_is_said(name: str) -> None:
    with pytest.raises(OpstuiError, match="is not a name for an image"):
        reference(name)


def test_only_this_machine_is_asked_without_tls() -> None:
    for host in ("localhost", "localhost:5000", "127.0.0.1:5000", "127.8.9.1", "[::1]:5000"):
        assert is_here(host)
        assert reference(f"{host}/app" if ":" in host or "." in host or host == "localhost"
                         else host).address.startswith("http://")
    for host in ("registry.example", "10.0.0.1:5000", "localhost.example", "127.0.0.1.example"):
        assert not is_here(host)
        assert reference(f"{host}/app").address == f"https://{host}"
    assert reference("busybox").address == "https://registry-1.docker.io"
