"""What a comparison reads one by one: signatures, artifacts' sizes, commits between runs."""

from __future__ import annotations

import json
from collections.abc import Sequence

from opstui.domain.errors import OpstuiError
from opstui.domain.experiment import Pairs, Run
from opstui.domain.model import ModelVersion
from opstui.domain.signature import Signature, from_mlmodel
from opstui.domain.words import plural, short, size
from opstui.operations.world import World

ARTIFACTS, SIGNATURE, COMMITS = "Artifacts", "Signature", "Commits"
FOLDERS = 40
"""Folders of one run that are looked into at most."""
LISTED = 30
"""Commits that are listed at most."""
LOGGED = "mlflow.log-model.history"
"""The tag in which MLflow keeps the models that a run logged, with their signatures, as JSON."""


async def read(
    world: World, run: Run | None, version: ModelVersion | None
) -> tuple[dict[str, Pairs], tuple[str, ...]]:
    """Signature and artifacts of one thing, and what could not be read."""
    notes: list[str] = []
    found: dict[str, Pairs] = {SIGNATURE: (), ARTIFACTS: ()}
    name = f"v{version.version}" if version is not None else run.name if run is not None else ""
    try:
        found[SIGNATURE] = await _signature(world, run, version)
    except OpstuiError as error:
        notes.append(f"signature of {name}: {error.what}")
    try:
        found[ARTIFACTS] = await _artifacts(world, run) if run is not None else ()
    except OpstuiError as error:
        notes.append(f"artifacts of {name}: {error.what}")
    return found, tuple(notes)


async def _signature(world: World, run: Run | None, version: ModelVersion | None) -> Pairs:
    if version is not None:
        try:
            return told(from_mlmodel(
                await world.registry.version_file(version.model, version.version, "MLmodel")
            ))
        except ValueError as error:
            raise OpstuiError(str(error)) from error
    return logged(run.tag(LOGGED)) if run is not None else ()


def told(signature: Signature) -> Pairs:
    """A signature as rows: an input or output each."""
    if not signature.declared:
        return (("declared", "no"),)
    sides = (("input", signature.inputs), ("output", signature.outputs))
    return tuple(
        (f"{what} {column.name}", column.type if column.required else f"{column.type}, optional")
        for what, columns in sides for column in columns
    )


def logged(text: str) -> Pairs:
    """The signature of the model that a run logged last, from the tag that MLflow writes."""
    try:
        models = json.loads(text or "[]")
        signature = models[-1]["signature"] if models else None
        rows: list[tuple[str, str]] = []
        for side, what in (("inputs", "input"), ("outputs", "output")):
            for place, one in enumerate(json.loads((signature or {}).get(side) or "[]")):
                kind = one.get("tensor-spec") or one.get("type", "")
                kind = f"tensor {kind['dtype']} {kind['shape']}" if isinstance(kind, dict) else kind
                rows.append((f"{what} {one.get('name', place)}", str(kind)))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ()
    return tuple(rows)


async def _artifacts(world: World, run: Run) -> Pairs:
    """What lies at the top, each with the size of all in it, and the sum."""
    sums: dict[str, int] = {}
    folders = [""]
    looked = 0
    while folders and looked < FOLDERS:
        looked += 1
        for one in await world.tracking.artifacts(run.id, folders.pop(0)):
            top = one.path.split("/")[0] + ("/" if "/" in one.path or one.is_dir else "")
            sums[top] = sums.get(top, 0) + (one.size or 0)
            if one.is_dir:
                folders.append(one.path)
    if not sums:
        return ()
    more = "more than " if folders else ""
    rows = [(name, size(count)) for name, count in sorted(sums.items())]
    return (("all", f"{more}{size(sum(sums.values()))}"), *rows)


async def commits(
    world: World, ids: Sequence[str], base: int, name: str
) -> tuple[list[Pairs], tuple[str, ...]]:
    """For each commit how far it is from the one at `base`, and which commits lie between.

    name: what the thing at `base` is called.

    The second value tells what is not known here.
    """
    known: list[str] = []
    notes: list[str] = []
    for commit in ids:
        try:
            known.append(await world.git.resolve(commit) if commit else "")
        except OpstuiError:
            known.append("")
            notes.append(f"commit {short(commit)} is not in this clone")
    start = known[base] if base < len(known) else ""
    if not start or len(set(known) - {""}) < 2:
        return [() for _ in ids], tuple(dict.fromkeys(notes))
    since: dict[str, tuple[str, ...]] = {}
    names: dict[str, str] = {}
    try:
        for commit in set(known) - {"", start}:
            ahead = await world.git.commits_since(commit, start, LISTED + 1)
            behind = await world.git.commits_since(start, commit, LISTED + 1)
            names |= {one.sha: f"{short(one.sha)} {one.subject}" for one in (*ahead, *behind)}
            since[commit] = tuple(one.sha for one in ahead)
            since[f"-{commit}"] = tuple(one.sha for one in behind)
    except OpstuiError as error:
        return [() for _ in ids], (*dict.fromkeys(notes), f"commits: {error.what}")
    listed = list(names)[:LISTED]
    missing = {sha for key, shas in since.items() if key.startswith("-") for sha in shas}
    columns: list[Pairs] = []
    for commit in known:
        rows: list[tuple[str, str]] = []
        if commit:
            distance = _distance(since.get(commit, ()), since.get(f"-{commit}", ()))
            rows.append((f"from {name}", distance))
            behind_here = set(since.get(f"-{commit}", ()))
            has = set(since.get(commit, ())) | (missing - behind_here)
            rows += [(names[sha], "yes") for sha in listed if sha in has]
        columns.append(tuple(rows))
    if len(names) > len(listed):
        notes.append(f"{plural(len(names) - len(listed), 'more commit')} between them not listed")
    return columns, tuple(dict.fromkeys(notes))


def _distance(ahead: Sequence[str], behind: Sequence[str]) -> str:
    def many(count: int) -> str:
        return f"{LISTED}+" if count > LISTED else str(count)

    if not ahead and not behind:
        return "the same commit"
    told = [f"+{many(len(ahead))}"] if ahead else []
    return " ".join([*told, *([f"-{many(len(behind))}"] if behind else [])])
