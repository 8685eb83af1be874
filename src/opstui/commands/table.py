"""The table of subcommands: a command is one file and one line here."""

from __future__ import annotations

from opstui.commands import audit, config, demo, doctor, promote, rollback, status

COMMANDS = (doctor, status, promote, rollback, audit, config, demo)
