"""How the history of aliases is shown."""

from __future__ import annotations

from collections.abc import Sequence

from opstui.domain.alias import named
from opstui.domain.alias_move import AliasMove
from opstui.domain.model import RegisteredModel
from opstui.domain.words import age
from opstui.operations.alias_history import history
from opstui.operations.world import World
from opstui.ui.desk import Detail
from opstui.ui.paint import Line, line

_ROLES = {"rolled back": "warn", "undone": "warn", "elsewhere": "warn", "promoted": "good"}


def alias_detail(world: World, model: RegisteredModel) -> Detail:
    """The tab of a model that tells how its aliases moved."""
    async def load(width: int) -> Sequence[Line]:
        found = await history(world, model.name)
        return [
            *move_lines(world, found), (),
            line(("from the journal of this account, and from what promotion leaves as tags",
                  "dim")),
        ]

    return Detail(f"model/{model.name}/history/{model.aliases}", "Alias history", load)


def move_lines(world: World, moves: Sequence[AliasMove]) -> list[Line]:
    """One move a line, newest first."""
    if not moves:
        return [line(("no move of an alias is known", "dim"))]
    now, arrow = world.clock(), "->" if world.ascii_only else "→"
    width = max(len(one.alias or "an alias") for one in moves)
    return [
        line(
            (f"{age(one.at, now) or '?':>4}  ", "dim"),
            (f"{one.alias or 'an alias':<{width}}  ", "title"),
            f"{named(one.before)} {arrow} ", (named(one.after), "accent"),
            (f"  {one.how}", _ROLES.get(one.how, "plain")),
            (f"  {one.who or 'by whom is not known'}  {one.source}", "dim"),
        )
        for one in moves
    ]
