"""Which commands of which repositories the person said yes to: `trust.json` in the state folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from opstui.backends.ci.local.folder import locked, replace_text
from opstui.domain.ci import CiCommand
from opstui.domain.errors import OpstuiError

REMEMBERED = 100
"""Commands kept for a repository; branches differ, so several are in use at once."""


def fingerprint(argv: Iterable[str], contents: Iterable[bytes]) -> str:
    """SHA-256 over the arguments and the content of the files that stand behind them."""
    digest = hashlib.sha256()
    for piece in (*(word.encode("utf-8", "surrogateescape") for word in argv), b"", *contents):
        digest.update(len(piece).to_bytes(8, "big"))
        digest.update(piece)
    return digest.hexdigest()


class TrustFile:
    """The file; only its owner may read or write it."""

    def __init__(self, path: Path, repository: str) -> None:
        """repository: real path of the common git directory."""
        self.path = path
        self._repository = repository

    def knows(self, mark: str) -> bool:
        """Whether the person trusted exactly this fingerprint in this repository."""
        return mark in self._read().get(self._repository, {})

    def add(self, command: CiCommand) -> None:
        """Remember the command."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(self.path.with_suffix(".lock")):
                data = self._read()
                known = data.setdefault(self._repository, {})
                known[command.fingerprint] = {
                    "command": command.text, "source": command.source,
                    "at": datetime.now(UTC).isoformat(timespec="seconds"),
                }
                for mark in sorted(known, key=lambda one: known[one]["at"])[:-REMEMBERED]:
                    del known[mark]
                replace_text(self.path, json.dumps(data, indent=1))
        except OSError as error:
            raise OpstuiError(
                f"the trusted command could not be remembered: {error.strerror}",
                where=str(self.path),
            ) from error

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            data = json.loads(self.path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise OpstuiError(
                f"the list of trusted commands can't be read: {error}", where=str(self.path),
                hint="remove the file to be asked again",
            ) from error
        return data if isinstance(data, dict) else {}
