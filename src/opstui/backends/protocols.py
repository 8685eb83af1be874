"""What the rest of the house may ask of a backend.

Every method is async and raises only `OpstuiError`. Nothing here blocks the event loop: a
blocking library is called in a thread inside its own backend. Cancelling the task that awaits
a method abandons the call.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from opstui.domain.branch import Branch, Commit, Repository
from opstui.domain.calls import Call
from opstui.domain.ci import CiCommand
from opstui.domain.container_use import Said, Window
from opstui.domain.course import Course
from opstui.domain.experiment import Artifact, Experiment, MetricPoint, Run
from opstui.domain.image import Container, Image, Layer
from opstui.domain.journal import Entry
from opstui.domain.local_mlflow import FoundStore, LocalState, Offer
from opstui.domain.model import ModelVersion, RegisteredModel
from opstui.domain.page import Page


class Git(Protocol):
    """The repository opstui was started in."""

    async def repository(self) -> Repository:
        """The header's facts: head, dirty count, bare, shallow, an operation under way."""
        ...

    async def branches(self) -> tuple[Branch, ...]:
        """Every local and remote-tracking branch, newest first, by one `for-each-ref`."""
        ...

    async def commits(self, ref: str, limit: int, skip: int = 0) -> tuple[Commit, ...]:
        """The log of `ref` with its graph; lines without a commit are not returned."""
        ...

    async def commits_since(self, ref: str, without: str, limit: int) -> tuple[Commit, ...]:
        """The newest commits that `ref` reaches and `without` does not."""
        ...

    async def diff(self, sha: str) -> str:
        """What the commit changed: message, statistics and patch as `git show` prints them."""
        ...

    async def resolve(self, revision: str) -> str:
        """The full commit id that `revision` names; OpstuiError when it names none here."""
        ...

    async def remotes_with(self, commit: str) -> tuple[str, ...]:
        """Short names of remote-tracking branches that hold a commit, a few at most.

        OpstuiError when this clone does not have the commit.
        """
        ...

    async def is_merged(self, branch: Branch) -> bool:
        """Whether deleting the branch loses no commit (merged into its upstream or HEAD)."""
        ...

    async def switch(self, branch: Branch) -> None:
        """Check the branch out; a remote one gets a local branch that tracks it."""
        ...

    async def create(self, name: str, start: str) -> None:
        """Make a branch at `start` without switching to it."""
        ...

    async def delete(self, branch: Branch, *, force: bool) -> None:
        """Delete a local branch that still points at `branch.commit`; refused when it moved."""
        ...

    async def fetch(self) -> str:
        """Fetch all remotes without ever prompting; returns what git said."""
        ...

    async def remote_url(self) -> str:
        """Web address of the repository's first remote, empty without one."""
        ...

    def changes(self) -> AsyncIterator[None]:
        """Yields after something under the git directory that branches depend on changed."""
        ...


class Engine(Protocol):
    """A container engine: Docker, or podman's socket."""

    async def where(self) -> str:
        """The address and the context it comes from, for headers and errors."""
        ...

    async def version(self) -> str:
        """The engine's own version and its API's, for `doctor`."""
        ...

    async def images(self) -> tuple[Image, ...]:
        """Every image with all its names, newest first; one request for images, one for users."""
        ...

    async def containers(self) -> tuple[Container, ...]:
        """Every container, running first, then by name."""
        ...

    async def layers(self, image: Image) -> tuple[Layer, ...]:
        """The image's history, newest layer first."""
        ...

    async def inspect(self, key: str) -> str:
        """The engine's JSON for an image or container id, indented."""
        ...

    async def remove_image(self, image: Image) -> tuple[str, ...]:
        """Remove the image and all its tags; returns what the engine untagged and deleted."""
        ...

    async def tag(self, image: Image, name: str) -> None:
        """Give the image one more `repository:tag`."""
        ...

    async def start(self, container: Container) -> None:
        """Start it."""
        ...

    async def stop(self, container: Container) -> None:
        """Stop it with the engine's grace time."""
        ...

    async def restart(self, container: Container) -> None:
        """Stop and start it."""
        ...

    def logs(self, container: Container, window: Window) -> AsyncIterator[list[Said]]:
        """A part of its log and what follows; ends with the container or by cancelling."""
        ...

    def changes(self) -> AsyncIterator[None]:
        """Yields when images or containers may have changed, from the event stream."""
        ...


