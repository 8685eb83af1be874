"""MLflow stores that opstui did not make: looked at without MLflow, copied before any use.

Starting a newer MLflow on an older database migrates its schema, and the older MLflow can never
open it again. So nothing here opens a store for writing.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from opstui.backends.mlflow.serverprocess import open_files, processes
from opstui.domain.errors import OpstuiError
from opstui.domain.local_mlflow import FoundStore


def stores_near(folder: Path) -> tuple[FoundStore, ...]:
    """`mlflow.db` and `mlruns` in the folder and at the root of its repository."""
    places = [folder]
    for parent in (folder, *folder.parents):
        if (parent / ".git").exists():
            places.append(parent)
            break
    found: dict[str, FoundStore] = {}
    for place in places:
        for store in (database(place / "mlflow.db"), files(place / "mlruns")):
            if store is not None:
                found[store.path] = store
    return tuple(found.values())


def database(path: Path) -> FoundStore | None:
    """The SQLite store at `path`; None when there is none or it is not MLflow's."""
    try:
        size = path.stat().st_size
        # `immutable` takes no lock and makes no -wal or -shm file beside it.
        with contextlib.closing(_connect(path, "mode=ro&immutable=1")) as connection:
            tables = {str(name) for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            )}
            if "experiments" not in tables:
                return None
            revision = ""
            if "alembic_version" in tables:
                row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
                revision = str(row[0]) if row else ""
    except (OSError, sqlite3.Error):
        return None
    return FoundStore(str(path.resolve()), "sqlite", revision, size)


def files(path: Path) -> FoundStore | None:
    """The folder store at `path`; None when it holds no experiment's metadata."""
    try:
        holds = any((entry / "meta.yaml").is_file() for entry in path.iterdir())
    except OSError:
        return None
    return FoundStore(str(path.resolve()), "files") if holds else None


def adopted_folder(data: Path, store: FoundStore) -> Path:
    """Where opstui keeps what belongs to this store."""
    path = Path(store.path)
    digest = hashlib.sha256(store.path.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return data / "mlflow" / "adopted" / f"{path.parent.name or 'root'}-{digest}"


def store_uri(store: FoundStore) -> str:
    """What `mlflow server --backend-store-uri` takes for it."""
    return f"sqlite:///{store.path}" if store.kind == "sqlite" else store.path


def artifacts_of(store: FoundStore, fallback: Path) -> Path:
    """Where new artifacts go: `mlartifacts` beside the store if a server made it there."""
    beside = Path(store.path).parent / "mlartifacts"
    return beside if beside.is_dir() else fallback


def keep_copy(store: FoundStore, folder: Path, now: datetime | None = None) -> Path:
    """Copy the store's facts into `folder` under a name with the date; returns the copy.

    Of a folder store the artifacts are left out: no server changes them. Raises OpstuiError when
    another process has the database open, or when the copy cannot be made whole.
    """
    source = Path(store.path)
    stamp = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
    revision = f"-{store.revision}" if store.revision else ""
    copy = folder / f"copy-{stamp}{revision}{'.db' if store.kind == 'sqlite' else ''}"
    try:
        if store.kind == "sqlite":
            refuse_if_open(source)
            _copy_database(source, copy)
        else:
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("artifacts"))
    except (OSError, sqlite3.Error) as error:
        _remove(copy)
        raise OpstuiError(
            f"the store could not be copied, so it was left alone: {error}", where=store.path,
            hint=f"check the space in {folder} and who uses the store",
        ) from error
    return copy


def refuse_if_open(path: Path) -> None:
    """OpstuiError when a process of this user has the database open; Linux only."""
    name = str(path.resolve())
    for pid in processes():
        if name in open_files(pid):
            raise OpstuiError(
                f"process {pid} has this store open", where=name,
                hint="end it first: two servers of different versions would break the store",
            )


def _copy_database(source: Path, copy: Path) -> None:
    with (
        contextlib.closing(_connect(source, "mode=ro")) as old,
        contextlib.closing(sqlite3.connect(copy)) as new,
    ):
        old.backup(new)
        verdict = new.execute("PRAGMA quick_check").fetchone()
        if verdict != ("ok",):
            raise sqlite3.DatabaseError(f"the copy is damaged: {verdict}")


def _connect(path: Path, options: str) -> sqlite3.Connection:
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    return sqlite3.connect(f"file:{quote(str(path))}?{options}", uri=True, timeout=5)


def _remove(copy: Path) -> None:
    if copy.is_dir():
        shutil.rmtree(copy, ignore_errors=True)
    else:
        copy.unlink(missing_ok=True)

