"""What is looked at: a repository, images, an MLflow store. The same numbers give the same data."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PEOPLE = ("Ada Lindqvist", "Bo Chen", "Carla Ruiz", "Gül Aydın", "山田 花子")
WORDS = (
    "fix", "add", "drop", "speed", "cache", "retry", "model", "train", "eval", "image", "metric",
    "logger", "parser", "queue",
)
KINDS = ("feature", "fix", "chore", "exp", "release", "perf")
START = 1_750_000_000
"""Time of the first commit and of the first run, seconds."""
STORE = 2
"""Grows with every change of what a store holds, so that an old one that was kept is not used."""
_SCHEMA = """
import sys
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
SqlAlchemyStore(sys.argv[1], "mlflow-artifacts:/")
"""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of everything."""

    branches: int = 2_000
    commits: int = 20_000
    images: int = 200
    runs: int = 20_000
    """In the largest experiment; the others have a quarter as many among them."""
    versions: int = 5_000


SHORT = Sizes(branches=60, commits=300, images=12, runs=120, versions=40)


def git(
    folder: Path, *words: str, data: bytes | None = None, environ: Mapping[str, str] | None = None
) -> str:
    """Run git in a folder; what it printed. A commit's author is always the same."""
    who = {f"GIT_{role}_{what}": text for role in ("AUTHOR", "COMMITTER")
           for what, text in (("NAME", "Ana"), ("EMAIL", "ana@example.org"))}
    done = subprocess.run(
        ["git", "-C", str(folder), *words], input=data, check=True, capture_output=True,
        env={**os.environ, **who, **(environ or {})},
    )
    return done.stdout.decode().strip()


