"""An older store under a newer MLflow: a copy first, then the migration that MLflow asks for.

MLflow migrates some old stores as it starts and refuses others until `mlflow db upgrade` ran. It
gets here with opstui's own store, or with one that the person agreed to migrate.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from opstui.domain.errors import OpstuiError

OUT_OF_DATE = "out-of-date database schema"
"""What a refusing server says."""


def migrate(store: str, folder: Path, upgrade: list[str], log: Path) -> str:
    """Run the `upgrade` command; empty, or why it could not be done.

    A copy of the schema as it is lies in `folder` before, made now unless there is one.
    """
    from opstui.backends.mlflow.stores import database, keep_copy

    found = database(Path(store.removeprefix("sqlite:///")))
    if found is None:
        return f"there is no database of MLflow at {store}"
    if not found.revision or not any(folder.glob(f"copy-*-{found.revision}.db")):
        try:
            keep_copy(found, folder)
        except OpstuiError as error:
            return str(error)
    with log.open("ab") as output:
        done = subprocess.run(
            upgrade, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            check=False,
        )
    return "" if done.returncode == 0 else f"migrating the schema failed, see {log}"
