"""Whether two addresses name the same git repository, however they are written.

`https://git.example.org/ml/churn.git`, `ssh://git@git.example.org:2222/ml/churn` and
`git@git.example.org:ml/churn.git` are one place: a CI server seldom clones by the address that
the person's clone has.
"""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit


def place_of(address: str) -> str:
    """Host and path of a remote's address in one form; the path alone for a local folder."""
    address = address.strip()
    scp = re.match(r"(?:[^@/]+@)?(\[[^\]]+\]|[^:/\[]{2,}):(?!//)(.*)", address)
    if "://" in address:
        try:
            parts = urlsplit(address)
            host, path = parts.hostname or "", parts.path
        except ValueError:
            return ""
        path = unquote(path)
    elif scp:
        host, path = scp.group(1), scp.group(2)
    else:
        host, path = "", address
    path = re.sub(r"/{2,}", "/", path).rstrip("/").removesuffix(".git").rstrip("/")
    if not host:
        return path
    return f"{host.lower().rstrip('.')}/{path.lstrip('/')}"


def same_place(one: str, other: str) -> bool:
    """Whether both name the same repository; empty ones name none."""
    place = place_of(one)
    return bool(place) and place == place_of(other)
