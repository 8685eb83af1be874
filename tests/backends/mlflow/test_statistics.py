"""SQLite looks at opstui's own store only, and only where that pays."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from opstui.backends.mlflow.statistics import FEW, renew


def store(folder: Path, runs: int) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "mlflow.db"
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("CREATE TABLE runs (run_uuid TEXT PRIMARY KEY, experiment_id INTEGER)")
        base.executemany("INSERT INTO runs VALUES (?, 1)", [(str(n),) for n in range(runs)])
    return path


def known(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as base:
        tables = [name for (name,) in base.execute("SELECT name FROM sqlite_master")]
        if "sqlite_stat1" not in tables:
            return []
        return [name for (name,) in base.execute("SELECT tbl FROM sqlite_stat1")]


def test_a_store_of_many_runs_is_looked_at(tmp_path: Path) -> None:
    path = store(tmp_path / "mlflow", FEW)
    assert renew(f"sqlite:///{path}", path.parent)
    assert known(path) == ["runs"]


def test_few_runs_a_foreign_store_and_no_store_are_left_alone(tmp_path: Path) -> None:
    small = store(tmp_path / "small", FEW - 1)
    assert not renew(f"sqlite:///{small}", small.parent)
    foreign = store(tmp_path / "foreign", FEW)
    assert not renew(f"sqlite:///{foreign}", tmp_path / "mlflow")
    assert known(small) == known(foreign) == []
    assert not renew(f"sqlite:///{tmp_path / 'none.db'}", tmp_path)
    assert not (tmp_path / "none.db").exists()
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database" * 100)
    assert not renew(f"sqlite:///{broken}", tmp_path)


def test_a_store_in_use_is_left_alone(tmp_path: Path) -> None:
    path = store(tmp_path / "mlflow", FEW)
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert not renew(f"sqlite:///{path}", path.parent)
