"""Which engine to talk to: settings, DOCKER_HOST, the docker context, then the usual sockets.

The order and the files are those of the docker command line
(https://docs.docker.com/engine/context/working-with-contexts/). The SDK's own reader of
contexts is not used: it looks in the current folder when there is no `config.json`.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opstui.domain.errors import OpstuiError


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
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}")
    return (
        _named("unix:///var/run/docker.sock", "default"),
        _named(f"unix://{runtime / 'docker.sock'}", "rootless docker"),
        _named(f"unix://{runtime / 'podman/podman.sock'}", "podman"),
        _named("unix:///run/podman/podman.sock", "podman"),
    )


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
