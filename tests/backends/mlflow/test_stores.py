"""Stores that opstui did not make are looked at, and copied, never touched."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from opstui.backends.mlflow.stores import database, files, keep_copy, stores_near
from opstui.domain.errors import OpstuiError


def make_database(path: Path, revision: str = "0584bdc529eb") -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "CREATE TABLE experiments (name TEXT); INSERT INTO experiments VALUES ('old');"
            "CREATE TABLE alembic_version (version_num TEXT);"
            f"INSERT INTO alembic_version VALUES ('{revision}');"
        )
    return path


def make_files(path: Path) -> Path:
    (path / "0" / "run" / "artifacts").mkdir(parents=True)
    (path / "0" / "meta.yaml").write_text("name: Default\n")
    (path / "0" / "run" / "artifacts" / "model.bin").write_bytes(b"x" * 1000)
    return path


def print_of(folder: Path) -> dict[str, tuple[int, str]]:
    """Time and content of every file."""
    return {
        str(path): (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_stores_in_the_folder_and_at_the_root_of_the_repository_are_found(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    deep = tmp_path / "train" / "churn"
    deep.mkdir(parents=True)
    make_database(tmp_path / "mlflow.db")
    make_files(deep / "mlruns")
    before = print_of(tmp_path)
    here, root = stores_near(deep)
    assert (here.kind, here.path, here.revision) == ("files", str(deep / "mlruns"), "")
    assert (root.kind, root.path) == ("sqlite", str(tmp_path / "mlflow.db"))
    assert root.revision == "0584bdc529eb"
    assert root.size == (tmp_path / "mlflow.db").stat().st_size
    assert print_of(tmp_path) == before


def test_what_only_looks_like_a_store_is_not_offered(tmp_path: Path) -> None:
    assert database(tmp_path / "mlflow.db") is None
    assert not (tmp_path / "mlflow.db").exists()
    (tmp_path / "mlflow.db").write_text("not a database, but long enough to look at" * 100)
    assert database(tmp_path / "mlflow.db") is None
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE things (name TEXT)")
    assert database(tmp_path / "other.db") is None
    (tmp_path / "mlruns" / "1" / "run" / "artifacts").mkdir(parents=True)
    assert files(tmp_path / "mlruns") is None
    assert stores_near(tmp_path) == ()


def test_a_copy_is_whole_even_while_the_log_of_writes_is_not_folded_in(tmp_path: Path) -> None:
    path = make_database(tmp_path / "mlflow.db")
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("INSERT INTO experiments VALUES ('new')")
        writer.commit()
    store = database(path)
    assert store is not None
    copy = keep_copy(store, tmp_path)
    assert copy.name.endswith("-0584bdc529eb.db")
    with closing(sqlite3.connect(copy)) as reader:
        assert reader.execute("SELECT name FROM experiments").fetchall() == [("old",), ("new",)]


def test_a_store_that_somebody_has_open_is_left_alone(tmp_path: Path) -> None:
    path = make_database(tmp_path / "mlflow.db")
    store = database(path)
    assert store is not None
    with closing(sqlite3.connect(path)) as other:
        other.execute("SELECT * FROM experiments").fetchall()
        with pytest.raises(OpstuiError, match="has this store open") as caught:
            keep_copy(store, tmp_path / "kept")
    assert caught.value.where == str(path)


def test_a_copy_that_cannot_be_made_leaves_nothing_half(tmp_path: Path) -> None:
    store = database(make_database(tmp_path / "mlflow.db"))
    assert store is not None
    with pytest.raises(OpstuiError, match="left alone"):
        keep_copy(store, tmp_path / "no folder")
    Path(store.path).unlink()
    with pytest.raises(OpstuiError, match="left alone"):
        keep_copy(store, tmp_path)
    assert list(tmp_path.glob("copy-*")) == []


def test_of_a_folder_the_facts_are_copied_and_the_artifacts_are_not(tmp_path: Path) -> None:
    store = files(make_files(tmp_path / "mlruns"))
    assert store is not None
    copy = keep_copy(store, tmp_path)
    assert (copy / "0" / "meta.yaml").read_text() == "name: Default\n"
    assert not (copy / "0" / "run" / "artifacts").exists()
