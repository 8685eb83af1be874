"""Waiting until a picture will not change by itself any more."""

from __future__ import annotations

from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input

from opstui.app import OpstuiApp
from opstui.ui.detail_area import DetailArea
from tests.ui.driver import Driver


def still(app: OpstuiApp) -> bool:
    """Every pane in sight has an answer, and so has the detail area for what is selected."""
    floor = app.house.floor
    answered = all(
        level.snapshot.loaded or level.snapshot.problem
        for level in (pane.level for pane in floor.panes)
    )
    areas = [area for area in {floor.detail, *app.screen.query(DetailArea)} if area.display]
    known = all(area.current is None or len(area.document) for area in areas)
    return bool(answered and known and app.house._head and not app.house.lighting.looking)


async def settle(pilot: Pilot[Any]) -> Driver:
    """Wait for that."""
    app = pilot.app
    assert isinstance(app, OpstuiApp)
    person = Driver(app, pilot)
    for field in app.screen.query(Input):
        field.cursor_blink = False
    await person.until(lambda: still(app), "a settled screen")
    await person.settles()
    return person
