"""The graph beside a log: lines lead from every commit to its parents."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from opstui.backends.git.graph import graph


def drawn(*commits: tuple[str, str]) -> list[str]:
    return list(graph((sha, parents.split()) for sha, parents in commits))


def test_a_straight_line() -> None:
    assert drawn(("c", "b"), ("b", "a"), ("a", "")) == ["*", "*", "*"]


def test_a_merge_opens_a_lane_and_the_fork_closes_it() -> None:
    assert drawn(("m", "t s"), ("t", "a"), ("s", "a"), ("a", "")) == ["*─╮", "* │", "│ *", "*─╯"]


def test_an_octopus_opens_several_and_crosses_none() -> None:
    assert drawn(("o", "a b c"), ("a", "r"), ("b", "r"), ("c", "r"), ("r", "")) == [
        "*─╮─╮", "* │ │", "│ * │", "│ │ *", "*─╯─╯",
    ]


def test_a_merge_of_what_is_waited_for_joins_its_lane() -> None:
    assert drawn(("m", "b s"), ("s", "a b"), ("b", "a"), ("a", "")) == ["*─╮", "├─*", "* │", "*─╯"]


def test_a_side_line_may_wait_for_the_same_commit() -> None:
    assert drawn(("m", "b s"), ("s", "b a"), ("b", "a"), ("a", "")) == [
        "*─╮", "│ *─╮", "*─╯ │", "*───╯",
    ]


def test_a_line_that_is_in_between_is_crossed() -> None:
    rows = drawn(("m", "t s"), ("t", "u v"), ("u", "a"), ("s", "a"), ("v", "a"), ("a", ""))
    assert rows[1] == "*─┼─╮"


def test_a_parent_that_came_before_its_child_ends_the_line_nowhere_wrong() -> None:
    assert drawn(("a", ""), ("b", "a"), ("c", "")) == ["*", "*", "│ *"]


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, list[str]]]:
    """Commits newest first, each with up to three parents among the later ones."""
    count = draw(st.integers(1, 25))
    commits = []
    for n in range(count):
        later = list(range(n + 1, count))
        parents = draw(st.lists(st.sampled_from(later), max_size=3, unique=True)) if later else []
        commits.append((str(n), [str(parent) for parent in parents]))
    return commits


@given(histories())
def test_every_commit_has_one_node_and_lines_run_from_children_to_parents(
    commits: list[tuple[str, list[str]]]
) -> None:
    rows = list(graph(commits))
    assert len(rows) == len(commits)
    column = {sha: row.index("*") for (sha, _), row in zip(commits, rows, strict=True)}
    for n, (sha, parents) in enumerate(commits):
        assert rows[n].count("*") == 1
        if parents:
            first = next(m for m, (other, _) in enumerate(commits) if other == parents[0])
            for between in range(n + 1, first):
                cell = rows[between].ljust(column[sha] + 1)[column[sha]]
                assert cell in "│┼├┤*╯╰", (commits, rows)
