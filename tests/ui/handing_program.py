"""The toy house with a key that gives the terminal away: `... handing_program stock|lean WORDS`."""

from __future__ import annotations

import asyncio
import os
import sys

from opstui.lean.install import install
from opstui.ui.action import action
from opstui.ui.desk import Desk, Program, Prompt
from tests.ui.toy import Basket, Fruit, Fruits, Toy

FRUITS = ("apple", "fig", "pear", "plum")


class Handing(Fruits):
    """Runs a program on the terminal; its list changes while that has it."""

    @action("e", "Edit")
    async def edit(self, fruit: Fruit, desk: Desk) -> None:
        """Give the terminal to a program."""
        work = asyncio.create_task(self.grow())
        await desk.hand_over(Program(
            tuple(sys.argv[2:]), environ={"FRUIT": fruit.name}, install="see the kitchen's manual",
        ))
        await work

    @action("w", "Write", item=False)
    async def write(self, desk: Desk) -> None:
        """Write a longer text."""
        text = await desk.ask(Prompt("Describe", "it", "as it was", multiline=True))
        desk.say(f"wrote {text!r}")

    async def grow(self) -> None:
        """Change the list while nobody looks, so that much would be drawn."""
        for n in range(40):
            await asyncio.sleep(0.005)
            self.basket.fruits = [*map(Fruit, FRUITS), Fruit(f"grown {n}")]
            self.basket.changed.set()


def main() -> None:
    basket = Basket([*map(Fruit, FRUITS)])
    toy = Toy(basket, environ=dict(os.environ))
    toy.house.floor.panes[0].stacks[0][0].view = Handing(basket)
    if sys.argv[1] == "lean":
        assert install(toy).reason == ""
    toy.run()


if __name__ == "__main__":
    main()
