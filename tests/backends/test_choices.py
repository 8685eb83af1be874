"""What was chosen is there at the next start; a damaged file only means that nothing is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from opstui.backends.choices import LARGEST, PLACES, FileChoices


async def test_what_was_chosen_is_there_at_the_next_start(tmp_path: Path) -> None:
    file = tmp_path / "state" / "columns.json"
    await FileChoices(file).keep_columns("http://a 1", ["metrics.größe", "user"])
    await FileChoices(file).keep_columns("http://a 2", [])
    again = FileChoices(file)
    assert await again.columns("http://a 1") == ("metrics.größe", "user")
    assert await again.columns("http://a 2") == ()
    assert await again.columns("http://a 3") is None
    await again.keep_columns("http://a 1", None)
    assert await FileChoices(file).columns("http://a 1") is None
    assert [path.name for path in file.parent.iterdir()] == ["columns.json"]


@pytest.mark.parametrize("content", [
    b"", b"{ damaged", b"\xff\xfe", b"[]", b'{"columns": 3}', b'{"columns": {"p": "x", "q": [1]}}',
    b"[" * 100_000, b'{"columns": {"p": ["user"]}}' + b" " * LARGEST,
])
async def test_a_damaged_file_counts_as_nothing_and_is_written_anew(
    tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "columns.json"
    file.write_bytes(content)
    assert await FileChoices(file).columns("p") is None
    await FileChoices(file).keep_columns("p", ["user"])
    assert await FileChoices(file).columns("p") == ("user",)


async def test_where_nothing_can_be_written_it_is_remembered_until_the_end(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file in the way")
    choices = FileChoices(tmp_path / "state" / "columns.json")
    await choices.keep_columns("p", ["user"])
    assert await choices.columns("p") == ("user",)


async def test_only_the_last_places_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "columns.json"
    file.write_text(json.dumps({"columns": {str(n): ["user"] for n in range(PLACES)}}))
    await FileChoices(file).keep_columns("new", ["age"])
    kept = json.loads(file.read_text())["columns"]
    assert len(kept) == PLACES
    assert "0" not in kept
    assert list(kept)[-1] == "new"
