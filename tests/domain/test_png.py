"""Pictures made small: as Pillow says, for every kind of PNG; damaged ones are refused."""

from __future__ import annotations

import io
import random
from typing import Any

import pytest

from opstui.domain import png

Image: Any = pytest.importorskip("PIL.Image")
WIDTH, HEIGHT = 61, 47


def picture() -> Any:
    rng = random.Random(7)
    made = Image.new("RGBA", (WIDTH, HEIGHT))
    for x in range(WIDTH):
        for y in range(HEIGHT):
            made.putpixel((x, y), (x * 4, y * 5, rng.randrange(256), 255 - (x * y) % 128))
    return made


def written(image: Any, **how: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, "png", **how)
    return file.getvalue()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1"])
def test_every_kind_is_read_as_pillow_reads_it(mode: str) -> None:
    image = picture().convert(mode)
    data = written(image)
    assert png.header(data).width == WIDTH
    found = png.small(data, WIDTH, HEIGHT)
    judge = Image.alpha_composite(
        Image.new("RGBA", image.size, "white"), image.convert("RGBA")
    ).convert("RGB")
    for y in range(HEIGHT):
        for x in range(WIDTH):
            theirs = judge.getpixel((x, y))
            assert max(abs(a - b) for a, b in zip(found[y][x], theirs, strict=True)) <= 1


@pytest.mark.parametrize("colours", [2, 4, 16])
def test_palettes_of_few_bits_are_read(colours: int) -> None:
    image = picture().convert("RGB").quantize(colours)
    found = png.small(written(image, bits=colours.bit_length() - 1), WIDTH, HEIGHT)
    judge = image.convert("RGB")
    assert all(found[y][x] == judge.getpixel((x, y)) for y in range(HEIGHT) for x in range(WIDTH))


def test_it_keeps_its_proportions_and_is_never_made_larger() -> None:
    data = written(picture())
    small = png.small(data, 20, 40)
    assert (len(small[0]), len(small)) == (20, 15)
    assert (len(png.small(data, 500, 500)[0]), len(png.small(data, 500, 500))) == (WIDTH, HEIGHT)


def test_a_thin_line_stays_visible() -> None:
    image = Image.new("RGB", (400, 400), "white")
    image.paste((0, 0, 0), (200, 0, 202, 400))
    assert min(min(pixel) for pixel in png.small(written(image), 40, 40)[0]) < 220


def test_what_is_damaged_is_refused_at_whatever_byte() -> None:
    data = written(picture())
    for end in (0, 8, 20, 33, 60, len(data) // 2):
        with pytest.raises(ValueError):
            png.small(data[:end], 20, 20)
    rng = random.Random(3)
    for _ in range(200):
        broken = bytearray(data)
        broken[rng.randrange(8, len(data))] ^= 1 << rng.randrange(8)
        try:
            png.small(bytes(broken), 20, 20)
        except ValueError as error:
            assert "PNG" in str(error)
