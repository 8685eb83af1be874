"""The terminal application: themes, the house, the embedded server's life."""

from __future__ import annotations

from textual.app import App

from opstui.domain import words
from opstui.domain.errors import OpstuiError
from opstui.domain.local_mlflow import LocalPhase
from opstui.lean.install import install
from opstui.panes.table import VIEWS, extra, panes
from opstui.ui import news
from opstui.ui.house import House
from opstui.ui.keymap import Keymap
from opstui.ui.keys import scopes_of
from opstui.ui.paint import Line, Span
from opstui.ui.theme import LOOKS, Brush
from opstui.ui.work import start_work
from opstui.wiring import Front


class OpstuiApp(App[None]):
    """Opens the house on what the front door found."""

    ENABLE_COMMAND_PALETTE = False
    TITLE = "opstui"

    def __init__(self, front: Front, *, local: bool = False) -> None:
        super().__init__()
        install(self)
        self.front = front
        self.local = local or front.settings.mlflow_local == "auto"
        """Start the embedded MLflow server at once where no other is configured."""
        settings, world = front.settings, front.world
        for look in LOOKS.values():
            self.register_theme(look.textual())
        self.theme = settings.theme
        keymap = Keymap(settings.keys)
        keymap.check([scope for _, scope in scopes_of(VIEWS)])
        self.house = House(
            panes(world), extra(world),
            brush=Brush(LOOKS[settings.theme], ascii_only=world.ascii_only),
            clock=world.clock, keymap=keymap, headline=self.headline,
            place=front.machine, read_only=settings.read_only, environ=front.environ,
        )

    def on_mount(self) -> None:
        """Show the house; start the embedded server where that was asked for."""
        self.push_screen(self.house)
        if self.local and not self.front.connection.configured:
            start_work(self, self.start_local, "local")

    async def start_local(self) -> None:
        """Start the embedded server; the panes say "starting" meanwhile."""
        try:
            await self.front.world.local.start()
        except OpstuiError as error:
            self.house.say(str(error), "error")
        news.changed(self.house.floor.panes, "experiments", "models")

    async def headline(self) -> Line:
        """The repository in the header: name, branch, how far from its upstream, what is odd."""
        repository = await self.front.world.git.repository()
        head = repository.head or (
            f"detached at {words.short(repository.commit)}" if repository.commit else "no commits"
        )
        spans = [Span(repository.name, "title"), Span(" · ", "dim"), Span(head)]
        branch = next((b for b in self.front.world.board.branches if b.current), None)
        if branch is not None:
            up, down = ("+", "-") if self.front.world.ascii_only else ("↑", "↓")
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

    async def on_unmount(self) -> None:
        """Let go of the servers."""
        if self.front.world.local.state().phase is not LocalPhase.OFF:
            await self.front.world.local.stop()
        await self.front.connection.close()
