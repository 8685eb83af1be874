"""The toy house as a program: `python -m tests.lean.program stock|lean`."""

from __future__ import annotations

import sys
from typing import Any

from opstui.lean.driver import LeanDriver
from opstui.lean.frames import LeanFrames
from tests.ui.toy import Basket, Fruit, Toy

NAMES = ["apple", "日本梨", "fig [bold]x[/]", "caf\u0301e", *(f"fruit-{n:03d}" for n in range(300))]


class LeanToy(LeanFrames, Toy):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.driver_class = LeanDriver


def main() -> None:
    basket = Basket([Fruit(name, n) for n, name in enumerate(NAMES)])
    nuts = Basket([Fruit(f"nut {n}", n) for n in range(40)])
    kind = LeanToy if sys.argv[1] == "lean" else Toy
    kind(basket, nuts).run()


if __name__ == "__main__":
    main()
