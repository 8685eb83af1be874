"""Leaving at once: the terminal first, then the process, without taking everything apart."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from textual.driver import Driver

from opstui.lean.handover import hand_over_watches


def give_back(driver: Driver) -> None:
    """Restore the terminal and write out what was still to be written."""
    driver.stop_application_mode()
    driver.close()


def leave(code: int = 0) -> NoReturn:
    """End the process. The kernel lets go of sockets, locks and threads."""
    hand_over_watches()
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None:
            stream.flush()
    os._exit(code)
