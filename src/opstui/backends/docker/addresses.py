"""Which engine to talk to: settings, DOCKER_HOST, the docker context, then the usual sockets.

The order and the files are those of the docker command line
(https://docs.docker.com/engine/context/working-with-contexts/). The SDK's own reader of
contexts is not used: it looks in the current folder when there is no `config.json`.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from opstui.domain.errors import OpstuiError

CONTEXT = "context "
SOCKETS = ("rootless docker", "podman")
"""Sources of sockets that are looked for besides the default one."""
USUAL = ("/var/run/docker.sock", "/run/docker.sock")


@dataclass(frozen=True, slots=True)
class Certificates:
    """The files of a TLS client; `verify` checks the engine's certificate against `ca`."""

    ca: Path
    cert: Path
    key: Path
    verify: bool


@dataclass(frozen=True, slots=True)
class Address:
    """One engine that may answer, and who named it."""

    url: str
    source: str
    """Such as `settings`, `DOCKER_HOST`, `context build2` or `default`."""
    certificates: Certificates | None = None

    @property
    def socket(self) -> Path | None:
        """The unix socket's path; None for other kinds of address."""
        if not self.url.startswith(("unix://", "/")):
            return None
        return Path("/" + self.url.removeprefix("unix://").lstrip("/"))

    @property
    def name(self) -> str:
        """A short name: the context's, the host's, or that of its kind; `default` for the engine
        that the docker command line takes where nobody names one."""
        if self.source.startswith(CONTEXT):
            return self.source.removeprefix(CONTEXT)
        if self.socket is not None:
            if str(self.socket) in USUAL:
                return "default"
            return self.source if self.source in SOCKETS else str(self.socket)
        parts = urlsplit(self.url)
        return parts.hostname or without_password(self.url)

    @property
    def text(self) -> str:
        """For headers and errors: never with a password."""
        return f"{without_password(self.url)}, {self.source}"


def without_password(url: str) -> str:
    """The URL with what stands between `user:` and `@` left out."""
    scheme, mark, rest = url.partition("://")
    if not mark or "@" not in rest:
        return url
    user, _, host = rest.rpartition("@")
    return f"{scheme}://{user.partition(':')[0]}@{host}"


def candidates(host: str = "", context: str = "") -> tuple[Address, ...]:
    """The addresses to try, in order. One that was named by somebody is the only one.

    Raises OpstuiError for a context that is not there or not readable.
    """
    if host:
        return (_named(host, "settings"),)
    if value := os.environ.get("DOCKER_HOST", ""):
        return (_named(value, "DOCKER_HOST"),)
    name = context or os.environ.get("DOCKER_CONTEXT", "") or _current_context()
    if name and name != "default":
        return (_context(name),)
    return _usual()


def _usual() -> tuple[Address, ...]:
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}")
    return (
        _named("unix:///var/run/docker.sock", "default"),
        _named(f"unix://{runtime / 'docker.sock'}", "rootless docker"),
        _named(f"unix://{runtime / 'podman/podman.sock'}", "podman"),
        _named("unix:///run/podman/podman.sock", "podman"),
    )


def known(host: str = "", context: str = "") -> tuple[Address, ...]:
    """Every engine that the person's own settings, variables and files name, and every usual
    socket that is there; each address once.

    A context that can't be read is left out: it can't be chosen either.
    """
    found = [_named(host, "settings")] if host else []
    if value := os.environ.get("DOCKER_HOST", ""):
        found.append(_named(value, "DOCKER_HOST"))
    for path in sorted((_folder() / "contexts/meta").glob("*/meta.json")):
        with suppress(OpstuiError):
            found.append(_context(str(_read(path).get("Name") or "")))
    with suppress(OpstuiError):
        if context:
            found.append(_context(context))
    found += [one for one in _usual() if one.socket and os.path.lexists(one.socket)]
    return tuple({one.url: one for one in reversed(found)}.values())[::-1]


def typed(text: str) -> Address:
    """The engine that a person names: by a context's name or an address.

    Raises OpstuiError for what is neither.
    """
    text = text.strip()
    if "://" not in text and not text.startswith("/"):
        return _usual()[0] if text == "default" else _context(text)
    kind = text.partition("://")[0]
    if not text.startswith("/") and kind not in ("unix", "ssh", "tcp", "http", "https"):
        raise OpstuiError(
            f"{without_password(text)!r} is no address of an engine",
            hint="unix:///PATH, ssh://USER@HOST or tcp://HOST:2376, or a context's name",
        )
    return _named(text, "named by you")


def ssh_hosts() -> tuple[str, ...]:
    """Addresses of the hosts in the person's own ssh settings; patterns are left out."""
    try:
        lines = (Path.home() / ".ssh/config").read_text("utf-8", "replace").splitlines()
    except OSError:
        return ()
    words = (line.split() for line in lines)
    names = (name for first, *rest in filter(None, words) if first.lower() == "host"
             for name in rest)
    return tuple(f"ssh://{name}" for name in dict.fromkeys(names)
                 if not set(name) & set("*?!"))


def _named(url: str, source: str) -> Address:
    local = url.startswith(("unix:", "ssh:", "/"))
    certificates = None if local else _certificates_of_environment()
    return Address(f"unix://{url}" if url.startswith("/") else url, source, certificates)


def _certificates_of_environment() -> Certificates | None:
    """DOCKER_CERT_PATH and DOCKER_TLS_VERIFY, where any value but the empty one means yes."""
    verify = bool(os.environ.get("DOCKER_TLS_VERIFY"))
    folder = os.environ.get("DOCKER_CERT_PATH", "")
    if not verify and not folder:
        return None
    return _certificates_in(Path(folder) if folder else _folder(), verify=verify)


def _certificates_in(folder: Path, *, verify: bool) -> Certificates:
    return Certificates(folder / "ca.pem", folder / "cert.pem", folder / "key.pem", verify)


def _folder() -> Path:
    return Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise OpstuiError("Docker's settings are not readable", where=f"{path}: {error}") from error
    if not isinstance(data, dict):
        raise OpstuiError("Docker's settings are not a JSON object", where=str(path))
    return data


def _current_context() -> str:
    path = _folder() / "config.json"
    return str(_read(path).get("currentContext") or "") if path.is_file() else ""


def _context(name: str) -> Address:
    digest = hashlib.sha256(name.encode()).hexdigest()
    path = _folder() / "contexts/meta" / digest / "meta.json"
    if not path.is_file():
        raise OpstuiError(
            f"there is no Docker context named {name}", where=str(path.parent.parent),
            hint="`docker context ls` lists them; `docker context use default` goes back",
        )
    endpoint = (_read(path).get("Endpoints") or {}).get("docker") or {}
    url = str(endpoint.get("Host") or "")
    if not url:
        raise OpstuiError(f"the Docker context {name} names no engine", where=str(path))
    folder = _folder() / "contexts/tls" / digest / "docker"
    certificates = None
    if folder.is_dir():
        certificates = _certificates_in(folder, verify=not endpoint.get("SkipTLSVerify"))
    return Address(url, f"context {name}", certificates)
