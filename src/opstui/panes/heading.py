"""Where we are: what the header says at the left."""

from __future__ import annotations

from opstui.domain import words
from opstui.operations.world import World
from opstui.ui.paint import Line, Span


def badge(world: World) -> Line:
    """The profile in use, in its colour and in words; nothing where there is none."""
    profile = world.profile
    if profile is None:
        return ()
    word = " protected" if profile.protected else ""
    return (Span(f"[{profile.name}{word}]", profile.role), Span("  "))


def heading(world: World) -> Line:
    """The repository: name, branch, how far from its upstream, what is odd."""
    repository = world.board.repository  # as the branches' pane has just read it
    if repository is None:
        return ()
    head = repository.head or (
        f"detached at {words.short(repository.commit)}" if repository.commit else "no commits"
    )
    spans = [Span(repository.name, "title"), Span(" · ", "dim"), Span(head)]
    branch = next((b for b in world.board.branches if b.current), None)
    if branch is not None:
        up, down = ("+", "-") if world.ascii_only else ("↑", "↓")
        spans += [Span(f" {up}{branch.ahead}" if branch.ahead else "", "accent"),
                  Span(f" {down}{branch.behind}" if branch.behind else "", "warn")]
    if repository.changed:
        spans.append(Span(f" ~{repository.changed}", "warn"))
    for word, true in (("bare", repository.bare), ("shallow", repository.shallow)):
        if true:
            spans.append(Span(f" {word}", "dim"))
    if repository.operation:
        spans.append(Span(f" {repository.operation} under way", "warn"))
    return tuple(span for span in spans if span.text)
