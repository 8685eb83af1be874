"""The command that would run on a commit, and whether the person trusted exactly that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from opstui.backends.ci.local.detect import CANDIDATES, File, Found, as_argv, detect
from opstui.backends.ci.local.engines.table import offered, split
from opstui.backends.ci.local.source import Source
from opstui.backends.ci.local.trust import TrustFile, fingerprint
from opstui.domain.ci import CiCommand, Workflow
from opstui.domain.errors import OpstuiError
from opstui.domain.words import short

SETTINGS = "your settings"
REPOSITORY_SETTINGS = ".opstui.toml"
SHOWN = 1 << 16
"""Characters of a script that are handed out for looking at."""


class Commands:
    """Looks for the command: the person's settings, the repository's, then its files.

    Blocking: call it from a worker thread.
    """

    def __init__(
        self, source: Source, trust_file: Path, *, command: str | tuple[str, ...] | None,
        repo_command: str | None,
    ) -> None:
        """command is the person's own and trusted; repo_command comes with the repository."""
        self._source = source
        self._trust_file = trust_file
        self._command = command
        self._repo_command = repo_command

    def at(self, revision: str, workflow: str = "") -> CiCommand | None:
        """The command at a revision, HEAD where it is empty; None when there is none."""
        if revision:
            return self.find(self._source.commit(revision), workflow)
        return self.find(self._source.resolve("HEAD"), workflow)

    def workflows(self, environ: Mapping[str, str]) -> tuple[Workflow, ...]:
        """The plain command at HEAD and what installed engines can run; none without engines."""
        commit = self._source.resolve("HEAD")
        offers = offered(self._source.names(commit), environ) if commit else []
        if not offers:
            return ()
        texts = self._files(commit, [path for _, path in offers])
        plain = self.find(commit)
        return (
            *([Workflow("", plain.text, note=f"named by {plain.source}")] if plain else []),
            *(Workflow(f"{engine.name}:{path}", f"{path} by {engine.name}",
                       engine.inputs(_text(texts[path])), engine.note)
              for engine, path in offers if path in texts),
        )

    def find(
        self, commit: str, workflow: str = "", inputs: Mapping[str, str] = {}
    ) -> CiCommand | None:
        """The command at a commit's full id; empty in a repository without commits."""
        if workflow:
            return self._engine(commit, workflow, inputs)
        if self._command is not None:
            argv = _parse(self._command, SETTINGS)
            return CiCommand(argv, SETTINGS, fingerprint(argv, ()), trusted=True)
        if self._repo_command is not None:
            argv = _parse(self._repo_command, REPOSITORY_SETTINGS)
            named = {word.removeprefix("./") for part in argv for word in part.split()}
            files = self._files(commit, sorted(named))
            return self._asked(Found(argv, REPOSITORY_SETTINGS), files)
        files = self._files(commit, CANDIDATES)
        found = detect(files)
        return self._asked(found, {found.source: files[found.source]}) if found else None

    def _engine(
        self, commit: str, workflow: str, inputs: Mapping[str, str]
    ) -> CiCommand | None:
        chosen = split(workflow)
        if chosen is None:
            raise OpstuiError(f"there is no engine for {workflow!r}", where=str(self._source.path))
        engine, path = chosen
        files = self._files(commit, [path])
        if path not in files:
            return None
        try:
            argv = engine.argv(path, _text(files[path]), inputs)
            bare = engine.argv(path, _text(files[path]), {})
        except ValueError as error:
            raise OpstuiError(
                f"{engine.name} can't run it: {error}", where=f"{path} at {short(commit)}"
            ) from error
        # Trust is in the file's content; what is filled in later is the person's own.
        asked = self._asked(Found(bare, path), files)
        return replace(asked, argv=argv)

    def trust(self, command: CiCommand) -> None:
        """Remember that the person saw exactly this command and wants it run."""
        self._file().add(command)

    def _asked(self, found: Found, files: dict[str, File]) -> CiCommand:
        """The command with its fingerprint over the files that stand behind it."""
        contents = [files[name].data for name in sorted(files)]
        script = "\n".join(
            f"# {name}\n{files[name].data.decode('utf-8', 'replace')}" if len(files) > 1
            else files[name].data.decode("utf-8", "replace")
            for name in sorted(files)
        )
        command = CiCommand(
            found.argv, found.source, fingerprint(found.argv, contents), script=script[:SHOWN]
        )
        return replace(command, trusted=self._file().knows(command.fingerprint))

    def _files(self, commit: str, paths: tuple[str, ...] | list[str]) -> dict[str, File]:
        return self._source.files(commit, paths) if commit else {}

    def _file(self) -> TrustFile:
        return TrustFile(self._trust_file, self._source.common())


def _text(file: File) -> str:
    return file.data.decode("utf-8", "replace")


def _parse(command: str | tuple[str, ...], where: str) -> tuple[str, ...]:
    try:
        return as_argv(command)
    except ValueError as error:
        raise OpstuiError(f"the CI command can't be read: {error}", where=where) from error
