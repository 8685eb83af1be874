"""What `docker save` writes in its old form and in OCI's, plain and packed, whole and broken."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from typing import Any

import pytest

from opstui.backends.docker.saved import read_saved
from opstui.domain.errors import OpstuiError
from opstui.domain.image_files import ImageFiles, Kind, Package

Parts = dict[str, bytes]


def archive(*members: tuple[str, Any]) -> bytes:
    """A tar: bytes make a file, None a folder, `->x` a symbolic link, `=x` a hard one."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        for name, content in members:
            member = tarfile.TarInfo(name)
            if content is None:
                member.type = tarfile.DIRTYPE
                member.mode = 0o755
            elif isinstance(content, str):
                kind = content[:2] == "->"
                member.type = tarfile.SYMTYPE if kind else tarfile.LNKTYPE
                member.linkname = content.removeprefix("->").removeprefix("=")
            else:
                member.size = len(content)
            made.addfile(member, io.BytesIO(content if isinstance(content, bytes) else b""))
    return out.getvalue()


STATUS = b"Package: foo\nStatus: install ok installed\nVersion: 1.0\n"
LAYERS = (
    archive(("./", None), ("./bin/", None), ("./bin/tool", b"x" * 3000), ("bin/alias", "->tool"),
            ("bin/again", "=bin/tool"), ("var/lib/dpkg/status", STATUS)),
    archive(("bin/.wh.tool", b""), ("etc/.wh..wh..opq", b""), ("etc/new", b"n"),
            (".wh..wh.plnk", b"")),
)
IDS = [f"sha256:{hashlib.sha256(layer).hexdigest()}" for layer in LAYERS]
CONFIG = {
    "config": {"Env": ["A=1"]}, "rootfs": {"type": "layers", "diff_ids": IDS},
    "history": [
        {"created_by": "/bin/sh -c #(nop) ADD rootfs /"},
        {"created_by": "/bin/sh -c #(nop) ENV A=1", "empty_layer": True},
        {"created_by": "RUN /bin/sh -c rm /bin/tool # buildkit"},
    ],
}


def told(parts: Parts) -> ImageFiles:
    return read_saved(io.BytesIO(archive(*parts.items())), "sha256:me")


def old(*, manifest_first: bool = False) -> Parts:
    manifest = {"manifest.json": json.dumps([
        {"Config": "c.json", "RepoTags": ["a:1"], "Layers": ["1/layer.tar", "2/layer.tar"]}
    ]).encode()}
    rest = {
        "1/VERSION": b"1.0", "1/json": b"{}", "1/layer.tar": LAYERS[0],
        "2/layer.tar": LAYERS[1], "c.json": json.dumps(CONFIG).encode(),
    }
    return {**manifest, **rest} if manifest_first else {**rest, **manifest}


def blob(data: bytes) -> str:
    return f"blobs/sha256/{hashlib.sha256(data).hexdigest()}"


def pointer(data: bytes, **more: Any) -> dict[str, Any]:
    return {"digest": f"sha256:{hashlib.sha256(data).hexdigest()}", "size": len(data), **more}


def oci(layers: tuple[bytes, ...] = LAYERS, *, nested: bool = False) -> Parts:
    config = json.dumps(CONFIG).encode()
    manifest = json.dumps({
        "schemaVersion": 2, "config": pointer(config),
        "layers": [pointer(layer) for layer in layers],
    }).encode()
    claims = json.dumps({"schemaVersion": 2, "config": pointer(b"{}"), "layers": []}).encode()
    index = {"manifests": [
        pointer(claims, annotations={"vnd.docker.reference.type": "attestation-manifest"}),
        pointer(manifest),
    ]}
    parts = {blob(data): data for data in (*layers, config, manifest, claims)}
    if nested:
        inner = json.dumps(index).encode()
        parts[blob(inner)] = inner
        index = {"manifests": [pointer(inner)]}
    return {**parts, "index.json": json.dumps(index).encode(),
            "oci-layout": b'{"imageLayoutVersion":"1.0.0"}'}