class Tracking(Protocol):
    """Experiment tracking: MLflow's tracking server."""

    async def where(self) -> str:
        """The server's address without secrets, for headers and errors."""
        ...

    async def version(self) -> str:
        """The server's MLflow version."""
        ...

    async def experiments(self, token: str = "") -> Page[Experiment]:
        """Experiments, last changed first."""
        ...

    async def runs(
        self, experiment: str, *, filter: str = "", order_by: str = "", token: str = "",
        limit: int = 100, parent: str | None = None,
    ) -> Page[Run]:
        """A page of runs in MLflow's filter and order language; a bad filter is an OpstuiError.

        parent: only the runs nested in this one, and those nested in none where it is empty.
        """
        ...

    async def run(self, run_id: str) -> Run:
        """One run."""
        ...

    async def history(
        self, run_id: str, metric: str, points: int = 320
    ) -> tuple[MetricPoint, ...]:
        """The metric's course, thinned by the server to about `points` values."""
        ...

    async def courses(
        self, run_ids: Sequence[str], metric: str, *, interval: tuple[int, int] | None = None,
        points: int = 1000, grown: Callable[[tuple[Course, ...]], None] | None = None,
    ) -> tuple[Course, ...]:
        """The metric's course in each of the runs, in their order, thinned by the server to about
        `points` values; `interval` narrows it to these steps. `grown` is told what is known by
        then, where it takes long."""
        ...

    async def whole_course(self, run_id: str, metric: str) -> Course:
        """Every value of the metric in one run."""
        ...

    async def artifacts(self, run_id: str, path: str = "") -> tuple[Artifact, ...]:
        """One folder of the run's artifacts."""
        ...

    def run_url(self, run: Run) -> str:
        """The run's page in MLflow's own interface."""
        ...


class Registry(Protocol):
    """The model registry: MLflow's."""

    async def where(self) -> str:
        """The registry's address without secrets."""
        ...

    async def models(self, token: str = "") -> Page[RegisteredModel]:
        """Registered models by name, prompts left out, with their aliases."""
        ...

    async def model(self, name: str) -> RegisteredModel:
        """One model as it is now."""
        ...

    async def versions(self, name: str, token: str = "") -> Page[ModelVersion]:
        """Versions, newest first, with their aliases filled in."""
        ...

    async def version(self, name: str, version: str) -> ModelVersion:
        """One version as it is now."""
        ...

    async def has_model(self, name: str) -> bool:
        """Whether there is a registered model of this name."""
        ...

    async def version_file(self, name: str, version: str, path: str) -> str:
        """A small text file of a version's artifacts, such as `MLmodel`."""
        ...

    async def copy_version(
        self, name: str, version: str, target: str, tags: Mapping[str, str], drop: Iterable[str],
    ) -> str:
        """Register a version once more in another model, which is made where it is missing.

        tags: set on the copy besides the version's own without those in `drop`. Returns the
        copy's number; the files are shared.
        """
        ...

    async def register_version(
        self, name: str, source: str, run_id: str, model_id: str = ""
    ) -> str:
        """Make a version of a model, which is made where it is missing; the version's number.

        source: where its files lie. model_id: the logged model that it is, where it is one.
        """
        ...

    async def delete_version(self, name: str, version: str) -> None:
        """Delete a version for good, with its tags and aliases; its files stay."""
        ...

    async def delete_model(self, name: str) -> None:
        """Delete a model for good, with all its versions."""
        ...

    async def set_alias(self, name: str, alias: str, version: str) -> None:
        """Let the alias name this version, whatever it named before."""
        ...

    async def delete_alias(self, name: str, alias: str) -> None:
        """Remove the alias; no error when it is not there."""
        ...

    async def set_version_tag(self, name: str, version: str, key: str, value: str) -> None:
        """Set one tag of a version."""
        ...

    async def delete_version_tag(self, name: str, version: str, key: str) -> None:
        """Remove one tag of a version."""
        ...

    async def describe_version(self, name: str, version: str, text: str) -> None:
        """Replace a version's description."""
        ...

    async def describe_model(self, name: str, text: str) -> None:
        """Replace a model's description."""
        ...

    def model_url(self, name: str, version: str = "") -> str:
        """The page in MLflow's own interface."""
        ...


