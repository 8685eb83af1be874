"""Writing a text to a file that the person names; one that exists is asked about."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from opstui.domain.errors import OpstuiError
from opstui.domain.words import size
from opstui.ui.desk import Choice, Desk, Prompt, Question


async def save_text(desk: Desk, title: str, name: str, make: Callable[[], str]) -> None:
    """Ask where to, make the text, write it, and say so.

    name: what is offered as the file's name.
    """
    typed = await desk.ask(Prompt(title, "file", name))
    if not typed:
        return
    path, there = await asyncio.to_thread(_target, typed)
    if there and not await desk.confirm(Question(
        title="Replace the file", object=str(path), effect="What it holds now is lost.",
        place=str(path.parent), yes="Replace", danger=True,
    )):
        return
    try:
        written = await asyncio.to_thread(_write, path, make, replace=there)
    except OpstuiError as error:
        desk.say(str(error), kind="error")
        return
    desk.say(f"{size(written)} saved to {path}")


async def save_as(
    desk: Desk, title: str, stem: str, forms: Sequence[Choice], told: Callable[[str], str]
) -> None:
    """Ask in which form and where to, and write what `told` says in that form.

    stem: the file's name without its ending, which is the form's id.
    """
    form = await desk.choose("Save as", forms)
    if form is not None:
        await save_text(desk, title, f"{stem}.{form}", partial(told, form))


def file_name(*parts: str) -> str:
    """A name for a file that every system takes, from names that may hold anything."""
    text = "-".join(parts)
    kept = "".join(one if one.isalnum() or one in "-_." else "-" for one in text)
    return kept.strip("-.")[:100] or "opstui"


def _target(typed: str) -> tuple[Path, bool]:
    path = Path(typed).expanduser().absolute()
    return path, path.exists()


def _write(path: Path, make: Callable[[], str], *, replace: bool) -> int:
    data = make().encode("utf-8", "replace")
    try:
        with path.open("wb" if replace else "xb") as file:
            return file.write(data)
    except OSError as error:
        raise OpstuiError(
            f"the file could not be written: {error.strerror}", where=str(path),
            hint="choose another one",
        ) from error
