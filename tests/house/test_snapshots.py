"""What each pane and dialog looks like. `pytest --snapshot-update` accepts a new look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.fakes.registry import NOW
from tests.fakes.systems import MemoryJournal
from tests.fakes.whole import Systems
from tests.house.settled import settle
from tests.ui.driver import Driver

WIDE, USUAL, NARROW = (160, 45), (120, 35), (80, 24)

PANES = {
    "branches": (),
    "commits": ("1", "enter"),
    "ci": ("2", "j", "j", "j"),
    "images": ("3",),
    "containers": ("3", "]"),
    "experiments": ("4",),
    "runs": ("4", "enter", "j"),
    "models": ("5",),
    "versions": ("5", "enter"),
    "journal": ("A",),
    "calls": ("@",),
}
"""How to get to each list with the keyboard."""


def kind(person: Driver) -> str:
    return str(person.app.house.floor.pane.view.kind)  # type: ignore[attr-defined]


async def written(journal: MemoryJournal) -> None:
    """A promotion that was carried out and a removal that was refused."""
    common = {"place": "https://mlflow.example.org", "act": "a1"}
    promoted = {"what": "model.promote", "object": "churn@champion", "before": "5", "after": "7"}
    await journal.append(phase="intent", **promoted, **common)
    await journal.append(phase="result", result="done", **promoted, **common)
    await journal.append(
        what="image.remove", object="churn-api:1.4.0", phase="result", act="a2",
        place="unix:///var/run/docker.sock", before="sha256:094fca346864", after="",
        result="failed: the engine refused: image is being used by running container churn-live",
    )


@pytest.mark.parametrize("size", [WIDE, USUAL, NARROW], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("pane", PANES)
def test_pane(pane: str, size: tuple[int, int], snap_compare: Any) -> None:
    systems = Systems()

    async def before(pilot: Pilot[Any]) -> None:
        await written(systems.journal)
        person = await settle(pilot)
        for key in PANES[pane]:
            await person.press(key)
            await settle(pilot)
        await person.until(lambda: kind(person) == pane, pane)
        if pane == "containers" and size != NARROW:
            await person.sees("slow feature store")
        await settle(pilot)

    assert snap_compare(systems.app(), terminal_size=size, run_before=before)


def pressing(*keys: str, until: str) -> Callable[[Pilot[Any]], Any]:
    """Press keys one after the other, each on a settled screen."""

    async def before(pilot: Pilot[Any]) -> None:
        person = await settle(pilot)
        for key in keys:
            await person.press(key)
            await settle(pilot)
        await person.sees(until)
        await settle(pilot)

    return before


@pytest.mark.parametrize("size", [USUAL, NARROW], ids=lambda size: f"{size[0]}x{size[1]}")
def test_promotion_page(size: tuple[int, int], snap_compare: Any) -> None:
    before = pressing("5", "enter", "p", "enter", until="Cancel")
    assert snap_compare(Systems().app(), terminal_size=size, run_before=before)


@pytest.mark.parametrize(("keys", "text"), [
    (("?",), "Everywhere"), (("ctrl+p",), "Actions"), (("s",), "Sort by"), (("n",), "New branch"),
    (("/",), "text to find"),
], ids=["help", "palette", "menu", "prompt", "filter"])
def test_dialog(keys: tuple[str, ...], text: str, snap_compare: Any) -> None:
    before = pressing(*keys, until=text)
    assert snap_compare(Systems().app(), terminal_size=USUAL, run_before=before)


@pytest.mark.parametrize(("keys", "text"), [
    (("5", "enter", "]", "]"), "same datasets"), (("4", "enter", "j", "enter", "]"), "step 19"),
    (("3", "enter"), "Total"), (("3", "x"), "stay"),
], ids=["evidence", "charts", "layers", "prune"])
def test_detail(keys: tuple[str, ...], text: str, snap_compare: Any) -> None:
    before = pressing(*keys, until=text)
    assert snap_compare(Systems().app(), terminal_size=USUAL, run_before=before)


@pytest.mark.parametrize("size", [USUAL, NARROW], ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_source_that_stopped_keeps_its_rows_and_says_why(
    size: tuple[int, int], snap_compare: Any
) -> None:
    systems = Systems()

    async def before(pilot: Pilot[Any]) -> None:
        person = await settle(pilot)
        await person.press("3")
        await settle(pilot)
        systems.engine.problem = "Docker does not answer any more"
        systems.engine.tell()
        await person.sees("Docker does not answer any more")
        await settle(pilot)

    assert snap_compare(systems.app(), terminal_size=size, run_before=before)


def test_nothing_there_yet(snap_compare: Any) -> None:
    """An empty repository without CI, engine or MLflow: every pane says what to do."""
    systems = Systems()
    systems.git.held = ()
    systems.git.found = replace(systems.git.found, commit="", changed=0)
    systems.ci.held, systems.ci.known = (), None
    systems.engine.problem = "no container engine answers; start it: `systemctl start docker`"
    systems.tracking.configured = False

    async def before(pilot: Pilot[Any]) -> None:
        person = await settle(pilot)
        await person.press("4")
        await person.sees("starts opstui's own server")
        await settle(pilot)

    assert snap_compare(systems.app(), terminal_size=USUAL, run_before=before)


@pytest.mark.parametrize("settings", [
    {"theme": "light"}, {"theme": "terminal"}, {"ascii_only": True}, {"read_only": True},
], ids=["light", "terminal", "ascii", "read-only"])
def test_look(settings: dict[str, Any], snap_compare: Any) -> None:
    before = pressing("5", until="champion")
    assert snap_compare(Systems().app(**settings), terminal_size=USUAL, run_before=before)


def test_the_story_is_told_at_a_fixed_time() -> None:
    assert Systems().world().clock() == NOW
