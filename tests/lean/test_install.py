"""Where a Textual release does not fit, its own path is used and the reason is told."""

from __future__ import annotations

import pytest
from textual import _compositor
from textual.app import App

from opstui.lean.install import install, unfit


def test_this_release_fits() -> None:
    assert unfit() == ""
    app: App[None] = App()
    assert install(app).frames is not None


def test_a_release_without_the_parts_keeps_its_own_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(_compositor, "ChopsUpdate")
    app: App[None] = App()
    stock = app.driver_class
    installed = install(app)
    assert installed.frames is None
    assert installed.reason == "this Textual has no ChopsUpdate"
    assert app.driver_class is stock


def test_a_release_that_draws_differently_keeps_its_own_path(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    def display(self: object, frame: object) -> None: ...

    monkeypatch.setattr(App, "_display", display)
    app: App[None] = App()
    assert install(app).reason == "this Textual draws frames differently"
