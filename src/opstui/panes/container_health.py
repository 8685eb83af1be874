"""How a container has been: its health checks, its starts and ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from opstui.domain.container_state import ContainerState, HealthCheck, state_of
from opstui.domain.image import Container
from opstui.domain.status import Status
from opstui.domain.words import age, duration, plural
from opstui.operations.world import World
from opstui.panes.run_detail import pairs
from opstui.ui.desk import Detail
from opstui.ui.paint import Line, Span, glyph, line

OUTPUT = 6
"""Lines of a check's output that are shown."""


def health(world: World, container: Container) -> Detail:
    """The tab."""
    async def load(_width: int) -> Sequence[Line]:
        state = state_of(await world.engine.inspect(container.id))
        return [*_life(world, container, state), line(), *_checks(world, container, state)]

    return Detail(f"container/{container.id}/health", "Health", load)


def _life(world: World, container: Container, state: ContainerState) -> list[Line]:
    now = world.clock()
    return pairs((
        ("state", container.note or container.state),
        ("started", _at(state.started, now) or "never"),
        ("ended", "" if state.running else _at(state.finished, now)),
        ("exit code", _exit(state)),
        ("memory", Span("killed: out of memory", "bad") if state.out_of_memory else ""),
        ("error", Span(state.error, "bad") if state.error else ""),
        ("restarts", _restarts(state)),
    ))


def _restarts(state: ContainerState) -> str:
    when = f"by the policy {state.policy}" if state.policy else "no policy restarts it"
    return f"{state.restarts}, {when}"


def _exit(state: ContainerState) -> Span | str:
    if state.exit_code is None:
        return ""
    return Span(str(state.exit_code), "bad" if state.exit_code else "plain")


def _at(time: datetime | None, now: datetime) -> str:
    if time is None:
        return ""
    old = age(time, now)
    return f"{time:%Y-%m-%d %H:%M:%S} UTC, {'just now' if old == 'now' else f'{old} ago'}"


def _checks(world: World, container: Container, state: ContainerState) -> list[Line]:
    if not state.check and not state.checks:
        return [line(("no health check: nothing asks whether it is well", "dim"))]
    streak = f", {plural(state.streak, 'failure')} in a row" if state.streak else ""
    shown = [line((f"Health checks{streak}", "title")), *pairs((("command", state.check),))]
    if not state.checks:
        shown.append(line(("none was made yet", "dim")))
    for check in state.checks:
        shown += [line(), *_check(check, ascii_only=world.ascii_only)]
    return shown


def _check(check: HealthCheck, *, ascii_only: bool) -> list[Line]:
    good = check.exit_code == 0
    status = Status.PASSED if good else Status.FAILED
    took = f" in {duration(check.took.total_seconds())}" if check.took is not None else ""
    end = "healthy" if good else "did not run to its end" if check.exit_code < 0 else \
        f"exit {check.exit_code}"
    time = f"{check.started:%H:%M:%S} " if check.started else ""
    lines: list[Line] = [(Span(time, "dim"), glyph(status, ascii_only=ascii_only),
                          Span(f" {end}{took}", "plain" if good else "bad"))]
    output = check.output.splitlines()
    lines += [line(f"  {text}") for text in output[:OUTPUT]]
    if len(output) > OUTPUT:
        lines.append(line((f"  and {plural(len(output) - OUTPUT, 'more line')}", "dim")))
    return lines
