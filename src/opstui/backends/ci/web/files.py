"""Logins that are kept in files: netrc, and those of `gh` and `glab` where these are missing."""

from __future__ import annotations

import netrc
from collections.abc import Iterable, Mapping
from pathlib import Path

LARGEST = 1 << 20


def from_netrc(hosts: Iterable[str], environ: Mapping[str, str]) -> tuple[str, str]:
    """User and password of the first host that $NETRC, ~/.netrc or ~/_netrc knows.

    Files that can't be read are passed over, and so is the `default` entry, which is for no host
    in particular.
    """
    home = environ.get("HOME", "")
    named = environ.get("NETRC")
    paths = [Path(named)] if named else [Path(home, name) for name in (".netrc", "_netrc") if home]
    for path in paths:
        try:
            known = netrc.netrc(str(path)).hosts
        except (OSError, netrc.NetrcParseError, UnicodeDecodeError):
            continue
        for host in hosts:
            if host in known and host != "default":
                login, account, password = known[host]
                return login or account or "", password or ""
    return "", ""


def gh_token(host: str, environ: Mapping[str, str]) -> str:
    """The token in gh's `hosts.yml`; empty where it is in a keyring."""
    folder = environ.get("GH_CONFIG_DIR") or _config(environ, "gh")
    return _yaml(Path(folder, "hosts.yml"), (host, "oauth_token")) if folder else ""


def glab_token(host: str, environ: Mapping[str, str]) -> str:
    """The token in glab's `config.yml`."""
    folder = environ.get("GLAB_CONFIG_DIR") or _config(environ, "glab-cli")
    return _yaml(Path(folder, "config.yml"), ("hosts", host, "token")) if folder else ""


def _config(environ: Mapping[str, str], name: str) -> str:
    if base := environ.get("XDG_CONFIG_HOME"):
        return str(Path(base, name))
    home = environ.get("HOME")
    return str(Path(home, ".config", name)) if home else ""


def _yaml(path: Path, wanted: tuple[str, ...]) -> str:
    """One value of a file of nested mappings, as these programs write it."""
    try:
        if path.stat().st_size > LARGEST:
            return ""
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    above: list[tuple[int, str]] = []
    for line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        depth = len(line) - len(line.lstrip())
        # A host may have a port: the key ends at a colon with nothing or a space behind it.
        key, colon, value = line.strip().partition(": ")
        if not colon:
            key, value = key.removesuffix(":"), ""
        above = [one for one in above if one[0] < depth]
        above.append((depth, key.strip("\"'")))
        if tuple(name for _, name in above) == wanted:
            return value.removeprefix("!!null").strip().strip("\"'")
    return ""
