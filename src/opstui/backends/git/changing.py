"""What changes a repository: switch, create, delete, fetch. Each asks git afresh before it acts."""

from __future__ import annotations

from opstui.backends.git import branches, remotes
from opstui.backends.git.command import Answer, Door, ssh_is_chosen
from opstui.backends.git.place import Place
from opstui.backends.git.questions import FORMAT
from opstui.backends.git.refusals import without_credentials
from opstui.domain.branch import Branch
from opstui.domain.errors import OpstuiError
from opstui.domain.text import clean
from opstui.domain.words import short

_CHECKOUT_TIMEOUT = 600.0
_FETCH_TIMEOUT = 120.0


async def switch(door: Door, place: Place, branch: Branch) -> None:
    """Check a branch out; a remote one gets a local branch of the same name that tracks it."""
    if place.bare:
        raise OpstuiError(
            "a bare repository has no work tree to switch", where=str(place.top),
            hint="add one with `git worktree add`",
        )
    if branch.remote:
        local = branch.name.removeprefix(f"{branch.remote}/")
        arguments = [
            "--track", "--create", await valid_name(door, local), "--end-of-options", branch.ref,
        ]
    else:
        arguments = ["--no-guess", "--end-of-options", branch.name]
    await door.write("switch", *arguments, timeout=_CHECKOUT_TIMEOUT)


async def valid_name(door: Door, name: str) -> str:
    """The name itself; OpstuiError where git would refuse it or read it as something else."""
    answer = await door.read("check-ref-format", "--branch", name, accept=(0, 1, 128))
    # `@{-1}` is "valid" and names another branch: what comes out must be what went in.
    if answer.code or answer.line != name or name.startswith("-") or name == "HEAD":
        raise OpstuiError(
            f"git does not allow {clean(name) or 'an empty text'} as a branch name",
            hint="no spaces, no `..`, none of ~ ^ : ? * [ \\, no slash or dot at its ends",
        )
    return name


async def create(door: Door, name: str, start: str) -> None:
    """Make a branch that tracks nothing, so that a push can't hit the branch it came from."""
    await door.write(
        "branch", "--no-track", "--end-of-options", await valid_name(door, name), start
    )


async def now(door: Door, ref: str) -> Branch | None:
    """The branch as it is at this moment, or None."""
    answer = await door.read("for-each-ref", f"--format={FORMAT}", ref)
    return next((branch for branch in branches.parse(answer.out) if branch.ref == ref), None)


async def is_merged(door: Door, branch: Branch) -> bool:
    """Whether the branch's upstream or HEAD has all its commits."""
    answer = await door.read("for-each-ref", "--format=%(upstream)", branch.ref)
    for target in (answer.line.split("\n")[0], "HEAD"):
        if target and target != branch.ref and await _holds(door, target, branch.commit):
            return True
    return False


async def _holds(door: Door, target: str, commit: str) -> bool:
    answer = await door.read(
        "merge-base", "--is-ancestor", commit, f"{target}^{{commit}}", accept=(0, 1, 128)
    )
    return answer.code == 0


async def delete(door: Door, place: Place, branch: Branch, *, force: bool) -> None:
    """Delete a local branch, only while it still points at `branch.commit`."""
    where = str(place.top)
    if branch.remote:
        raise OpstuiError("deleting remote branches is left to git push", where=where)
    actual = await now(door, branch.ref)
    if actual is None:
        raise OpstuiError(f"the branch {clean(branch.name)} is gone already", where=where)
    if actual.commit != branch.commit:
        raise _moved(branch, where, actual.commit)
    if actual.current and not place.bare:
        raise OpstuiError(
            f"{clean(branch.name)} is checked out here", where=where, hint="switch away first"
        )
    if actual.current:
        raise OpstuiError(
            f"{clean(branch.name)} is this repository's HEAD", where=where,
            hint="point HEAD elsewhere first with `git symbolic-ref`",
        )
    if actual.worktree or _rebased(place) == branch.ref:
        raise OpstuiError(
            f"{clean(branch.name)} is in use by another worktree or a rebase",
            where=clean(actual.worktree) or where, hint="switch that one away first",
        )
    if not force and not await is_merged(door, branch):
        raise OpstuiError(
            f"{clean(branch.name)} has commits that are in no upstream and not in HEAD",
            where=where, hint="merge it, or delete it by force",
        )
    gone = await door.write(
        "update-ref", "--no-deref", "-d", branch.ref, branch.commit, accept=(0, 1, 128)
    )
    if gone.code:
        raise _moved(branch, where, "")
    # `update-ref` compares and deletes in one step, which `git branch -D` can't; the settings
    # of the branch are all that is left to remove. 128: it had none.
    await door.write("config", "--remove-section", f"branch.{branch.name}", accept=(0, 5, 128))


def _moved(branch: Branch, where: str, to: str) -> OpstuiError:
    now_at = f" to {short(to)}" if to else ""
    return OpstuiError(
        f"{clean(branch.name)} moved from {short(branch.commit)}{now_at} meanwhile", where=where,
        hint="look at its new commits before deleting it",
    )


def _rebased(place: Place) -> str:
    """The branch that a rebase in this worktree will move, or empty."""
    for name in ("rebase-merge", "rebase-apply"):
        file = place.git_dir / name / "head-name"
        if file.exists():
            return file.read_text("utf-8", "surrogateescape").strip()
    return ""


async def fetch(door: Door, place: Place) -> str:
    """Fetch every remote without ever asking; what git said, or `nothing new`."""
    if not await remotes.names(door):
        raise OpstuiError(
            "the repository has no remote to fetch from", where=str(place.top),
            hint="add one with `git remote add origin URL`",
        )
    answer = await door.write(
        *await _batch_ssh(door), "fetch", "--all", "--no-auto-gc", "--no-recurse-submodules",
        timeout=_FETCH_TIMEOUT,
    )
    return _news(answer) or "nothing new"


async def _batch_ssh(door: Door) -> tuple[str, ...]:
    """Settings that keep ssh from asking, unless the person chose an ssh command."""
    if ssh_is_chosen():
        return ()
    chosen = await door.read("config", "--get", "core.sshCommand", accept=(0, 1))
    return () if chosen.line else ("-c", "core.sshCommand=ssh -o BatchMode=yes")


def _news(answer: Answer) -> str:
    lines = without_credentials(answer.err).splitlines()
    return "\n".join(clean(line).strip() for line in lines if line.strip())
