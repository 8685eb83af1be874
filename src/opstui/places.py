"""Where opstui keeps its files: the XDG folders, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from opstui.start.folders import DEFAULTS, folder


@dataclass(frozen=True, slots=True)
class Places:
    """Folders; none is made until something is written there."""

    config: Path
    """Settings."""
    data: Path
    """The embedded MLflow server's store: worth a backup."""
    state: Path
    """The journal, local CI results, trust, the log."""
    cache: Path
    """May be deleted at any time."""

    @property
    def settings(self) -> Path:
        """The person's own settings file."""
        return self.config / "config.toml"

    @property
    def journal(self) -> Path:
        """The journal."""
        return self.state / "journal.jsonl"

    @property
    def log(self) -> Path:
        """The log file."""
        return self.state / "opstui.log"


def places(environ: Mapping[str, str]) -> Places:
    """The folders by the XDG base directory specification, on every system."""
    config, data, state, cache = (Path(folder(environ, variable)) for variable in DEFAULTS)
    return Places(config=config, data=data, state=state, cache=cache)
