"""The graph beside a log, drawn from the commits' parents alone.

git's own `--graph` sorts the whole history before its first line. Drawn here, a page of the log
costs what the page costs. One row a commit, two cells a lane:

    *─╮  a merge: its second parent opens a lane
    │ *  on the side
    * │  on the trunk
    *─╯  where they part: the lane that waited for it too ends here
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

NODE, LINE, ACROSS, CROSSING = "*", "│", "─", "┼"


class Lanes:
    """Which commit each column of the graph waits for, from the top of a log downwards."""

    def __init__(self) -> None:
        self._waiting: list[str] = []
        """Commit ids; an empty text is a column that is free."""

    def row(self, sha: str, parents: Sequence[str]) -> str:
        """The graph's cells of the next commit."""
        before = list(self._waiting)
        node = before.index(sha) if sha in before else self._free()
        if node == len(before):
            before.append("")
        ending = [n for n, waits in enumerate(before) if waits == sha and n != node]
        for n in (node, *ending):
            self._take(n, "")
        opening, joining = self._follow(node, parents)
        return _drawn(before, node, ending, opening, joining)

    def _follow(self, node: int, parents: Sequence[str]) -> tuple[list[int], list[int]]:
        """Let columns wait for the parents; the ones opened, and the ones joined."""
        opening: list[int] = []
        joining: list[int] = []
        for n, parent in enumerate(parents):
            if n == 0:
                self._take(node, parent)
            elif parent in self._waiting:
                joining.append(self._waiting.index(parent))
            else:
                column = self._free(after=node)
                self._take(column, parent)
                opening.append(column)
        while self._waiting and not self._waiting[-1]:
            self._waiting.pop()
        return opening, joining

    def _free(self, after: int = -1) -> int:
        for n, waits in enumerate(self._waiting):
            if n > after and not waits:
                return n
        return max(len(self._waiting), after + 1)

    def _take(self, column: int, sha: str) -> None:
        self._waiting += [""] * (column + 1 - len(self._waiting))
        self._waiting[column] = sha


def _drawn(
    before: Sequence[str], node: int, ending: Iterable[int], opening: Iterable[int],
    joining: Iterable[int],
) -> str:
    cells = [LINE if waits else " " for waits in before]
    ends = dict.fromkeys(ending, ("╯", "╰")) | dict.fromkeys(opening, ("╮", "╭"))
    ends |= {n: ("┤", "├") for n in joining if n != node}
    cells += [" "] * (max((node, *ends)) + 1 - len(cells))
    gaps = [" "] * len(cells)
    for n, (right, left) in ends.items():
        cells[n] = right if n > node else left
        for between in range(min(n, node), max(n, node)):
            gaps[between] = ACROSS
            if between != node and between not in ends:
                cells[between] = {LINE: CROSSING, " ": ACROSS}.get(cells[between], cells[between])
    cells[node] = NODE
    return "".join(cell + gap for cell, gap in zip(cells, gaps, strict=True)).rstrip()


def graph(commits: Iterable[tuple[str, Sequence[str]]]) -> Iterator[str]:
    """The cells of every commit of a log, given as id and parents, newest first."""
    lanes = Lanes()
    for sha, parents in commits:
        yield lanes.row(sha, parents)
