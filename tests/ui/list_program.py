"""One long list as a program, to count what it writes: `python -m tests.ui.list_program`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

from opstui.lean.install import install
from opstui.ui.action import action
from opstui.ui.desk import Desk, Detail
from opstui.ui.paint import Line, line
from tests.ui.toy import Basket, Fruit, Fruits, Toy

ROWS = 500


class Counted(Fruits):
    """Changes five rows, and says how often details were asked for."""

    asked = 0

    def details(self, item: Fruit) -> Sequence[Detail]:
        async def facts(width: int) -> Sequence[Line]:
            Counted.asked += 1
            return [line(f"about {item.name}, asked {Counted.asked} times")]

        return (Detail(f"facts/{item.key}", "Facts", facts),)

    @action("c", "Change", item=False)
    async def change(self, desk: Desk) -> None:
        """Change five rows."""
        fruits = self.basket.fruits
        for n in (3, 9, 12, 20, 300):
            fruits[n] = replace(fruits[n], weight=(fruits[n].weight or 0) + 1)
        desk.changed(self.kind)

    @action("e", "Equal", item=False)
    async def equal(self, desk: Desk) -> None:
        """Read equal rows that are other objects."""
        self.basket.fruits = [replace(fruit) for fruit in self.basket.fruits]
        desk.changed(self.kind)


def main() -> None:
    basket = Basket([Fruit(f"fruit-{n:03d}", 100 + n % 7) for n in range(ROWS)])
    toy = Toy(basket)
    toy.house.floor.panes[0].stacks[0][0].view = Counted(basket)
    assert install(toy).reason == ""
    toy.run()


if __name__ == "__main__":
    sys.exit(main())