def expect(files: ImageFiles) -> None:
    """The two layers as they are, whatever they came in."""
    assert files.image == "sha256:me"
    assert [(one.digest, one.line, one.command) for one in files.layers] == [
        (IDS[0], 1, "ADD rootfs /"), (IDS[1], 3, "RUN rm /bin/tool"),
    ]
    assert [(one.path, one.kind, one.size, one.link) for one in files.layers[0].entries] == [
        ("bin", Kind.FOLDER, 0, ""), ("bin/tool", Kind.FILE, 3000, ""),
        ("bin/alias", Kind.LINK, 0, "tool"), ("bin/again", Kind.HARD, 0, "bin/tool"),
        ("var/lib/dpkg/status", Kind.FILE, len(STATUS), ""),
    ]
    tool, again = files.layers[0].entries[1], files.layers[0].entries[3]
    assert tool.digest and tool.digest == again.digest
    assert [(one.path, one.kind) for one in files.layers[1].entries] == [
        ("bin/tool", Kind.GONE), ("etc", Kind.EMPTIED), ("etc/new", Kind.FILE),
    ]
    assert files.layers[0].packages == (
        ("var/lib/dpkg/status", (Package("deb", "foo", "1.0"),)),
    )


@pytest.mark.parametrize("first", [True, False])
def test_the_old_form_in_any_order(first: bool) -> None:
    expect(told(old(manifest_first=first)))


@pytest.mark.parametrize("nested", [True, False])
def test_the_oci_form_with_indexes_and_claims_beside_the_image(nested: bool) -> None:
    expect(told(oci(nested=nested)))


def test_layers_may_be_packed() -> None:
    expect(told(oci(tuple(gzip.compress(layer) for layer in LAYERS))))


def test_both_forms_in_one_archive_as_newer_engines_write_it() -> None:
    parts = oci()
    paths = [blob(layer) for layer in LAYERS]
    parts["manifest.json"] = json.dumps([
        {"Config": blob(json.dumps(CONFIG).encode()), "Layers": paths}
    ]).encode()
    expect(told(parts))


def test_equal_layers_are_links_to_one_of_them() -> None:
    parts: dict[str, Any] = old()
    manifest = json.loads(parts["manifest.json"])
    manifest[0]["Layers"] = ["1/layer.tar", "3/layer.tar"]
    parts["3/layer.tar"] = "->../2/layer.tar"
    parts["manifest.json"] = json.dumps(manifest).encode()
    expect(told(parts))


def test_an_empty_layer_is_one() -> None:
    empty = b"\0" * 1024
    parts = old() | {"2/layer.tar": empty}
    assert told(parts).layers[1].entries == ()


def test_an_image_without_a_history_has_its_layers_all_the_same() -> None:
    parts = old() | {"c.json": b'{"rootfs": {}}'}
    assert [(one.line, one.command) for one in told(parts).layers] == [(0, ""), (0, "")]


@pytest.mark.parametrize(("parts", "says"), [
    ({"x": b"y"}, "holds no image"),
    ({"manifest.json": b"[]"}, "holds no image"),
    ({"manifest.json": b'[{"Layers": ["a"]}]'}, "no image that can be read"),
    ({"manifest.json": b'[{"Config": "c", "Layers": ["a"]}]'}, "layer 1 of 1 could not be read"),
    (old() | {"2/layer.tar": b"\x28\xb5\x2f\xfd" + b"z" * 2000}, "layer 2 of 2"),
])
def test_what_is_missing_is_said(parts: Parts, says: str) -> None:
    with pytest.raises(OpstuiError, match=says):
        told(parts)


@pytest.mark.parametrize("cut", [0, 100, 2000, 5000])
def test_a_stream_that_breaks_off_is_no_image(cut: int) -> None:
    with pytest.raises(OpstuiError, match="no image"):
        read_saved(io.BytesIO(archive(*old().items())[:cut]), "sha256:me")


class Slow(io.BytesIO):
    """A source that never gives more than a few bytes at once, as sockets do."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(700, size) if size and size > 0 else 700)


def test_bytes_may_come_in_small_pieces() -> None:
    expect(read_saved(Slow(archive(*old().items())), "sha256:me"))
