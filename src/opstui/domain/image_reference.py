"""Where an image's name leads: the registry's host, the repository, and a tag or digest in it."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, replace

from opstui.domain.errors import OpstuiError

HUB = "docker.io"
"""The registry of names that name none; source: github.com/distribution/reference, normalize.go."""
_HUB_API = "registry-1.docker.io"
_HUB_LIBRARY = "library"

_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REPOSITORY = re.compile(rf"{_PART}(?:/{_PART})*")
_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::[0-9]+)?")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}")


@dataclass(frozen=True, slots=True)
class Reference:
    """A name taken apart."""

    host: str
    """Such as `registry.example:5000`, or `docker.io`."""
    repository: str
    """Such as `team/churn-api`, with `library/` where Docker Hub puts it."""
    tag: str = ""
    digest: str = ""
    """Such as `sha256:…`; it counts before the tag."""

    @property
    def name(self) -> str:
        """Host and repository as docker writes them, such as `busybox` or `localhost:5000/app`."""
        if self.host != HUB:
            return f"{self.host}/{self.repository}"
        return self.repository.removeprefix(f"{_HUB_LIBRARY}/")

    @property
    def text(self) -> str:
        """The whole name as docker writes it."""
        end = f"@{self.digest}" if self.digest else f":{self.tag}" if self.tag else ""
        return f"{self.name}{end}"

    @property
    def what(self) -> str:
        """What names the manifest inside the repository: the digest, else the tag."""
        return self.digest or self.tag

    @property
    def address(self) -> str:
        """Where the registry's API is. Only a registry on this machine is asked without TLS.

        The engine does the same; source: moby, registry/config.go, insecure CIDR 127.0.0.0/8.
        """
        if self.host == HUB:
            return f"https://{_HUB_API}"
        return f"{'http' if is_here(self.host) else 'https'}://{self.host}"

    def tagged(self, tag: str) -> Reference:
        """The same repository with another tag; OpstuiError where it can't be one."""
        if not _TAG.fullmatch(tag):
            raise OpstuiError(
                f"{tag!r} is not a tag", hint="letters, digits, `_`, `.` and `-`, 128 at most"
            )
        return replace(self, tag=tag, digest="")

    def at(self, digest: str) -> Reference:
        """The same repository with a digest."""
        return replace(self, tag="", digest=digest)


def reference(name: str, *, tag: str = "latest") -> Reference:
    """Take a name apart; a missing tag is `tag`. Raises OpstuiError where it is no name.

    Source of the grammar: github.com/distribution/reference, reference.go and normalize.go.
    """
    rest, _, digest = name.strip().partition("@")
    head, slash, tail = rest.rpartition("/")
    last, colon, given = tail.partition(":")
    path = f"{head}{slash}{last}"
    first, _, others = path.partition("/")
    if others and ("." in first or ":" in first or first == "localhost" or first != first.lower()):
        host, repository = first, others
    else:
        host, repository = HUB, path if "/" in path else f"{_HUB_LIBRARY}/{path}"
    if host == "index.docker.io":
        host = HUB
    fine = (
        _HOST.fullmatch(host) and _REPOSITORY.fullmatch(repository) and len(path) <= 255
        and (_TAG.fullmatch(given) if colon else True)
        and (_DIGEST.fullmatch(digest) if "@" in name else True)
    )
    if not fine:
        raise OpstuiError(
            f"{name!r} is not a name for an image",
            hint="write repository:tag or repository@sha256:…, such as "
            "registry.example:5000/team/churn-api:1.4.0",
        )
    return Reference(host, repository, "" if digest else given or tag, digest)


def is_here(host: str) -> bool:
    """Whether a host, with or without a port, is this machine itself."""
    name = host[: host.index("]") + 1] if host.startswith("[") else host.partition(":")[0]
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False
