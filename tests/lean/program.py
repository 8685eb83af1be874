"""The toy house as a program: `python -m tests.lean.program stock|lean`."""

from __future__ import annotations

import sys

from opstui.lean.install import install
from tests.ui.toy import Basket, Fruit, Toy

NAMES = ["apple", "日本梨", "fig [bold]x[/]", "caf\u0301e", *(f"fruit-{n:03d}" for n in range(300))]


def main() -> None:
    basket = Basket([Fruit(name, n) for n, name in enumerate(NAMES)])
    nuts = Basket([Fruit(f"nut {n}", n) for n in range(40)])
    toy = Toy(basket, nuts)
    if sys.argv[1] == "lean":
        assert install(toy).reason == ""
    toy.run()


if __name__ == "__main__":
    main()
