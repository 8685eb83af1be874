"""The XDG base directories, by names alone."""

from __future__ import annotations

from os.path import expanduser, join

TYPE_CHECKING = False  # typing costs more than all else here
if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULTS = {
    "XDG_CONFIG_HOME": ".config", "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state", "XDG_CACHE_HOME": ".cache",
}


def folder(environ: Mapping[str, str], variable: str) -> str:
    """opstui's folder below one of the base directories; a relative one is not allowed there."""
    named = environ.get(variable, "")
    if not named.startswith("/"):
        named = join(environ.get("HOME") or expanduser("~"), DEFAULTS[variable])
    return join(named, "opstui")