class LocalMlflow(Protocol):
    """The embedded default: a real `mlflow server` of opstui's own."""

    def state(self) -> LocalState:
        """What it is doing now, without waiting."""
        ...

    def running(self) -> bool:
        """Whether some opstui already has the server on opstui's own store: joining is free."""
        ...

    async def offer(self) -> Offer:
        """What starting it would use and cost, and which foreign stores lie nearby."""
        ...

    async def start(self) -> None:
        """Start (or join) the server on opstui's own store; returns when it answers."""
        ...

    async def adopt(self, store: FoundStore) -> None:
        """Copy a store that opstui did not make, then serve it. Only after the person's yes."""
        ...

    async def stop(self) -> None:
        """Leave the server; the last opstui that leaves ends it."""
        ...


class Journal(Protocol):
    """The append-only record of what was done."""

    path: Path
    who: str
    """Who acts: user@host, and the SSH client's address where there is one."""

    async def append(
        self, *, what: str, object: str, place: str, phase: str, act: str, before: str = "",
        after: str = "", evidence: Iterable[tuple[str, str]] = (), result: str = "",
    ) -> Entry:
        """Write one line durably, also beside other processes that write; returns it."""
        ...

    async def entries(self, limit: int = 1000) -> tuple[Entry, ...]:
        """The newest lines first."""
        ...

    async def under_way(self, act: str) -> bool:
        """Whether a live process of this machine is at this act; one that is not and has no
        result was cut."""
        ...


class GateCommands(Protocol):
    """Runs the programs that gates name, in the repository's top folder."""

    async def look(
        self, argv: tuple[str, ...], source: str, passes: tuple[str, ...], *, own: bool
    ) -> CiCommand:
        """What would be run now, with the content of the files behind it, and whether trusted.

        own: it comes from the person's own settings, so it is.
        """
        ...

    async def trust(self, command: CiCommand) -> None:
        """Remember that the person saw exactly this command and wants it run."""
        ...

    async def run(
        self, command: CiCommand, facts: Mapping[str, str], passes: tuple[str, ...],
        seconds: float,
    ) -> tuple[int, str]:
        """Run it to its end: exit code, and the last line it wrote.

        Refused with OpstuiError when it is not trusted, changed since `look`, can't be started
        or takes longer than `seconds`; nothing of it is left running. `facts` are added to a
        small environment, in which of the person's own variables only those in `passes` are.
        """
        ...


class Choices(Protocol):
    """What the person chose for lists, remembered from one start to the next."""

    async def columns(self, place: str) -> tuple[str, ...] | None:
        """The columns chosen for a place; None where the person left that to opstui."""
        ...

    async def keep_columns(self, place: str, columns: Sequence[str] | None) -> None:
        """Remember the columns for a place; None forgets them."""
        ...


class CallLog(Protocol):
    """What was asked of the backends, newest last."""

    def record(
        self, backend: str, summary: str, command: str, outcome: str, *, ok: bool,
        milliseconds: float,
    ) -> None:
        """Add one call. `command` must already be free of secrets."""
        ...

    def calls(self) -> Sequence[Call]:
        """Everything that is still kept."""
        ...
