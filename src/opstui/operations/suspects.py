"""Looking for what changed between two versions of a model: the bisection of a regression.

Commits come from git, parameters, data and image from the runs, dependencies and the signature
from the files that MLflow keeps beside a model. Everything is asked for at the same time and
within one time limit; what can't be fetched is told as unknown, with the reason.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from opstui.domain import dependencies
from opstui.domain.branch import Commit
from opstui.domain.errors import OpstuiError
from opstui.domain.experiment import Run
from opstui.domain.gates.facts import Known
from opstui.domain.model import ModelVersion
from opstui.domain.signature import differences, from_mlmodel
from opstui.domain.suspect import Found, Suspect, Trained, ranked, settings_changed
from opstui.domain.words import plural, short
from opstui.operations.evidence import answer
from opstui.operations.world import World

LIMIT = 15.0
"""Seconds after which what has not answered is unknown."""
COMMITS = 50
"""Commits that are listed at most."""
BETWEEN = 100
"""Versions between the two that are looked at, at most."""


async def line_between(
    world: World, old: ModelVersion, new: ModelVersion, limit: float = LIMIT
) -> tuple[Trained, ...]:
    """The versions from `old` to `new` by number, each with its run where that is known."""
    deadline = asyncio.get_running_loop().time() + limit
    low, high = sorted((old.number, new.number))
    said = await answer(_between(world, new.model, low, high), deadline)
    inner = [one for one in said.value or () if low < one.number < high]
    first, last = (old, new) if old.number < new.number else (new, old)
    versions = [first, *sorted(inner, key=lambda one: one.number), last]
    runs = await answer(_runs(world, versions), deadline)
    known = runs.value or {}
    line = [Trained(one, known.get(one.run_id)) for one in versions]
    return tuple(line if first is old else reversed(line))


async def _between(world: World, model: str, low: int, high: int) -> list[ModelVersion]:
    found: list[ModelVersion] = []
    token = ""
    while True:
        page = await world.registry.versions(model, token)
        found += [one for one in page.items if low < one.number < high]
        token = page.token
        if not token or len(found) >= BETWEEN or min(one.number for one in page.items) <= low:
            return found[:BETWEEN]


async def _runs(world: World, versions: Sequence[ModelVersion]) -> dict[str, Run]:
    """The runs by id; those of another experiment than the first ones' are asked for singly."""
    ids = list(dict.fromkeys(one.run_id for one in versions if one.run_id))
    known: dict[str, Run] = {}
    for one in (*ids[:1], *ids[-1:]):
        try:
            run = await world.tracking.run(one)
        except OpstuiError:
            continue
        known[run.id] = run
        missing = [each for each in ids if each not in known]
        if missing:
            named = ", ".join(f"'{each}'" for each in missing)
            page = await world.tracking.runs(
                run.experiment_id, filter=f"attributes.run_id IN ({named})", limit=BETWEEN + 2
            )
            known |= {each.id: each for each in page.items}
    return known


async def suspects(
    world: World, line: Sequence[Trained], limit: float = LIMIT
) -> tuple[Suspect, ...]:
    """Everything that differs between the ends of a line of versions, newest first."""
    deadline = asyncio.get_running_loop().time() + limit
    commits, files = await asyncio.gather(
        _commits(world, line, deadline), _files(world, line, deadline)
    )
    return ranked([
        *commits, *files,
        *settings_changed("parameter", line, lambda run: dict(run.params)),
        *settings_changed("dataset", line, lambda run: dict(run.datasets)),
        *settings_changed("image", line, lambda run: {"image": run.image} if run.image else {}),
    ])


async def _commits(world: World, line: Sequence[Trained], deadline: float) -> list[Suspect]:
    ends = (line[0], line[-1])
    shas = [(one.run.commit if one.run else "") or one.version.tag("mlflow.source.git.commit")
            for one in ends]
    for end, sha in zip(ends, shas, strict=True):
        if not sha:
            text = f"v{end.version.version} names no commit"
            return [Suspect("commit", Found.UNKNOWN, text)]
    if shas[0] == shas[1]:
        return [Suspect("commit", Found.SAME, f"both from {short(shas[0])}")]
    ahead, behind = await asyncio.gather(
        answer(_since(world, shas[1], shas[0]), deadline),
        answer(_since(world, shas[0], shas[1]), deadline),
    )
    if ahead.value is None or behind.value is None:
        reason = ahead.reason or behind.reason
        told = f"{short(shas[0])}..{short(shas[1])}: {reason}"
        return [Suspect("commit", Found.UNKNOWN, told)]
    found = [_told(one, "") for one in ahead.value[:COMMITS]]
    found += [_told(one, "no longer in: ") for one in behind.value[:COMMITS]]
    if len(ahead.value) > COMMITS:
        found.append(Suspect("commit", Found.UNKNOWN, f"more than {plural(COMMITS, 'commit')}"))
    return found


async def _since(world: World, commit: str, without: str) -> tuple[Commit, ...]:
    first, second = await asyncio.gather(world.git.resolve(commit), world.git.resolve(without))
    return await world.git.commits_since(first, second, COMMITS + 1)


def _told(commit: Commit, mark: str) -> Suspect:
    text = f"{mark}{short(commit.sha)} {commit.subject} ({commit.author})"
    return Suspect("commit", Found.CHANGED, text, commit.when)


async def _files(world: World, line: Sequence[Trained], deadline: float) -> list[Suspect]:
    """Dependencies and signature of the two ends."""
    async def read(end: Trained, path: str) -> Known[str]:
        one = end.version
        return await answer(world.registry.version_file(one.model, one.version, path), deadline)

    old_model, new_model, old_needs, new_needs = await asyncio.gather(*(
        read(end, path) for path in ("MLmodel", "requirements.txt")
        for end in (line[0], line[-1])
    ))
    return [
        *_needs(old_needs, new_needs, dependencies.of_requirements, line),
        *_needs(old_model, new_model, dependencies.of_mlmodel, line, said=False),
        *_signature(old_model, new_model, line),
    ]


def _unread(what: str, old: Known[str], new: Known[str]) -> Suspect | None:
    if old.value is not None and new.value is not None:
        return None
    return Suspect(what, Found.UNKNOWN, old.reason or new.reason or "not readable")


def _needs(
    old: Known[str], new: Known[str], parse: Callable[[str], dict[str, str]],
    line: Sequence[Trained], *, said: bool = True,
) -> list[Suspect]:
    """What has to be installed; `said` tells also where it is unknown or the same."""
    if unread := _unread("dependency", old, new):
        return [unread] if said else []
    changed = dependencies.changed(parse(old.value or ""), parse(new.value or ""))
    found = [
        Suspect("dependency", Found.CHANGED, f"{name} {was or '(none)'} -> {now or '(none)'}",
                line[-1].at)
        for name, was, now in changed
    ]
    return found or ([Suspect("dependency", Found.SAME, "the same requirements")] if said else [])


def _signature(old: Known[str], new: Known[str], line: Sequence[Trained]) -> list[Suspect]:
    if unread := _unread("signature", old, new):
        return [unread]
    try:
        found = differences(from_mlmodel(old.value or ""), from_mlmodel(new.value or ""))
    except ValueError as error:
        return [Suspect("signature", Found.UNKNOWN, str(error))]
    if not found:
        return [Suspect("signature", Found.SAME, "the same signature")]
    return [Suspect("signature", Found.CHANGED, one.text, line[-1].at) for one in found]
