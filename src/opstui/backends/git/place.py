"""Where a repository keeps its parts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from opstui.backends.git.command import Door
from opstui.backends.git.questions import PLACE
from opstui.backends.git.refusals import no_repository, refused


@dataclass(frozen=True, slots=True)
class Place:
    """The folders of one repository, all absolute."""

    git_dir: Path
    """This worktree's own part: HEAD, index, an operation under way."""
    common_dir: Path
    """What all worktrees share: refs, objects, config. Equals `git_dir` in a plain repository."""
    top: Path
    """The work tree's top, or the git directory where there is none."""
    bare: bool
    """There is no work tree to look at from here."""

    @property
    def shallow(self) -> bool:
        """Whether history is cut off; the file is how git itself knows."""
        return (self.common_dir / "shallow").exists()

    @property
    def operation(self) -> str:
        """What is under way, told by the files that git-status(1) looks for, or empty."""
        for name, word in (
            ("rebase-merge", "rebase"), ("rebase-apply", "rebase"), ("MERGE_HEAD", "merge"),
            ("CHERRY_PICK_HEAD", "cherry-pick"), ("REVERT_HEAD", "revert"),
            ("BISECT_LOG", "bisect"),
        ):
            if (self.git_dir / name).exists():
                return word
        return ""

    @property
    def name(self) -> str:
        """What people call it: its folder, a bare one without `.git`."""
        folder = self.top.parent if self.top.name == ".git" else self.top
        return folder.name.removesuffix(".git") or str(folder)


async def find(door: Door) -> Place:
    """The repository around the door's folder; OpstuiError where there is none."""
    answer = await door.read(*PLACE, accept=(0, 128))
    said = answer.line.split("\n")
    if answer.code and len(said) < 3:
        raise refused("rev-parse", answer.err, door.folder)
    if len(said) < 3:
        raise no_repository(str(door.folder))
    git_dir, common_dir, inside = Path(said[0]), Path(said[1]), said[2] == "true"
    if not inside and git_dir.name == ".git" and door.folder != git_dir.parent:
        return await find(door.at(git_dir.parent))  # Started inside `.git`: mean its work tree.
    top = Path(said[3]) if inside and len(said) > 3 else git_dir
    return Place(git_dir, common_dir, top, bare=not inside)
