"""A tree on the screen: a cursor on a row, what is in sight drawn, the path in the frame."""

from __future__ import annotations

from opstui.domain.needle import Needle
from opstui.ui.measure import fit, on_ground
from opstui.ui.page import PageArea
from opstui.ui.paint import Line, Span, line
from opstui.ui.theme import Brush
from opstui.ui.tree import Node, Path, Tree, written

INDENT = 2
ROLES = {str: "plain", bool: "accent", int: "accent", float: "accent", type(None): "dim"}


class TreeArea(PageArea):
    """Draws what is in sight of a tree, and knows where the person stands."""

    hints = (
        ("space", "fold"), ("*", "fold all"), ("/", "find"), ("n", "next"), ("y", "copy"),
        ("x", "secrets"), ("?", "keys"), ("esc", "close"),
    )

    def __init__(self, brush: Brush, title: str) -> None:
        super().__init__(brush)
        self.heading = title
        self.held: Tree | None = None
        """None until it was read."""
        self.problem = ""
        """Why it could not be read."""
        self.needle = ""
        self.path: Path = ()
        """The row that keys mean."""
        self._top = 0

    @property
    def index(self) -> int:
        """The cursor's row."""
        return self.held.row_of(self.path) if self.held is not None else 0

    @property
    def node(self) -> Node | None:
        """What is under the cursor."""
        rows = self.held.rows if self.held is not None else ()
        return rows[self.index] if rows else None

    def put(self, tree: Tree) -> None:
        """Show a tree that was read."""
        self.held, self.problem = tree, ""
        self.redraw()

    @property
    def last(self) -> int:
        """The last row's index; -1 before anything is read."""
        return len(self.held.rows) - 1 if self.held is not None else -1

    def move_to(self, index: int) -> None:
        """Put the cursor on a row, as near as there is one."""
        rows = self.held.rows if self.held is not None else ()
        if rows:
            self.path = rows[max(0, min(index, len(rows) - 1))].path
        self.redraw()

    def scroll_by(self, lines: int) -> None:
        """Move the cursor, as the wheel does in lists."""
        self.move_to(self.index + lines)

    # drawing

    def frame_facts(self) -> Line:
        """What is searched, whether secrets are shown, where the cursor is."""
        tree, node = self.held, self.node
        if tree is None or node is None:
            return ()
        facts = [Span("secrets are shown ", "warn")] if tree.bare else []
        if self.needle:
            facts.append(Span(f"/{self.needle} ", "accent"))
        return (*facts, Span(f"{self.index + 1:,}/{len(tree.rows):,}", "dim"))

    def frame_foot(self) -> Line:
        """What was said last, else where the cursor is and the keys."""
        shown = super().frame_foot()
        if self.foot or self.node is None:
            return shown
        return (Span(written(self.path or self.node.path), "accent"), Span("  "), *shown)

    def inner_lines(self, width: int, height: int) -> list[Line]:
        """The rows in sight."""
        if self.held is None or not self.held.rows:
            text = self.problem or ("loading" if self.held is None else "there is nothing in it")
            return [line(" ", (text, "warn" if self.problem else "dim"))]
        at = self.index
        self._top = max(at - height + 1, min(self._top, at))
        self._top = max(0, min(self._top, len(self.held.rows) - height))
        shown: list[Line] = []
        for n, node in enumerate(self.held.rows[self._top : self._top + height], self._top):
            drawn = fit(self._row(self.held, node), width - 1)
            if n == at:
                bar = ">" if self.brush.ascii_only else "▌"
                shown.append(on_ground((Span(bar, "accent"), *drawn), "cursor"))
            else:
                shown.append((Span(" "), *drawn))
        return shown

    def _row(self, tree: Tree, node: Node) -> Line:
        mark = "  "
        if node.folds:
            marks = ("v ", "> ") if self.brush.ascii_only else ("▾ ", "▸ ")
            mark = marks[0] if tree.is_open(node) else marks[1]
        listed = not isinstance(node.path[-1], str)
        name = Span(node.name, "dim" if listed else "accent")
        head = (Span(" " * (INDENT * node.depth)), Span(mark, "dim"), name, Span("  "))
        text = node.text(bare=tree.bare)
        role = ROLES.get(type(node.value), "dim")
        if not self.needle:
            return (*head, Span(text, role))
        return tuple(piece for span in (*head, Span(text, role))
                     for piece in _marked(span, Needle(self.needle)))


def _marked(span: Span, needle: Needle) -> Line:
    """A span with what is searched set off."""
    pieces: list[Span] = []
    at = 0
    for first, last in needle.spans(span.text):
        pieces += [Span(span.text[at:first], span.style), Span(span.text[first:last], "match")]
        at = last
    return (*pieces, Span(span.text[at:], span.style))
