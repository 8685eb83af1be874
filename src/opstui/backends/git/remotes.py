"""Remotes and their addresses on the web."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from opstui.backends.git.command import Door

_SCP = re.compile(r"^(?:[^@/\s]+@)?(?P<host>[^:/\s@]+|\[[^\]]+\]):(?P<path>[^:].*)$")


async def names(door: Door) -> list[str]:
    """The remotes' names, `origin` first."""
    answer = await door.read("remote")
    return sorted(filter(None, answer.line.split("\n")), key=lambda name: name != "origin")


async def address(door: Door, remote: str) -> str:
    """The remote's fetch URL after `url.*.insteadOf`, credentials included: never show it."""
    answer = await door.read("ls-remote", "--get-url", "--end-of-options", remote)
    return answer.line


def web_url(url: str) -> str:
    """The page a person can open for a fetch URL, without credentials; empty for a local path.

    `git@host:team/repo.git`, `ssh://git@host:2222/team/repo` and `https://token@host/team/repo`
    give `https://host/team/repo`.
    """
    if "://" in url:
        try:
            parts = urlsplit(url)
            port = f":{parts.port}" if parts.port and parts.scheme in ("http", "https") else ""
        except ValueError:
            return ""
        if parts.scheme not in ("http", "https", "ssh", "git", "git+ssh", "ssh+git"):
            return ""
        host, path = parts.hostname or "", parts.path
        if ":" in host:
            host = f"[{host}]"
        scheme = "http" if parts.scheme == "http" else "https"
    else:
        match = _SCP.match(url)
        if match is None or len(match["host"]) == 1:  # One letter is a Windows drive.
            return ""
        host, path, port, scheme = match["host"], match["path"], "", "https"
    path = path.strip("/").removesuffix(".git")
    return f"{scheme}://{host}{port}/{path}" if host and path else ""
