"""Settings: declared once here; read from files and the environment; wrong ones are told.

The person's own file may set everything. The repository's `.opstui.toml` may not say where
credentials are sent or what is trusted: those settings are refused there by name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opstui.domain.errors import OpstuiError
from opstui.domain.experiment import CI_TAGS
from opstui.domain.served import ServedNames

if TYPE_CHECKING:
    from opstui.profile_settings import Profile

REPOSITORY_FILE = ".opstui.toml"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as it is written in a file."""

    path: str
    """Dotted, such as `mlflow.local`."""
    name: str
    """Attribute of Settings."""
    kind: str
    """bool, str, int, float, list, table (of strings), servers, environments, commands or
    profiles."""
    help: str
    choices: tuple[str, ...] = ()
    env: str = ""
    """Environment variable that wins over the files."""
    repository: bool = False
    """A repository's own file may set it."""


SETTINGS = (
    Setting("theme", "theme", "str", "colours", ("dark", "light", "terminal"), "OPSTUI_THEME"),
    Setting("ascii", "ascii", "bool", "letters and plain lines instead of glyphs",
            env="OPSTUI_ASCII"),
    Setting("read_only", "read_only", "bool", "nothing shared can be changed",
            env="OPSTUI_READ_ONLY"),
    Setting("mouse", "mouse", "bool", "the mouse selects and scrolls; without, the terminal's own "
            "selection works", env="OPSTUI_MOUSE"),
    Setting("slow", "slow", "bool", "for thin lines: fewer frames, polling three times rarer, "
            "details only once the cursor rests, the terminal's own colours unless a theme is set",
            env="OPSTUI_SLOW"),
    Setting("remember", "remember", "bool", "lists come back as they were arranged: pane, tab, "
            "zoom, sort, filter, columns", env="OPSTUI_REMEMBER"),
    Setting("keys", "keys", "table", "action id to key names, separated by commas"),
    Setting("ci.command", "ci_command", "str", "what the local runner runs; found if empty",
            env="OPSTUI_CI_COMMAND", repository=True),
    Setting("ci.slots", "ci_slots", "int", "local runs at the same time", env="OPSTUI_CI_SLOTS"),
    Setting("ci.timeout", "ci_timeout", "float", "minutes until a local run is stopped; 0: never"),
    Setting("ci.servers", "ci_servers", "servers", "CI servers that are not found by themselves, "
            "or want another login"),
    Setting("docker.host", "docker_host", "str", "engine address instead of DOCKER_HOST or the "
            "context"),
    Setting("docker.context", "docker_context", "str", "Docker context instead of the current one"),
    Setting("mlflow.uri", "mlflow_uri", "str", "tracking server", env="MLFLOW_TRACKING_URI"),
    Setting("mlflow.registry_uri", "mlflow_registry_uri", "str", "registry, where it is another "
            "server", env="MLFLOW_REGISTRY_URI"),
    Setting("mlflow.local", "mlflow_local", "str", "the embedded server, where none is "
            "configured: ask before starting it, start it at once, or never",
            ("ask", "auto", "off"), "OPSTUI_MLFLOW_LOCAL"),
    Setting("models.champion", "champion", "str", "the alias that serves", repository=True),
    Setting("models.previous", "previous", "str", "the alias that keeps the way back; empty: none",
            repository=True),
    Setting("models.aliases", "aliases", "list", "aliases that promotion offers, lowest first",
            repository=True),
    Setting("models.settle", "settle", "float", "seconds between writing an alias and reading "
            "it back", repository=True),
    Setting("models.metrics", "metrics", "table", "metric to \"higher\" or \"lower\": what is "
            "better", repository=True),
    Setting("lineage.model_uri", "model_uri", "list", "environment variables in which containers "
            "name the model they serve", repository=True),
    Setting("lineage.model_labels", "model_labels", "list", "labels that do the same",
            repository=True),
    Setting("lineage.ci_tags", "ci_tags", "list", "tags of training runs that name the CI run or "
            "job behind them", repository=True),
    Setting("profile", "profile", "str", "the profile to open with; `--profile` wins",
            env="OPSTUI_PROFILE"),
    Setting("profiles", "profiles", "profiles", "servers that go together, by name; see Profiles"),
    Setting("commands", "commands", "commands", "commands of your own, each with a key; see Your "
            "own commands", repository=True),
    Setting("deploy", "deploy", "deploys", "how a model comes to serve, by its name; see What "
            "needs you", repository=True),
    Setting("promotion", "promotion", "environments", "environments, and the gates before each; "
            "see Gates", repository=True),
)


