"""Layers put above each other: what each did, what is wasted, what is seen in the end."""

from __future__ import annotations

from opstui.domain.file_tree import of_image, of_layer
from opstui.domain.image_files import (
    Entry,
    ImageFiles,
    Kind,
    LayerFiles,
    Mark,
    Package,
    Stack,
    efficiency,
    installed,
    stacked,
)


def file(path: str, size: int = 10, digest: str = "", mode: int = 0o644) -> Entry:
    return Entry(path, Kind.FILE, size, mode, digest=digest or f"{path}{size}")


def folder(path: str, mode: int = 0o755) -> Entry:
    return Entry(path, Kind.FOLDER, mode=mode)


def gone(path: str) -> Entry:
    return Entry(path, Kind.GONE)


def image(*layers: tuple[Entry, ...]) -> ImageFiles:
    return ImageFiles("sha256:x", tuple(
        LayerFiles(f"sha256:{n}", n, f"RUN {n}", entries) for n, entries in enumerate(layers, 1)
    ))


def did(stack: Stack, layer: int) -> list[str]:
    return [f"{one.mark.value}{one.entry.path}" for one in stack.changes[layer]]


def test_a_file_is_added_then_changed_then_removed() -> None:
    files = image((folder("a"), file("a/b", 10)), (folder("a"), file("a/b", 30)), (gone("a/b"),))
    stack = stacked(files)
    assert [did(stack, n) for n in range(3)] == [["+a", "+a/b"], ["~a/b"], ["-a/b"]]
    assert [(one.path, one.size, one.layer, one.by, one.removed) for one in stack.waste] == [
        ("a/b", 10, 0, 1, False), ("a/b", 30, 1, 2, True),
    ]
    assert efficiency(files, stack) == 0
    assert list(stack.live) == ["a"]


def test_a_removed_folder_takes_all_that_is_in_it() -> None:
    files = image((folder("a"), folder("a/b"), file("a/b/c", 5), file("a/d", 7), file("k", 12)),
                  (gone("a"),))
    stack = stacked(files)
    assert sorted(did(stack, 1)) == ["-a", "-a/b", "-a/b/c", "-a/d"]
    assert efficiency(files, stack) == 0.5


def test_folders_that_no_layer_names_are_removed_too() -> None:
    stack = stacked(image((file("opt/tool/bin/run"),), (gone("opt"),)))
    assert did(stack, 1) == ["-opt/tool/bin/run"]
    assert not stack.live


def test_an_emptied_folder_keeps_what_its_own_layer_brings_in_any_order() -> None:
    files = image(
        (folder("a"), file("a/old", 4), file("a/same", 6)),
        (file("a/same", 6), file("a/new", 1), folder("a"), Entry("a", Kind.EMPTIED)),
    )
    stack = stacked(files)
    assert sorted(did(stack, 1)) == ["+a/new", "-a/old", "~a/same"]
    assert sorted(stack.live) == ["a", "a/new", "a/same"]
    assert {(one.path, one.removed) for one in stack.waste} == {
        ("a/old", True), ("a/same", False),
    }


def test_a_folder_changes_only_with_its_rights() -> None:
    stack = stacked(image((folder("a"),), (folder("a"), file("a/b")), (folder("a", 0o700),)))
    assert did(stack, 1) == ["+a/b"]
    assert did(stack, 2) == ["~a"]


def test_a_file_may_take_the_place_of_a_folder_and_back() -> None:
    stack = stacked(image((folder("a"), file("a/b")), (file("a", 3),), (folder("a"), file("a/c"))))
    assert sorted(did(stack, 1)) == ["-a/b", "~a"]
    assert sorted(did(stack, 2)) == ["+a/c", "~a"]
    assert sorted(stack.live) == ["a", "a/c"]


def test_a_file_with_two_names_is_wasted_once_both_are_hidden() -> None:
    first = (file("one", 100), Entry("two", Kind.HARD, 0, 0o644, digest="one100", link="one"))
    assert not stacked(image(first, (gone("one"),))).waste
    wasted = stacked(image(first, (gone("one"),), (file("two", 1),))).waste
    assert [(one.path, one.size, one.by) for one in wasted] == [("one", 100, 2)]


def test_a_removal_of_what_is_not_there_means_nothing() -> None:
    stack = stacked(image((file("a"),), (gone("never"),)))
    assert did(stack, 1) == []


def test_an_image_without_bytes_wastes_none() -> None:
    files = image((folder("a"),))
    assert efficiency(files, stacked(files)) == 1


def test_packages_count_only_where_their_file_is_seen_in_the_end() -> None:
    def noted(path: str, version: str) -> tuple[tuple[str, tuple[Package, ...]], ...]:
        return ((path, (Package("deb", "foo", version),)),)

    status = "var/lib/dpkg/status"
    files = ImageFiles("sha256:x", (
        LayerFiles("1", 1, "", (file(status, 5),), noted(status, "1.0")),
        LayerFiles("2", 2, "", (file(status, 6), file("m", 1)), (
            *noted(status, "2.0"), ("m", (Package("python", "bar", "3"),)))),
        LayerFiles("3", 3, "", (gone("m"),)),
    ))
    assert installed(files, stacked(files)) == (Package("deb", "foo", "2.0"),)


def test_what_a_layer_did_is_a_tree_with_sums() -> None:
    files = image((folder("a"), folder("a/b"), file("a/b/c", 5), file("a/d", 7)),
                  (gone("a/d"), file("a/b/c", 9), file("z/deep/new", 2)))
    top = of_layer(stacked(files), 1)
    assert [(one.path, one.mark, one.size, one.freed, one.files) for one in top.every()] == [
        ("a", Mark.NONE, 9, 7, 2), ("a/b", Mark.NONE, 9, 0, 1), ("a/b/c", Mark.CHANGED, 9, 0, 1),
        ("a/d", Mark.REMOVED, 0, 7, 1), ("z", Mark.NONE, 2, 0, 1), ("z/deep", Mark.NONE, 2, 0, 1),
        ("z/deep/new", Mark.ADDED, 2, 0, 1),
    ]
    assert [one.name for one in top.inside["a"].sorted(by_size=False)] == ["b", "d"]
    assert [one.name for one in top.sorted(by_size=True)] == ["a", "z"]


def test_the_whole_image_is_a_tree_of_what_is_seen_with_its_layers() -> None:
    files = image((folder("a"), file("a/b", 5), file("k", 1)), (file("a/b", 6), gone("k")))
    top = of_image(stacked(files))
    assert [(one.path, one.layer, one.size) for one in top.every()] == [
        ("a", 0, 6), ("a/b", 1, 6),
    ]
