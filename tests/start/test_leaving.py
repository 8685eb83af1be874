"""What is done with the kept frame when somebody leaves: as little as possible."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, cast

import pytest

from opstui.lean.front import Front
from opstui.start.arrival import Arrival
from opstui.start.opening import Opening


class Frames:
    """What the terminal shows."""

    shown: Front | None = None


class Desk:
    """An arrival that has shown a frame, and how often it kept one."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.file = folder / "frame"
        self.file.write_text("kept")
        os.utime(self.file, (1000, 1000))
        self.frames = Frames()
        self.frames.shown = Front(10, 2)
        self.kept = 0
        opening = Opening(str(folder), str(folder), "", str(self.file))
        self.arrival = Arrival(opening, cast(Any, self.frames), cast(Any, None))
        monkeypatch.setattr(self.arrival, "keep", self._keep)

    def _keep(self) -> None:
        self.kept += 1

    def keeps(self) -> None:
        """As `keep` does once the program is at rest."""
        assert self.frames.shown is not None
        self.arrival._rows = [list(row) for row in self.frames.shown.rows]

    @property
    def renewed(self) -> bool:
        return self.file.stat().st_mtime > 1000


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(tmp_path, monkeypatch)


def test_the_first_frame_ever_is_kept_even_by_whoever_leaves_at_once(desk: Desk) -> None:
    desk.arrival.leave()
    assert desk.kept == 1


def test_a_frame_that_is_still_on_the_screen_only_gets_a_new_time(desk: Desk) -> None:
    desk.keeps()
    desk.arrival.leave()
    assert desk.kept == 0
    assert desk.renewed


def test_a_frame_that_something_has_changed_since_stays_as_old_as_it_is(desk: Desk) -> None:
    desk.keeps()
    assert desk.frames.shown is not None
    desk.frames.shown.span(0, 0, [("x", "")])
    desk.frames.shown.frame()
    desk.arrival.leave()
    assert desk.kept == 0
    assert not desk.renewed
