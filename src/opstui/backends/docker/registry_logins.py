"""The person's logins to image registries, as the docker client keeps them.

Source: github.com/docker/cli, docs/reference/commandline/login.md: `auths`, `credHelpers` and
`credsStore` of config.json, and programs named `docker-credential-NAME`. The SDK's own reading is
not used: it lets helpers write to the terminal and waits for them without end.
"""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import Any

from opstui.domain.errors import OpstuiError
from opstui.domain.image_reference import HUB

HUB_KEY = "https://index.docker.io/v1/"
"""What Docker Hub is called in config.json."""
_TOKEN_USER = "<token>"
"""The user name with which helpers say that the secret is an identity token."""
SECONDS = 20.0
"""How long a helper may take."""


@dataclass(frozen=True, slots=True)
class Login:
    """One login. It is for its host alone."""

    host: str
    username: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    """An identity token, instead of the other two."""

    def basic(self) -> str:
        """The value of an Authorization header; empty where there is only a token."""
        if not self.username:
            return ""
        pair = f"{self.username}:{self.password}".encode()
        return f"Basic {base64.b64encode(pair).decode('ascii')}"

    @property
    def server(self) -> str:
        """What docker calls the host."""
        return HUB_KEY if self.host == HUB else self.host

    def facts(self) -> dict[str, str]:
        """As the engine takes it. Source: Docker Engine API, Authentication."""
        if self.token:
            return {"serveraddress": self.server, "identitytoken": self.token}
        return {"serveraddress": self.server, "username": self.username,
                "password": self.password}

    def header(self) -> str:
        """X-Registry-Auth for the engine."""
        return base64.urlsafe_b64encode(json.dumps(self.facts()).encode()).decode("ascii")


class Logins:
    """Reads them when they are needed; nothing is kept. Blocking."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = dict(environ)

    def of(self, host: str) -> Login | None:
        """The login for exactly this host; None without one."""
        path = self._path()
        config = _read(path)
        keys = _keys(host)
        helpers = _table(config, "credHelpers")
        helper = next((str(helpers[key]) for key in keys if helpers.get(key)), "")
        helper = helper or str(config.get("credsStore") or "")
        if helper:
            for key in keys:
                if (found := self._ask(helper, key, host)) is not None:
                    return found
        for key, entry in _table(config, "auths").items():
            if _host_of(key) == _host_of(keys[0]) and isinstance(entry, dict):
                return _written(entry, host, path)
        return None

    def _path(self) -> Path:
        folder = self._environ.get("DOCKER_CONFIG")
        home = self._environ.get("HOME") or str(Path.home())
        return (Path(folder) if folder else Path(home) / ".docker") / "config.json"

    def _ask(self, helper: str, key: str, host: str) -> Login | None:
        """What the helper says; None where it knows no such server."""
        program = f"docker-credential-{helper}"
        found = which(program, path=self._environ.get("PATH"))
        if "/" in helper or found is None:
            raise OpstuiError(
                f"the program {program} is not on the PATH", where=str(self._path()),
                hint="docker's settings name it for this registry: install it, or log in again",
            )
        try:
            done = subprocess.run(
                (found, "get"), input=key.encode(), capture_output=True, env=self._environ,
                timeout=SECONDS, check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            reason = "it did not answer" if isinstance(error, subprocess.TimeoutExpired) else error
            raise OpstuiError(f"{program} failed: {reason}", where=host) from error
        if done.returncode:
            # source: github.com/docker/docker-credential-helpers, credentials/error.go
            said = done.stdout.decode("utf-8", "replace").strip()
            if "not found" in said or "no credentials" in said:
                return None
            raise OpstuiError(f"{program} failed: {said[:200] or done.returncode}", where=host,
                              hint=f"try it: echo {host} | {program} get")
        return _told(done.stdout, host, program)


def _told(answer: bytes, host: str, program: str) -> Login | None:
    try:
        data = json.loads(answer)
        user, secret = str(data["Username"]), str(data["Secret"])
    except (ValueError, KeyError, TypeError) as error:
        raise OpstuiError(f"{program} gave no login that can be read", where=host) from error
    if not secret:
        return None
    return Login(host, token=secret) if user == _TOKEN_USER else Login(host, user, secret)


def _written(entry: Mapping[str, Any], host: str, path: Path) -> Login | None:
    """A login that stands in the file itself."""
    if token := entry.get("identitytoken"):
        return Login(host, token=str(token))
    if not (packed := entry.get("auth")):
        return None
    try:
        user, colon, password = base64.b64decode(str(packed)).decode("utf-8").partition(":")
    except ValueError as error:
        raise OpstuiError(f"the login for {host} can't be read", where=str(path),
                          hint=f"docker login {host}") from error
    return Login(host, user, password.rstrip("\0")) if colon else None


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise OpstuiError(f"docker's settings can't be read: {error}", where=str(path)) from error
    return data if isinstance(data, dict) else {}


def _table(config: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = config.get(name)
    return found if isinstance(found, dict) else {}


def _keys(host: str) -> tuple[str, ...]:
    return (HUB_KEY, HUB, "index.docker.io") if host == HUB else (host,)


def _host_of(key: str) -> str:
    """Older clients wrote whole addresses; the host is what counts."""
    return key.removeprefix("https://").removeprefix("http://").partition("/")[0]
