"""`opstui config`: where settings are, a first file, a check."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from opstui import settings
from opstui.domain.errors import OpstuiError
from opstui.places import Places

NAME = "config"


def add(commands: Any) -> None:
    """Declare the arguments."""
    parser = commands.add_parser(NAME)
    parser.add_argument(
        "what", choices=("path", "init", "check", "keys"),
        help="path: print the file's path; init: write one with every setting commented out; "
        "check: read all settings as opstui would; keys: list the ids of all actions",
    )
    parser.set_defaults(run=run)


async def run(args: argparse.Namespace, places: Places, environ: Mapping[str, str]) -> int:
    """Carry it out."""
    path = places.settings
    if args.what == "path":
        print(path)
    elif args.what == "init":
        init(path)
        print(f"wrote {path}")
    elif args.what == "keys":
        keys()
    else:
        from opstui.settings import top_of

        top = top_of(Path.cwd())
        shared = top / settings.REPOSITORY_FILE if top is not None else None
        found = settings.load(path, shared, environ)
        if found.commands:
            check_keys(found)
        read = [str(p) for p in (path, shared) if p is not None and p.exists()]
        print("settings are good: " + (", ".join(read) or "no file, only defaults"))
    return 0


def check_keys(found: settings.Settings) -> None:
    """Raise OpstuiError for a key of a command of one's own that means something else already."""
    from opstui.panes.custom import clashes, refuse  # nothing else here needs the screen
    from opstui.panes.table import VIEWS
    from opstui.ui.keymap import Keymap
    from opstui.ui.keys import scopes_of

    kinds = [view.kind for view in VIEWS]
    refuse(clashes(Keymap(found.keys), found.commands.values(), scopes_of(VIEWS), kinds))


def init(path: Path) -> None:
    """Write a first settings file; never over one that is there."""
    from opstui.settings_template import template

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(template())
    except FileExistsError as error:
        raise OpstuiError(
            "there is a settings file already", where=str(path), hint="edit it, or move it away"
        ) from error
    except OSError as error:
        raise OpstuiError("the settings can't be written", where=str(path), hint=str(error)) \
            from error


def keys() -> None:
    """Every action's id with its keys and what it does."""
    from opstui.panes.table import VIEWS
    from opstui.ui.keys import scopes_of

    for title, scope in scopes_of(VIEWS):
        print(f"# {title}")
        for bound in scope:
            pressed = ",".join(bound.action.keys)
            print(f'"{bound.id}" = "{pressed}"  # {bound.action.help}')
        print()