@dataclass(frozen=True)
class Settings:
    """Every setting with its default."""

    theme: str = "dark"
    ascii: bool = False
    read_only: bool = False
    mouse: bool = True
    slow: bool = False
    remember: bool = True
    keys: dict[str, str] = field(default_factory=dict)
    ci_command: str = ""
    ci_slots: int = 1
    ci_timeout: float = 60.0
    ci_servers: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By name, as `server_settings` checked them."""
    docker_host: str = ""
    docker_context: str = ""
    mlflow_uri: str = ""
    mlflow_registry_uri: str = ""
    mlflow_local: str = "ask"
    champion: str = "champion"
    previous: str = "previous_champion"
    aliases: list[str] = field(default_factory=lambda: ["candidate", "challenger", "champion"])
    settle: float = 1.0
    metrics: dict[str, str] = field(default_factory=dict)
    model_uri: list[str] = field(default_factory=lambda: list(ServedNames().environment))
    model_labels: list[str] = field(default_factory=lambda: list(ServedNames().labels))
    ci_tags: list[str] = field(default_factory=lambda: list(CI_TAGS))
    deploy: dict[str, Any] = field(default_factory=dict)
    """Commands by model, as `deploy_settings` checked them."""
    promotion: dict[str, Any] = field(default_factory=dict)
    """Environments by name, as `promotion_settings` checked them."""
    profile: str = ""
    profiles: dict[str, Profile] = field(default_factory=dict)
    commands: dict[str, Any] = field(default_factory=dict)
    """Commands by name, as `command_settings` checked them."""
    repository_ci_command: str = ""
    """`ci.command` of the repository's own file: runs only once the person trusted it."""

    @property
    def active(self) -> Profile | None:
        """The profile that is in use."""
        return self.profiles.get(self.profile)


def load(
    own: Path, repository: Path | None, environ: Mapping[str, str]
) -> Settings:
    """Defaults, then the repository's file, then the person's own, then the environment.

    Raises OpstuiError with file and line for the first wrong key, type or value.
    """
    values: dict[str, Any] = {}
    if repository is not None and (text := _read(repository)) is not None:
        shared = check(text, repository, in_repository=True)
        values.update(shared)
        if "ci_command" in values:
            values["repository_ci_command"] = values.pop("ci_command")
    if (text := _read(own)) is not None:
        mine = check(text, own)
        if "promotion" in mine:  # yours replace the repository's of the same name, and no others
            mine["promotion"] = {**values.get("promotion", {}), **mine["promotion"]}
        if "deploy" in mine:
            mine["deploy"] = {**values.get("deploy", {}), **mine["deploy"]}
        if "commands" in mine:
            mine["commands"] = {**values.get("commands", {}), **mine["commands"]}
        values.update(mine)
    for setting in SETTINGS:
        if setting.env and environ.get(setting.env, "") != "":
            values[setting.name] = _from_environment(setting, environ[setting.env])
    if name := values.get("profile"):
        from opstui.profile_settings import NONE, chosen  # most people have none

        values = ({**values, "profile": ""} if name == NONE
                  else chosen(values.get("profiles", {}), name).over(values))
    if values.get("slow"):
        values.setdefault("theme", "terminal")  # its colours take two bytes, not ten
    return Settings(**values)


def top_of(path: Path) -> Path | None:
    """The work tree that holds `path`, found by looking for `.git`; None where there is none."""
    for folder in (path, *path.parents):
        if (folder / ".git").exists():
            return folder
    return None


def load_for(path: Path, own: Path, environ: Mapping[str, str]) -> Settings:
    """The settings for whoever opens `path`: the person's `own`, the repository's."""
    top = top_of(path)
    return load(own, top / REPOSITORY_FILE if top is not None else None, environ)


def check(text: str, path: Path, *, in_repository: bool = False) -> dict[str, Any]:
    """The values of a file's text by attribute name; raises OpstuiError with file and line."""
    import tomllib  # most people have no file

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = found.group(1) if found else str(len(text.splitlines()))
        reason = re.sub(r" \(at .*\)$", "", str(error))
        raise OpstuiError(
            f"not valid TOML: {reason}", where=f"{path}:{line}", hint="mend the line"
        ) from error
    known = {setting.path: setting for setting in SETTINGS}
    return _values(known, text, path, data, in_repository=in_repository)


