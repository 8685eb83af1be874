"""The command `:export lineage`: the chain through the selected row, to a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from opstui.domain.errors import OpstuiError
from opstui.operations.world import World
from opstui.ui.commands import Command
from opstui.ui.desk import Desk

if TYPE_CHECKING:
    from opstui.domain.lineage import Chain

FORMS = ("json", "mermaid")


def export(world: World) -> Command:
    """`:export lineage [json|mermaid]`, of what was looked at last."""

    async def run(text: str, desk: Desk) -> None:
        from functools import partial

        from opstui.domain.lineage_export import as_json, as_mermaid
        from opstui.domain.lineage_words import said
        from opstui.operations.lineage import trace
        from opstui.ui.saving import file_name, save_text

        what, _, form = text.partition(" ")
        form = form.strip() or "json"
        if what != "lineage" or form not in FORMS:
            raise OpstuiError(f"there is no export {text!r}",
                              hint=":export lineage json, or :export lineage mermaid")
        of = world.lineage.selected
        if of is None:
            raise OpstuiError("nothing is selected that has a lineage", hint="go to a row first")
        chain = await trace(world, of)
        write: Callable[[Chain], str] = as_json if form == "json" else as_mermaid
        name = next((said(link).name for link in chain.links if link.here), of.key)
        ending = "json" if form == "json" else "mmd"
        await save_text(desk, "Save the chain", f"{file_name('lineage', name)}.{ending}",
                        partial(write, chain))

    return Command("export", "Save the lineage of the selected row to a file", run,
                   lambda _: [f"lineage {form}" for form in FORMS], argument="lineage [FORM]")
