"""Everything a pane or a verb may reach, wired once at the front door."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from opstui.backends.artifact_protocols import Artifacts
from opstui.backends.ci_protocols import CiSearch, CiServer, CommandTrust
from opstui.backends.disk_protocols import Disks
from opstui.backends.engine_protocols import (
    Builds,
    Containers,
    Engines,
    ImageRegistry,
    Inside,
    Pruning,
    Transfers,
)
from opstui.backends.image_protocols import Contents, Scanners
from opstui.backends.lineage_protocols import Provenance
from opstui.backends.protocols import (
    CallLog,
    Choices,
    Engine,
    GateCommands,
    Git,
    Journal,
    LocalMlflow,
    Registry,
    Tracking,
)
from opstui.backends.terminal_protocols import CommandHistory, Programs
from opstui.domain.experiment import CI_TAGS
from opstui.domain.profile import ActiveProfile
from opstui.domain.served import ServedNames
from opstui.operations.board import Board
from opstui.operations.ci_feeds import Feeds
from opstui.operations.engine_jobs import Jobs
from opstui.operations.lineage_index import LineageIndex

if TYPE_CHECKING:
    from opstui.domain.deploy import Deploy
    from opstui.domain.policy import Environment


@dataclass(frozen=True, slots=True)
class Rules:
    """What the person settled about models."""

    champion: str = "champion"
    """The alias that serves."""
    previous: str = "previous_champion"
    """The alias that keeps the way back; empty to keep none."""
    aliases: tuple[str, ...] = ("candidate", "challenger", "champion")
    """The ladder that promotion offers, lowest first."""
    directions: dict[str, str] = field(default_factory=dict)
    """Metric name to "higher" or "lower"."""
    settle: float = 1.0
    """Seconds to wait between writing an alias and reading it back."""
    deploys: tuple[Deploy, ...] = ()
    """How models come to serve; empty where that is not written."""
    environments: tuple[Environment, ...] = ()
    """The policy of promotion; empty where none is written."""
    served: ServedNames = field(default_factory=ServedNames)
    """Where containers say which model they serve."""
    ci_tags: tuple[str, ...] = CI_TAGS
    """Tags of training runs that name the CI run or job behind them."""


@dataclass(frozen=True, slots=True)
class World:
    """The backends behind their protocols, what the panes know, and the clock."""

    git: Git
    ci: Sequence[CiServer]
    """The servers known by now; `ci_search` may add to them."""
    trust: CommandTrust
    engine: Engine
    tracking: Tracking
    registry: Registry
    local: LocalMlflow
    journal: Journal
    calls: CallLog
    clock: Callable[[], datetime]
    """Aware time; passed in so that tests can hold it still."""
    ci_search: CiSearch | None = None
    """None where all servers are known from the start."""
    gate_commands: GateCommands | None = None
    """Runs the programs that gates name; None where nothing may be run."""
    rules: Rules = field(default_factory=Rules)
    board: Board = field(default_factory=Board)
    ascii_only: bool = False
    artifacts: Artifacts | None = None
    """The files of runs; None where there are none to be had."""
    choices: Choices | None = None
    """What the person chose for lists; None where that is not remembered."""
    inside: Inside | None = None
    """Looks inside containers; None where nothing may."""
    pruning: Pruning | None = None
    """Removes images one by one; None where nothing may."""
    transfers: Transfers | None = None
    """Pulls and pushes images; None where nothing may."""
    image_registry: ImageRegistry | None = None
    """Asks image registries; None where nothing may."""
    builds: Builds | None = None
    """Builds images of this repository; None where nothing may."""
    jobs: Jobs = field(default_factory=Jobs, compare=False)
    """What takes the engine a while, of this session."""
    disks: Disks | None = None
    """Looks how full this machine's disks are; None where nobody asks."""
    contents: Contents | None = None
    """The files in images; None where they can't be had."""
    scanners: Scanners | None = None
    """Looks for packages and vulnerabilities in images; None where nothing may be run."""
    containers: Containers | None = None
    """What may be asked of single containers beside their list; None where nothing may."""
    engines: Engines | None = None
    """Takes another container engine; None where there is only the one."""
    provenance: Provenance | None = None
    """Follows runs and versions across experiments and models; None where nobody asks."""
    history: CommandHistory | None = None
    """Keeps the commands that were typed; None where they are forgotten."""
    profile: ActiveProfile | None = None
    """The profile in use; None where settings are used as they are."""
    programs: Programs | None = None
    """Runs the person's own commands; None where nothing may be run."""
    feeds: Feeds = field(init=False, compare=False)
    """All CI servers as one source."""
    lineage: LineageIndex = field(init=False, compare=False)
    """What on the board belongs together."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "feeds", Feeds(self.ci, self.ci_search, self.clock))
        object.__setattr__(self, "lineage", LineageIndex(self.board, self.rules.ci_tags))
