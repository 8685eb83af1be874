"""`!`: the menu of other programs, each at what is selected."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from opstui.domain.errors import OpstuiError
from opstui.domain.selected import variables
from opstui.domain.tools import Tool, tools
from opstui.operations.custom_commands import selected_facts
from opstui.operations.world import World
from opstui.ui.desk import Choice, Desk, Program, Prompt
from opstui.ui.handing_over import installed

FILES = 3000
"""Files of the repository that are offered as completions."""
SKIPPED = {".git", "node_modules", "__pycache__", ".venv"}


async def open_tool(
    world: World, item: Any, kind: str, name: str, environ: Mapping[str, str], desk: Desk
) -> None:
    """Ask which program, and give it the terminal."""
    facts = selected_facts(world, item, kind, name)
    offered = tools(facts, environ, read_only=desk.read_only)
    missing = {tool.id for tool in offered if not installed(tool.command[0], environ)}
    ready = [tool for tool in offered if tool.id not in missing]
    away = [tool for tool in offered if tool.id in missing]
    title = "Open (read-only holds in opstui only)" if desk.read_only else "Open"
    chosen = await desk.choose(title, [
        *(Choice(tool.id, tool.title, tool.command[0].rpartition("/")[2]) for tool in ready),
        *(Choice(tool.id, tool.title, f"not installed: {tool.install}", dim=True)
          for tool in away),
    ])
    tool = next((one for one in offered if one.id == chosen), None)
    if tool is None:
        return
    command = tool.command
    if tool.id == "file":
        path = await _file(facts.get("repository", ""), desk)
        if not path:
            return
        command = (*command, path)
    await desk.hand_over(Program(
        command, folder=facts.get("repository", ""), install=tool.install,
        environ={**variables(facts), **await engine_variables(world, tool)},
    ))


async def engine_variables(world: World, tool: Tool) -> dict[str, str]:
    """What leads docker's own programs to the engine that is in sight."""
    if world.engines is None or tool.id not in ("lazydocker", "dive", "shell"):
        return {}
    active = next((one for one in await world.engines.known() if one.active), None)
    if active is None or not world.engines.name:
        return {}
    if active.source.startswith("context"):
        return {"DOCKER_CONTEXT": active.name}
    return {"DOCKER_HOST": active.url}


async def _file(folder: str, desk: Desk) -> str:
    """A path of the repository as the person types it; empty when they don't."""
    known = await asyncio.to_thread(_files, Path(folder or "."))
    typed = await desk.ask(Prompt("Edit a file", "its path in the repository", options=known))
    path = (typed or "").strip()
    if path.startswith("-"):
        raise OpstuiError(f"{path!r} would be taken for an option", hint=f"write ./{path}")
    return path


def _files(top: Path) -> tuple[str, ...]:
    """Files below a folder, those near its top first, as far as there are few."""
    found: list[str] = []
    folders = [top]
    while folders and len(found) < FILES:
        folder = folders.pop(0)
        try:
            entries = sorted(folder.iterdir())
        except OSError:
            continue
        for entry in entries:
            if entry.is_symlink() or entry.name in SKIPPED:
                continue
            if entry.is_dir():
                folders.append(entry)
            else:
                found.append(str(entry.relative_to(top)))
    return tuple(found[:FILES])