def _values(
    known: Mapping[str, Setting], text: str, path: Path, data: dict[str, Any], below: str = "",
    *, in_repository: bool = False,
) -> dict[str, Any]:
    """The checked values of a table; `below` is the dotted name that it stands under."""
    values: dict[str, Any] = {}

    def at(dotted: str) -> str:
        return f"{path}:{_line_of(text, below + dotted)}"

    for name, value in _flat(data, known):
        where = at(name)
        setting = known.get(name)
        if setting is None:
            raise OpstuiError(
                f"there is no setting {name!r}", where=where, hint=_nearest(name, known)
            )
        if in_repository and not setting.repository:
            raise OpstuiError(
                f"a repository may not set {name!r}", where=where,
                hint="put it into your own settings, `opstui config path` names the file",
            )
        if setting.kind == "servers":
            from opstui.server_settings import checked  # most people have none

            values[setting.name] = checked(value, at)
            continue
        if setting.kind == "environments":
            from opstui.promotion_settings import checked as environments  # most have none

            values[setting.name] = environments(
                value, at, REPOSITORY_FILE if in_repository else "your settings",
                own=not in_repository,
            )
            continue
        if setting.kind == "deploys":
            from opstui.deploy_settings import checked as deploys  # most have none

            values[setting.name] = deploys(
                value, at, REPOSITORY_FILE if in_repository else "your settings",
                own=not in_repository,
            )
            continue
        if setting.kind == "commands":
            from opstui.command_settings import checked as commands  # most have none

            values[setting.name] = commands(
                value, at, str(path), own=not in_repository,
            )
            continue
        if setting.kind == "profiles":
            from opstui import profile_settings as profiles  # most have none

            values[setting.name] = profiles.checked(value, at, partial(
                _values, {name: known[name] for name in profiles.SETTINGS}, text, path
            ))
            continue
        values[setting.name] = _typed(setting, value, where)
    return values


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise OpstuiError("settings can't be read", where=str(path), hint=str(error)) from error


def _flat(data: dict[str, Any], known: Mapping[str, Setting], before: str = "") \
        -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, value in data.items():
        name = f"{before}{key}"
        is_table = name in known and known[name].kind in (
            "table", "servers", "environments", "commands", "profiles", "deploys")
        if isinstance(value, dict) and not is_table:
            found += _flat(value, known, f"{name}.")
        else:
            found.append((name, value))
    return found


def _typed(setting: Setting, value: Any, where: str) -> Any:
    def wrong(wanted: str) -> OpstuiError:
        return OpstuiError(
            f"{setting.path} must be {wanted}, not {value!r}", where=where, hint=setting.help
        )

    match setting.kind:
        case "bool" if isinstance(value, bool):
            return value
        case "str" if isinstance(value, str):
            if setting.choices and value not in setting.choices:
                raise wrong("one of " + ", ".join(setting.choices))
            return value
        case "int" if isinstance(value, int) and not isinstance(value, bool):
            if value < 1:
                raise wrong("1 or more")
            return value
        case "float" if isinstance(value, int | float) and not isinstance(value, bool):
            if value < 0:
                raise wrong("0 or more")
            return float(value)
        case "list" if isinstance(value, list) and all(isinstance(v, str) for v in value):
            return value
        case "table" if isinstance(value, dict) and all(isinstance(v, str) for v in value.values()):
            if setting.path == "models.metrics" and not set(value.values()) <= {"higher", "lower"}:
                raise wrong('"higher" or "lower" for each metric')
            return value
    names = {"bool": "true or false", "str": "a text in quotes", "int": "a whole number",
             "float": "a number", "list": "a list of texts", "table": "a table of texts"}
    raise wrong(names[setting.kind])


def _from_environment(setting: Setting, text: str) -> Any:
    where = f"environment variable {setting.env}"
    if setting.kind == "bool":
        if text.lower() in ("1", "true", "yes", "on"):
            return True
        if text.lower() in ("0", "false", "no", "off"):
            return False
        raise OpstuiError(f"{text!r} is neither yes nor no", where=where, hint="use 1 or 0")
    value: Any = text
    if setting.kind in ("int", "float"):
        try:
            value = int(text) if setting.kind == "int" else float(text)
        except ValueError:
            value = text
    return _typed(setting, value, where)


def _line_of(text: str, name: str) -> int:
    """The line that assigns a dotted name; 1 where it can't be told."""
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        head = re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line)
        if head:
            table = re.sub(r"[\"'\s]", "", head.group(1))
            if table == name or table.startswith(f"{name}."):
                return number
            continue
        key = re.match(r"\s*([\w.\-\"' ]+?)\s*=", line)
        if key:
            full = re.sub(r"[\"'\s]", "", key.group(1))
            full = f"{table}.{full}" if table else full
            if full == name or name.startswith(f"{full}."):
                return number
    return 1


def _nearest(name: str, known: Mapping[str, Setting]) -> str:
    import difflib

    close = difflib.get_close_matches(name, known, 1, 0.5)
    return f"did you mean {close[0]!r}?" if close else "`opstui config init` lists them all"
