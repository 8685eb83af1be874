"""What tells one image from another, and in one sentence."""

from __future__ import annotations

from opstui.domain.image import Layer
from opstui.domain.image_difference import (
    by_fact,
    by_file,
    by_layer,
    by_package,
    common,
    headline,
)
from opstui.domain.image_files import Mark, Package, stacked
from opstui.domain.image_layers import LayerLine, told
from tests.domain.test_image_files import file, folder, gone, image

BASE = [Layer("ADD rootfs /", 100_000_000), Layer("RUN make", 20_000_000)]


def lines(*more: Layer) -> tuple[LayerLine, ...]:
    return told([*BASE, *more][::-1])


SITE = Layer("COPY site /site", 200_000_000)


def test_the_headline_names_the_layer_that_is_the_reason() -> None:
    this = lines(Layer("ENV A=1", 0), SITE, Layer("RUN x", 14_000_000))
    assert headline("churn:1", (334_000_000, 120_000_000), this, lines()) == \
        "214 MB larger than churn:1, mostly because of layer 4: COPY site /site"


def test_a_smaller_image_lacks_a_layer_of_the_other() -> None:
    assert headline("churn:1", (120_000_000, 320_000_000), lines(), lines(SITE)) == (
        "200 MB smaller than churn:1, mostly because of its layer 3: COPY site /site, "
        "which this one does not have"
    )


def test_several_layers_may_be_the_reason_or_none() -> None:
    many = [Layer(f"RUN {n}", 50_000_000) for n in range(4)]
    assert headline("x", (320_000_000, 120_000_000), lines(*many), lines()) == \
        "200 MB larger than x, most of it from layer 3: RUN 0"
    assert headline("x", (5, 5), lines(), lines()) == "as large as x"
    assert headline("x", (6, 5), lines(), lines()) == "1 B larger than x"


def test_layers_differ_after_what_they_share() -> None:
    found = by_layer(lines(SITE), lines(Layer("RUN old", 7), Layer("CMD x", 0)))
    assert [(one.mark, one.name, one.grew) for one in found] == [
        (Mark.ADDED, "3: COPY site /site", 200_000_000), (Mark.REMOVED, "3: RUN old", -7),
    ]
    assert common(["a", "b", "c"], ["a", "b", "x", "c"]) == 2


def test_files_are_told_by_the_bytes_they_differ_by() -> None:
    this = stacked(image((folder("a"), file("a/same"), file("a/new", 3), file("a/other", 50))))
    other = stacked(image((folder("a"), file("a/same"), file("a/other", 20), file("old", 9)),
                          (file("hidden", 1),), (gone("hidden"),)))
    assert [(one.mark, one.name, one.this, one.other, one.grew) for one in by_file(this, other)] \
        == [(Mark.CHANGED, "a/other", "50 B", "20 B", 30), (Mark.REMOVED, "old", "", "9 B", -9),
            (Mark.ADDED, "a/new", "3 B", "", 3)]


def test_the_same_size_with_other_content_or_rights_is_a_difference() -> None:
    plain = stacked(image((file("a", 5, "one"), file("b", 5, "two"))))
    assert [one.name for one in by_file(plain, stacked(image((
        file("a", 5, "other"), file("b", 5, "two", 0o755)))))] == ["a", "b"]
    assert by_file(plain, plain) == []


def test_packages_by_version() -> None:
    this = [Package("deb", "foo", "2"), Package("python", "foo", "1"), Package("deb", "new", "1")]
    other = [Package("deb", "foo", "1"), Package("python", "foo", "1")]
    assert [(one.mark.word, one.name, one.this, one.other) for one in by_package(this, other)] == [
        ("changed", "foo (deb)", "2", "1"), ("added", "new (deb)", "1", ""),
    ]


def test_facts_by_name() -> None:
    assert [(one.mark.value, one.name) for one in by_fact(
        "label", {"a": "1", "b": "1", "c": ""}, {"a": "1", "b": "2", "d": "4"})] == [
        ("~", "b"), ("+", "c"), ("-", "d"),
    ]
