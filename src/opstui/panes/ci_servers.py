"""The CI servers as a person sees them: which there are, how they are, what they can't do."""

from __future__ import annotations

from collections.abc import Sequence

from opstui.backends.ci_protocols import CiServer
from opstui.domain.ci import Capability, CiPlace, CiRun
from opstui.domain.words import age, plural
from opstui.operations.ci_feeds import Feed
from opstui.operations.world import World
from opstui.ui.desk import Detail
from opstui.ui.paint import Line, line


def server_of(servers: Sequence[CiServer], run: CiRun) -> CiServer | None:
    """The server a run lives on, None where it is not configured any more."""
    return next((server for server in servers if server.name == run.server), None)


def why_not(servers: Sequence[CiServer], run: CiRun, capability: Capability) -> str:
    """Why the run's server can't do it; empty when it can."""
    server = server_of(servers, run)
    if server is None:
        return f"{run.server} is not configured"
    if capability in server.capabilities:
        return ""
    return server.why_not(capability) or f"{server.name} can't"


def trouble(world: World, feed: Feed) -> str:
    """What is wrong with a server now and how old its runs are; empty when all is well."""
    if feed.problem is None:
        return ""
    if feed.at is None:
        return str(feed.problem)
    old = age(feed.at, world.clock())
    return f"{feed.problem}; what is shown is {'from just now' if old == 'now' else f'{old} old'}"


def servers_detail(world: World) -> Detail:
    """Every server and every place where one was looked for."""

    async def load(width: int, /) -> Sequence[Line]:
        shown: list[Line] = []
        logins = {place.name: place for place in _places(world)}
        for feed in world.feeds.all():
            shown += [*_about(world, feed, logins.pop(feed.server.name, None)), ()]
        for place in logins.values():
            shown += [line((place.name, "title"), (f"  {place.where}", "dim")),
                      line((f"  {place.note or 'no CI server was found there'}", "warn")), ()]
        if world.feeds.searching:
            shown.append(line(("still looking for servers", "dim")))
        return shown

    return Detail("ci/servers", "CI servers", load)


def _about(world: World, feed: Feed, place: CiPlace | None) -> list[Line]:
    server = feed.server
    shown = [line((server.name, "title"), (f"  {server.where}", "dim"))]
    login, note = (place.login, place.note) if place is not None else ("", "")
    if login:
        shown.append(line(("  login   ", "dim"), login))
    if problem := trouble(world, feed):
        shown.append(line(("  problem ", "dim"), (problem, "bad")))
    elif feed.at is None:
        shown.append(line(("  asked, no answer yet", "dim")))
    else:
        old = age(feed.at, world.clock())
        shown.append(line(
            ("  answer  ", "dim"), plural(len(feed.runs), "run"),
            (f", {'just now' if old == 'now' else f'{old} ago'}", "dim"),
        ))
    shown += [line(("  note    ", "dim"), (text, "warn"))
              for text in dict.fromkeys((server.note(), note)) if text]
    missing = [c for c in Capability if c not in server.capabilities]
    reasons = dict.fromkeys(server.why_not(capability) for capability in missing)
    shown += [line(("  can't   ", "dim"), (reason, "dim")) for reason in reasons if reason]
    return shown


def _places(world: World) -> Sequence[CiPlace]:
    return world.ci_search.places() if world.ci_search is not None else ()
