"""What the CI list says where it has nothing to show, ending in what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from opstui.domain.errors import OpstuiError
from opstui.domain.words import plural
from opstui.operations.world import World
from opstui.panes.ci_narrow import Narrow
from opstui.panes.ci_servers import trouble
from opstui.ui.paint import Line, line


class FirstSteps:
    """Remembers what git said of a commit, so that an empty list asks it once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: tuple[str, Sequence[Line]] = ("", ())

    async def lines(self, narrow: Narrow, total: int) -> Sequence[Line]:
        """What to show; `total` counts the runs that `narrow` hides."""
        world, feeds = self._world, self._world.feeds
        if narrow.on and total:
            words = narrow.words(world.board)
            return (line((f"none of {total} runs is {words}", "dim")),
                    line(("a", "key"), (" shows all", "dim")))
        shown = [line(("no runs yet", "dim"))]
        shown += [line((f"{feed.server.name}: {problem}", "warn")) for feed in feeds.all()
                  if (problem := trouble(world, feed))]
        asked = [feed.server.name for feed in feeds.all() if not feed.settled]
        if asked or feeds.searching:
            shown.append(line((f"asking {', '.join(asked) or 'for CI servers'}", "dim")))
        head = world.board.repository.commit if world.board.repository is not None else ""
        if not head or head != self._known[0]:
            self._known = (head, await self._what_runs())
        return (*shown, *self._known[1])

    async def _what_runs(self) -> Sequence[Line]:
        try:
            command = await self._world.trust.command()
            runner: object = self._world.trust
            offers = [
                one for server in self._world.ci if server is runner
                for one in await server.workflows()
            ]
        except OpstuiError as error:
            return (line((str(error), "warn")),)
        if command is not None:
            asks = "" if command.trusted else ", which is asked for first"
            return (line(("t", "key"), (" runs ", "dim"), command.text,
                         (f" of {command.source}{asks}", "dim")),)
        if offers:
            return (line(("t", "key"), (" runs ", "dim"), offers[0].name,
                         (f" or another of {plural(len(offers), 'workflow')}"
                          if len(offers) > 1 else "", "dim")),)
        return (line("no command was found to run"),
                line(("add .ci/run, or set ", "dim"), "ci.command", (" in the settings", "dim")))
