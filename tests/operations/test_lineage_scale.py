"""Lineage over all there is: indexed beside the keys, asked without touching more than a few."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest
from benchmarks.lineage import Sizes, filled, main, some_of

from opstui.domain.lineage_chain import WIDEST, chain, related
from opstui.domain.lineage_graph import MOST
from opstui.operations import lineage_index
from opstui.operations.known_runs import MOST as MOST_RUNS
from opstui.operations.known_runs import KnownRuns
from opstui.operations.lineage_index import LineageIndex

SIZES = Sizes()




async def test_the_index_is_built_off_the_thread_that_takes_keys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    built: list[tuple[int, bool]] = []
    real = lineage_index.layer

    def layer(nouns: Any, tags: Any) -> Any:
        made = real(nouns, tags)
        built.append((len(made.nouns), threading.current_thread() is threading.main_thread()))
        return made

    monkeypatch.setattr(lineage_index, "layer", layer)
    board = filled(SIZES)
    index = LineageIndex(board, ("opstui.ci_run",))
    assert await index.refresh()
    kept = sum(len(piece) for piece in board.runs.pieces)
    assert 0 < kept <= MOST_RUNS
    assert sum(count for count, _ in built) >= kept + 5_000 + 500
    assert not any(here for _, here in built)
    built.clear()
    assert not await index.refresh(), "nothing is new"
    board.branches = board.branches[1:]
    board.runs.learn("1", [replace(board.runs.pieces[0][0], id="fresh")])
    assert index.stale
    assert await index.refresh()
    assert sum(count for count, _ in built) < 3 * SIZES.branches, "the runs are not indexed again"


async def test_a_look_touches_a_few_things_however_many_there_are() -> None:
    board = filled(SIZES)
    index = LineageIndex(board, ("opstui.ci_run",))
    await index.refresh()
    for ref in some_of(board):
        before = index.graph.touched
        lit = related(index.graph, ref)
        assert index.graph.touched - before < 12 * WIDEST, ref
        assert 1 < len(lit) < 3 * WIDEST
        assert len(chain(index.graph, ref).links) <= WIDEST + MOST * 6


def test_pages_of_runs_are_few_pieces_and_known_ones_are_no_news() -> None:
    runs = KnownRuns()
    page = filled(Sizes(runs=3_000)).runs.pieces[0]
    for start in range(0, len(page), 100):
        runs.learn("1", page[start : start + 100])
    assert sum(map(len, runs.pieces)) == len(page)
    assert len(runs.pieces) < 8
    before = runs.pieces
    runs.learn("1", page[:100])
    assert runs.pieces is before
    runs.learn("2", page[:5])
    assert runs.pieces == (page[:5],), "another experiment's list is looked at now"


def test_whoever_scrolls_on_and_on_keeps_what_was_seen_last() -> None:
    runs = KnownRuns()
    page = filled(Sizes(runs=9_000)).runs.pieces[0]
    for start in range(0, len(page), 100):
        runs.learn("1", page[start : start + 100])
        assert sum(map(len, runs.pieces)) <= MOST_RUNS
    assert page[-1] in runs.pieces[-1]


def test_the_benchmark_runs(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--short"])
    assert "ms of the UI thread in all" in capsys.readouterr().out
