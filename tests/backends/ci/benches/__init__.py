"""A bench for each CI server, one file each; whatever `Bench` is declared here is found."""

from __future__ import annotations

import importlib
import pkgutil

from tests.backends.ci.contract import Bench


def _found() -> tuple[type[Bench], ...]:
    found: list[type[Bench]] = []
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda one: one.name):
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        found += [
            one for one in vars(loaded).values()
            if isinstance(one, type) and issubclass(one, Bench) and hasattr(one, "kind")
            and one.__module__ == loaded.__name__
        ]
    return tuple(found)


BENCHES = _found()
