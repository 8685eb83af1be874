"""The commits inside a branch, and how a patch is coloured."""

from __future__ import annotations

from pathlib import Path

import pytest

from opstui.panes import commits, diff
from opstui.panes.branches import BranchesView
from opstui.panes.commits import CommitsView
from opstui.panes.diff import diff_lines
from opstui.panes.forge import branch_page, commit_page
from opstui.ui.action import actions_of
from opstui.ui.paint import text_of
from tests.backends.git.repo import Repo, isolate
from tests.desk import ScriptedDesk
from tests.panes.git_bench import drawn, world


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    isolate(tmp_path, monkeypatch)
    made = Repo.init(tmp_path / "churn")
    for n in range(5):
        made.commit(f"commit {n}")
    return made


async def commits_of(repo: Repo) -> CommitsView:
    view = BranchesView(world(repo.path))
    (branch,) = (await view.load()).items
    return view.child(branch)  # type: ignore[return-value]


async def test_pages_go_on_from_the_head_that_was_seen(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commits, "_PAGE", 2)
    view = await commits_of(repo)
    first = await view.load()
    repo.commit("meanwhile")
    second = await view.load(first.token)
    third = await view.load(second.token)
    shown = [commit.subject for page in (first, second, third) for commit in page.items]
    assert shown == [f"commit {n}" for n in (4, 3, 2, 1, 0)]
    assert (first.token, second.token, third.token) == ("2", "4", "")
    assert (await view.load()).items[0].subject == "meanwhile"


async def test_a_row_tells_graph_id_subject_names_and_age(repo: Repo) -> None:
    view = await commits_of(repo)
    newest = (await view.load()).items[0]
    assert drawn(view.columns(), (newest,), 60)[1].split() == [
        "○", newest.sha[:7], "commit", "4", "[main]", "Ana", "2d",
    ]
    assert view.name(newest) == f"{newest.sha[:7]} commit 4"
    assert view.copies(newest)[0] == ("commit", newest.sha)
    repo.git("remote", "add", "origin", "https://gitlab.com/a/churn.git")
    assert await view.url(newest) == f"https://gitlab.com/a/churn/-/commit/{newest.sha}"


async def test_a_commits_detail_is_its_patch(repo: Repo) -> None:
    view = await commits_of(repo)
    newest = (await view.load()).items[0]
    (detail,) = view.details(newest)
    lines = await detail.load(80)
    assert detail.id == f"commit/{newest.sha}"
    assert [text_of(line) for line in lines if line and line[0].style == "added"] == ["+commit 4"]
    assert [text_of(line) for line in lines if line and line[0].style == "removed"] == [
        "-commit 3"
    ]


async def test_a_branch_can_start_at_an_old_commit(repo: Repo) -> None:
    view = await commits_of(repo)
    oldest = (await view.load()).items[-1]
    create = next(one for one in actions_of(view, view.kind) if one.id == "commits.create")
    desk = ScriptedDesk(answers=["back"])
    await create.run(oldest, desk)
    assert repo.head("back") == oldest.sha
    assert oldest.sha[:7] in desk.prompts[0].label


async def test_many_names_leave_room_for_the_subject(repo: Repo) -> None:
    for n in range(5):
        repo.git("branch", f"b{n}")
    view = BranchesView(world(repo.path))
    newest = (await view.load()).items[0]
    line = text_of((await view.details(newest)[0].load(80))[0])
    assert line.count("[") == 2 and "+4 commit 4" in line


PATCH = """\
commit 1234567
Author:     Ana <ana@example.org>

    +not added, a message
    @@ not a hunk

---
 a.txt     | 3 ++-
 logo.png  | Bin 0 -> 10 bytes

diff --git a/a.txt b/a.txt
index 1..2 100644
--- a/a.txt
+++ b/a.txt
@@ -1,2 +1,3 @@ def f():
 same
-old
+new
--- sql comment removed
\\ No newline at end of file
diff --cc b.txt
@@@ -1,1 -1,1 +1,1 @@@
++both
 +one
- gone
  same"""


def test_lines_are_coloured_by_what_they_are() -> None:
    styles = [(line[0].style if line else "") for line in diff_lines(PATCH)]
    assert styles == [
        "title", "dim", "plain", "plain", "plain", "plain", "dim", "plain", "plain", "plain",
        "title", "dim", "dim", "dim", "hunk", "plain", "removed", "added", "removed", "dim",
        "title", "hunk", "added", "added", "removed", "plain",
    ]
    stat = diff_lines(PATCH)[7]
    assert [(span.text, span.style) for span in stat] == [
        (" a.txt     | 3 ", "plain"), ("++", "added"), ("-", "removed"),
    ]


def test_a_very_long_patch_ends_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diff, "_LINES", 3)
    lines = diff_lines("a\nb\nc\nd\ne\n")
    assert len(lines) == 5
    assert text_of(lines[-1]) == "… 2 lines more; `git show` in a shell prints all"
    (line,) = diff_lines("x" * 10_000)
    assert text_of(line) == "x" * 2000 + "…"


def test_form_feeds_and_returns_do_not_break_lines() -> None:
    assert [text_of(line) for line in diff_lines("a\x0cb\r\nc\u2028d\te\n")] == [
        "a\x0cb", "c\u2028d e",
    ]


@pytest.mark.parametrize(("host", "branch", "commit"), [
    ("https://github.com/t/r", "/tree/a/b%23c", "/commit/f00"),
    ("https://gitlab.example/t/r", "/-/tree/a/b%23c", "/-/commit/f00"),
    ("https://bitbucket.org/t/r", "/branch/a/b%23c", "/commits/f00"),
    ("https://codeberg.org/t/r", "/src/branch/a/b%23c", "/commit/f00"),
])
def test_pages_at_the_known_hosts(host: str, branch: str, commit: str) -> None:
    assert branch_page(host, "a/b#c") == host + branch
    assert commit_page(host, "f00") == host + commit
    assert branch_page("", "a") == commit_page("", "f00") == ""


def test_a_name_that_is_not_utf8_keeps_its_bytes() -> None:
    assert branch_page("https://github.com/t/r", "caf\udce9").endswith("/tree/caf%E9")
