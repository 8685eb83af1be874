"""The clean tree a run works in: a clone that borrows the repository's objects.

Not a linked worktree: there, `git config`, tags and stashes of a CI script end up in the
person's repository. No hook runs, and `origin` is the real remote, never the repository itself.
Submodules are left empty, as `git clone` does by default.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from opstui.backends.ci.local.record import Orders

_QUIET = ("git", "-c", "core.hooksPath=/dev/null", "-c", "advice.detachedHead=false")


@dataclass(frozen=True, slots=True)
class Part:
    """A step's commands, one after the other."""

    name: str
    commands: tuple[tuple[str, ...], ...]
    cwd: Path
    shown: str
    """The line that the log begins with, shorter than what is executed."""


def parts(orders: Orders, commit: str) -> tuple[Part, Part]:
    """The steps that make the tree: clone, checkout."""
    tree = Path(orders.tree)
    origin: tuple[tuple[str, ...], ...]
    if orders.origin:
        origin = ((*_QUIET, "remote", "set-url", "origin", orders.origin),)
    else:
        origin = ((*_QUIET, "config", "--remove-section", "remote.origin"),)
    clone = (
        *_QUIET, "clone", "--quiet", "--shared", "--no-checkout", "--template=", "--config",
        "gc.auto=0", "--", orders.repository, str(tree),
    )
    if orders.promise:
        # A partial clone's missing objects are fetched as the checkout needs them.
        origin += (
            (*_QUIET, "config", "remote.origin.promisor", "true"),
            (*_QUIET, "config", "remote.origin.partialclonefilter", orders.promise),
        )
    checkout = (*_QUIET, "checkout", "--quiet", "--detach", commit)
    return (
        Part("clone", (clone,), tree.parent, f"git clone --shared {orders.repository}"),
        Part("checkout", (*origin, checkout), tree, f"git checkout --detach {commit}"),
    )


def lend(orders: Orders) -> None:
    """Let the clone see every object of the repository.

    Needed where git copies instead of borrowing (it does so from a shallow repository): a copy
    holds only what branches and tags reach. OSError where the clone can't be written.
    """
    info = Path(orders.tree) / ".git/objects/info"
    borrowed = info / "alternates"
    if not borrowed.exists():
        info.mkdir(parents=True, exist_ok=True)
        borrowed.write_bytes(str(Path(orders.repository) / "objects").encode() + b"\n")


def without_password(url: str) -> str:
    """A remote's address without a password or token; the user of an ssh address stays."""
    if "://" not in url:
        return url
    try:
        found = urlsplit(url)
        port = f":{found.port}" if found.port else ""
    except ValueError:
        return ""
    host = found.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    user = f"{found.username}@" if found.username and "ssh" in found.scheme else ""
    return urlunsplit((found.scheme, f"{user}{host}{port}", found.path, "", ""))
