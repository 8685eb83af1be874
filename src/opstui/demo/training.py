"""Really trains the demo's models: checkouts of their commits, and one process for all of them."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import re
import shutil
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from opstui.demo.history import git
from opstui.demo.plan import DESCRIPTIONS, STANDINGS, TRAININGS
from opstui.domain.errors import OpstuiError

EXPECTED_FAILURES = ("missing-charges",)


def check_installed() -> None:
    """Raises OpstuiError with the command to install what the demo trains with."""
    missing = [
        name for module, name in (("mlflow", "mlflow"), ("sklearn", "scikit-learn"))
        if importlib.util.find_spec(module) is None
    ]
    if missing:
        raise OpstuiError(
            f"the demo trains real models and {' and '.join(missing)} is not installed",
            where=sys.executable, hint="pip install 'opstui[demo]'",
        )


async def train(
    folder: Path, repository: Path, commits: Mapping[str, str], address: Awaitable[str],
    tell: Callable[[str, float], None],
) -> None:
    """Train every model of the plan and register them.

    commits: the story's labels and their commit ids. address: the server's, once it is up.
    tell: gets a line and its seconds.
    """
    checkouts = folder / "checkouts"
    trainings = []
    for training in TRAININGS:
        place = checkouts / training.label
        if not place.exists():
            await asyncio.to_thread(
                check_out, repository, place, training.branch, commits[training.label]
            )
        trainings.append({
            "folder": str(place), "user": training.user, "argv": training.argv,
            "name": training.name,
        })
    plan = folder / "plan.json"
    plan.write_text(json.dumps({
        "trainings": trainings, "standings": [asdict(one) for one in STANDINGS],
        "descriptions": DESCRIPTIONS,
    }), "utf-8")
    try:
        await _run_child(plan, folder / "training.log", address, tell)
    finally:
        await asyncio.to_thread(shutil.rmtree, checkouts, ignore_errors=True)
        plan.unlink(missing_ok=True)


def check_out(repository: Path, place: Path, branch: str, commit: str) -> None:
    """A clone of its own at a commit, so that `train.py` finds out itself where it comes from."""
    place.mkdir(parents=True)
    git(place, "clone", "--quiet", "--shared", "--no-checkout", str(repository), ".")
    git(place, "checkout", "--quiet", "-B", branch, commit)


def child_environment() -> dict[str, str]:
    """This process's variables without what would send runs somewhere else."""
    kept = {
        name: value for name, value in os.environ.items()
        if not name.startswith(("MLFLOW_", "GIT_")) and not name.lower().endswith("_proxy")
    }
    return kept | {"MLFLOW_DISABLE_TELEMETRY": "true", "PYTHONWARNINGS": "ignore"}


async def _run_child(
    plan: Path, log: Path, address: Awaitable[str], tell: Callable[[str, float], None]
) -> None:
    """The child starts before the server is up, since it has a lot to import."""
    with log.open("wb") as errors:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "opstui.demo.child", str(plan),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=errors,
            env=child_environment(), cwd=plan.parent,
        )
    try:
        assert child.stdin is not None
        child.stdin.write(f"{await address}\n".encode())
        child.stdin.close()
        await _relay(child, log, tell)
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


async def _relay(
    child: asyncio.subprocess.Process, log: Path, tell: Callable[[str, float], None]
) -> None:
    """Pass the child's lines on; what failed and was not meant to is an OpstuiError."""
    assert child.stdout is not None
    unexpected = ""
    async for text in child.stdout:
        done = json.loads(text)
        tell(done["what"], done["seconds"])
        if not done["ok"] and done["name"] not in EXPECTED_FAILURES:
            unexpected = done["what"]
    code = await child.wait()
    if code or unexpected:
        why = unexpected or await asyncio.to_thread(_exception, log) or f"exit {code}"
        raise OpstuiError(f"training the demo's models failed: {why}", where=str(log))


def _exception(log: Path) -> str:
    """The last line that names an exception; empty without one."""
    said = log.read_text("utf-8", "replace").splitlines()
    named = [text for text in said if re.match(r"[\w.]+(Error|Exception|Interrupt)\b", text)]
    return named[-1] if named else ""