def repository(folder: Path, sizes: Sizes) -> None:
    """A work tree whose trunk has merges, with branches beside it of which most are pushed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    tracked: list[str] = []
    stream = b"".join(_history(sizes, tracked))
    git(folder, "fast-import", "--quiet", "--done", data=stream)
    with (folder / ".git" / "config").open("a") as config:
        config.write(f'[remote "origin"]\n\turl = {folder}.git\n'
                     "\tfetch = +refs/heads/*:refs/remotes/origin/*\n")
        for name in tracked:
            config.write(f'[branch "{name}"]\n\tremote = origin\n\tmerge = refs/heads/{name}\n')
    git(folder, "pack-refs", "--all")
    git(folder, "reset", "--quiet", "--hard", "main")


def _history(sizes: Sizes, tracked: list[str]) -> Iterator[bytes]:
    chance = random.Random(1)
    lengths = [1 + min(int(chance.expovariate(0.5)), 11) for _ in range(sizes.branches)]
    trunk, mark = [0], 0

    def commit(ref: str, parents: Iterable[int], subject: str, path: str) -> bytes:
        nonlocal mark
        mark += 1
        who = f"{chance.choice(PEOPLE)} <{mark % 7}@example.org> {START + 120 * mark} +0000"
        text, content = subject.encode(), f"{mark}\n".encode()
        links = [b"%s :%d\n" % (b"merge" if n else b"from", one)
                 for n, one in enumerate(parents) if one]
        return b"".join((
            f"commit {ref}\nmark :{mark}\nauthor {who}\ncommitter {who}\n".encode(),
            b"data %d\n%s\n" % (len(text), text), *links,
            f"M 100644 inline {path}\ndata {len(content)}\n".encode(), content, b"\n",
        ))

    while mark < max(50, sizes.commits - sum(lengths)):
        path = f"src/part{mark % 40:02d}/file{chance.randrange(50):02d}.py"
        subject = " ".join(chance.choices(WORDS, k=3)) + f" (#{mark})"
        side: list[int] = []
        if trunk[-1] and chance.random() < 0.15:
            yield commit("refs/heads/main", trunk[-1:], subject, path)
            side, subject = [mark], f"Merge topic {mark}"
        yield commit("refs/heads/main", trunk[-1:] + side, subject, path)
        trunk.append(mark)
    yield f"reset refs/remotes/origin/main\nfrom :{trunk[-1]}\n\n".encode()
    for number, length in enumerate(lengths):
        name = f"{chance.choice(KINDS)}/{number:05d}-{chance.choice(WORDS)}-{chance.choice(WORDS)}"
        tip = before = trunk[-1 - min(int(chance.expovariate(1 / 400)), len(trunk) - 2)]
        for step in range(length):
            before = tip
            yield commit(f"refs/heads/{name}", [tip], f"{name}: step {step + 1}",
                         f"work/{number:05d}.txt")
            tip = mark
        if chance.random() < 0.8:
            tracked.append(name)
            pushed = chance.choice((tip, before))
            yield f"reset refs/remotes/origin/{name}\nfrom :{pushed}\n\n".encode()
    yield f"reset refs/heads/main\nfrom :{trunk[-1]}\n\ndone\n".encode()


def store(path: Path, sizes: Sizes) -> None:
    """An MLflow store: the schema by MLflow itself, the rows by plain SQL."""
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    subprocess.run(
        [sys.executable, "-P", "-W", "ignore", "-c", _SCHEMA, f"sqlite:///{draft}"],
        check=True, capture_output=True, cwd=path.parent,
    )
    with sqlite3.connect(draft) as base:
        base.execute("PRAGMA synchronous = OFF")
        for table, rows in _rows(sizes).items():
            _insert(base, table, rows)
        # Without, SQLite joins by the wrong table: ordering by a metric took a minute.
        base.execute("ANALYZE")
    base.close()
    draft.rename(path)


def grow_old(path: Path) -> None:
    """Let what MLflow itself put into a store be as old as the rest, so that no age grows."""
    base = sqlite3.connect(path)
    with base:
        base.execute(
            "UPDATE experiments SET creation_time = ?, last_update_time = ? WHERE name = 'Default'",
            (START * 1000, START * 1000),
        )
    base.close()


def _insert(base: sqlite3.Connection, table: str, rows: list[dict[str, object]]) -> None:
    known = {str(row[1]) for row in base.execute(f"PRAGMA table_info({table})")}
    names = [name for name in rows[0] if name in known]  # releases differ in some
    marks = ",".join("?" * len(names))
    base.executemany(
        f"INSERT INTO {table} ({','.join(names)}) VALUES ({marks})",
        [[row[name] for name in names] for row in rows],
    )


def _rows(sizes: Sizes) -> Mapping[str, list[dict[str, object]]]:
    chance = random.Random(2)
    place = {"workspace": "default"}
    experiments, few = max(2, sizes.runs // 400), max(1, sizes.runs // 100)
    tables: dict[str, list[dict[str, object]]] = {name: [] for name in (
        "experiments", "runs", "metrics", "latest_metrics", "params", "tags",
        "registered_models", "model_versions", "registered_model_aliases",
    )}
    for number in range(1, experiments + 1):
        at = (START + number) * 1000
        tables["experiments"].append({
            "experiment_id": number, "name": f"experiment-{number:04d}",
            "artifact_location": f"mlflow-artifacts:/{number}", "lifecycle_stage": "active",
            "creation_time": at, "last_update_time": at, **place,
        })
    apart = few * (experiments - 1) // 2
    ids = [f"{chance.getrandbits(128):032x}" for _ in range(apart + sizes.runs)]
    for number, run in enumerate(ids):
        at = (START + 60 * number) * 1000
        home = 1 if number >= apart else 2 + number % (experiments - 1)
        tables["runs"].append({
            "run_uuid": run, "name": f"fit-{number:05d}", "source_type": "LOCAL",
            "source_name": "train.py", "entry_point_name": "", "user_id": "ana",
            "status": "FAILED" if number % 19 == 0 else "FINISHED", "start_time": at,
            "end_time": at + 50_000, "source_version": "", "lifecycle_stage": "active",
            "artifact_uri": f"mlflow-artifacts:/{home}/{run}/artifacts", "experiment_id": home,
        })
        for key in ("auc", "logloss", "f1"):
            metric: dict[str, object] = {
                "key": key, "value": chance.random(), "timestamp": at, "run_uuid": run,
                "step": 0, "is_nan": False,
            }
            tables["metrics"].append(metric)
            tables["latest_metrics"].append(metric)
        tables["params"] += [{"key": key, "value": f"{chance.random():.4f}", "run_uuid": run}
                             for key in ("C", "depth", "rate")]
        tables["tags"].append({"key": "mlflow.runName", "value": f"fit-{number:05d}",
                               "run_uuid": run})
    for number in range(models := max(2, sizes.versions // 25)):
        name, at = f"model-{number:04d}", (START + number) * 1000
        tables["registered_models"].append(
            {"name": name, "creation_time": at, "last_updated_time": at, **place})
        count = sizes.versions // models
        for version in range(1, count + 1):
            run = chance.choice(ids)
            tables["model_versions"].append({
                "name": name, "version": version, "creation_time": at, "last_updated_time": at,
                "current_stage": "None", "source": f"runs:/{run}/model", "run_id": run,
                "status": "READY", **place,
            })
        tables["registered_model_aliases"].append(
            {"alias": "champion", "version": max(1, count - 1), "name": name, **place})
    return tables
