"""The branches pane, on a real repository, with a person at the desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from opstui.domain.branch import Branch
from opstui.domain.ci import CiRun
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from opstui.panes.branches import BranchesView
from opstui.panes.commits import CommitsView
from opstui.ui.action import Bound, actions_of
from opstui.ui.paint import text_of
from tests.backends.git.repo import Repo, isolate
from tests.desk import ScriptedDesk
from tests.panes.git_bench import NOW, drawn, texts, world


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A clone whose main is two commits ahead and one behind, with a merged and an open branch."""
    isolate(tmp_path, monkeypatch)
    origin = Repo.init(tmp_path / "origin")
    origin.commit("first")
    clone = Repo(tmp_path / "churn", clock=origin.clock)
    origin.git("clone", "-q", str(origin.path), str(clone.path))
    clone.git("branch", "merged")
    clone.git("switch", "-q", "-c", "feature/scaler")
    clone.commit("try a robust scaler")
    clone.git("switch", "-q", "main")
    clone.commit("fix[/]bug in the reader")
    clone.commit("say what failed")
    origin.clock = clone.clock
    origin.commit("theirs")
    clone.git("fetch", "-q")
    (clone.path / "notes.txt").write_text("mine\n")
    return clone


@pytest.fixture
def view(repo: Repo) -> BranchesView:
    return BranchesView(world(repo.path))


async def pick(view: BranchesView, name: str) -> Branch:
    return next(branch for branch in (await view.load()).items if branch.name == name)


def bound(view: BranchesView, name: str) -> Bound:
    return next(one for one in actions_of(view, view.kind) if one.id == f"branches.{name}")


async def run(view: BranchesView, name: str, branch: Branch | None, desk: ScriptedDesk) -> None:
    await bound(view, name).run(branch, desk)


async def test_the_current_branch_comes_first_then_local_then_remote(view: BranchesView) -> None:
    page = await view.load()
    assert [branch.name for branch in page.items] == [
        "main", "feature/scaler", "merged", "origin/main",
    ]
    assert view.world.board.branches == page.items
    assert page.token == ""


async def test_a_narrow_pane_keeps_what_matters(view: BranchesView) -> None:
    main = await pick(view, "main")
    view.world.board.ci_runs = (CiRun(
        "local", "1", 1, "test", main.commit, "main", Status.PASSED, NOW - timedelta(hours=1)
    ),)
    items = view.world.board.branches
    assert drawn(view.columns(), items, 40) == [
        "  Branch          ~  ↑↓    CI Author Age",
        "* main            ~1 ↑2 ↓1 ✓  Ana     2d",
        "  feature/scaler              Ana     2d",
        "  merged                      Ana     2d",
        "  origin/main                 Ana     2d",
    ]
    assert drawn(view.columns(), items, 32)[1].split() == [
        "*", "main", "~1", "↑2", "↓1", "✓", "2d",
    ]
    wide = drawn(view.columns(), items, 120)
    assert "fix[/]bug" not in wide[1] and "say what failed" in wide[1] and "Ana" in wide[1]


async def test_without_unicode_everything_is_ascii(repo: Repo) -> None:
    view = BranchesView(world(repo.path, ascii_only=True))
    main = await pick(view, "main")
    shown = drawn(view.columns(), (main,), 80) + texts(await view.details(main)[0].load(80))
    assert all(line.isascii() for line in shown)


async def test_a_gone_upstream_is_said(repo: Repo, view: BranchesView) -> None:
    repo.git("update-ref", "-d", "refs/remotes/origin/main")
    assert "gone" in drawn(view.columns(), (await pick(view, "main"),), 60)[1]


async def test_the_frame_says_what_is_unusual(repo: Repo, view: BranchesView) -> None:
    await view.load()
    assert view.title == "Branches"
    repo.git("switch", "-q", "--detach")
    await view.load()
    assert view.title == f"Branches, detached at {repo.head()[:7]}"
    repo.git("bisect", "start")
    await view.load()
    assert view.title == "Branches, bisect under way"


async def test_an_empty_repository_says_how_to_begin(tmp_path: Path, repo: Repo) -> None:
    view = BranchesView(world(Repo.init(tmp_path / "empty").path))
    assert (await view.load()).items == ()
    assert "git commit" in " ".join(texts(view.empty()))


async def test_no_repository_is_a_sentence(tmp_path: Path, repo: Repo) -> None:
    with pytest.raises(OpstuiError, match="start opstui inside one or give its path"):
        await BranchesView(world(tmp_path)).load()


async def test_the_detail_shows_the_log_and_the_head_commit(view: BranchesView) -> None:
    log, commit, _ = view.details(await pick(view, "main"))
    lines = texts(await log.load(80))
    assert [line[:1] for line in lines] == ["○", "○", "○"]
    assert "[main] say what failed  Ana, 2d" in lines[0]
    roles = {span.style for line in await commit.load(80) for span in line}
    assert {"title", "hunk", "added", "removed"} <= roles


async def test_enter_lists_the_commits(view: BranchesView) -> None:
    inside = view.child(await pick(view, "main"))
    assert isinstance(inside, CommitsView)
    assert [commit.subject for commit in (await inside.load()).items] == [
        "say what failed", "fix[/]bug in the reader", "first",
    ]


async def test_copy_and_open(repo: Repo, view: BranchesView) -> None:
    scaler = await pick(view, "feature/scaler")
    assert view.copies(scaler)[0] == ("name", "feature/scaler")
    assert ("commit", scaler.commit) in view.copies(scaler)
    assert await view.url(scaler) == ""
    repo.git("remote", "set-url", "origin", "git@github.com:team/churn.git")
    assert await view.url(scaler) == ""  # Never pushed.
    repo.git("update-ref", "refs/remotes/origin/feature/scaler", "feature/scaler")
    scaler = await pick(view, "feature/scaler")
    assert await view.url(scaler) == "https://github.com/team/churn/tree/feature/scaler"
    for name in ("main", "origin/main"):
        assert await view.url(await pick(view, name)) == "https://github.com/team/churn/tree/main"


async def test_the_filter_knows_author_subject_and_place(view: BranchesView) -> None:
    words = view.words(await pick(view, "origin/main"))
    for word in ("origin/main", "Ana", "theirs", "remote"):
        assert word in words


async def test_switching_says_what_happens_and_is_journalled(
    repo: Repo, view: BranchesView
) -> None:
    (repo.path / "notes.txt").write_text("mine\n")
    desk = ScriptedDesk(confirms=[True])
    scaler = await pick(view, "feature/scaler")
    await run(view, "switch", scaler, desk)
    (question,) = desk.questions
    assert (question.object, question.place) == ("feature/scaler", str(repo.path))
    assert "1 changed file" in question.effect
    assert repo.git("branch", "--show-current") == "feature/scaler"
    assert desk.reloads == ["branches", "commits"]
    assert desk.worked_on == [("branches", scaler.key)]
    entries = await view.world.journal.entries()
    assert [(entry.what, entry.phase, entry.result) for entry in reversed(entries)] == [
        ("branch.switch", "intent", ""), ("branch.switch", "result", "done"),
    ]


async def test_cancel_changes_nothing(repo: Repo, view: BranchesView) -> None:
    before = repo.git("for-each-ref")
    await run(view, "switch", await pick(view, "merged"), ScriptedDesk(confirms=[False]))
    await run(view, "delete", await pick(view, "merged"), ScriptedDesk(confirms=[False]))
    await run(view, "create", await pick(view, "merged"), ScriptedDesk(answers=[None]))
    assert repo.git("branch", "--show-current") == "main"
    assert repo.git("for-each-ref") == before
    assert await view.world.journal.entries() == ()


async def test_what_is_not_possible_says_why(
    repo: Repo, view: BranchesView, tmp_path: Path
) -> None:
    repo.git("worktree", "add", "-q", "-b", "elsewhere", str(tmp_path / "tree"))

    async def why(action: str, name: str) -> str:
        return bound(view, action).why_not(await pick(view, name), read_only=False)

    assert await why("switch", "main") == "it is checked out already"
    assert await why("switch", "elsewhere") == f"it is checked out in {tmp_path / 'tree'}"
    assert await why("delete", "main") == "it is checked out here; switch away first"
    assert await why("delete", "elsewhere") == f"it is checked out in {tmp_path / 'tree'}"
    assert await why("delete", "origin/main") == "deleting remote branches is left to git push"
    assert await why("switch", "origin/main") == await why("delete", "merged") == ""
    assert bound(view, "delete").why_not(await pick(view, "merged"), read_only=True) == "read-only"
    repo.git("clone", "-q", "--bare", str(repo.path), str(tmp_path / "bare.git"))
    bare = BranchesView(world(tmp_path / "bare.git"))
    merged = await pick(bare, "merged")
    assert bound(bare, "switch").why_not(merged, read_only=False) == (
        "a bare repository has no work tree"
    )


async def test_a_new_branch_is_asked_for_until_git_takes_its_name(
    repo: Repo, view: BranchesView
) -> None:
    desk = ScriptedDesk(answers=["two words", "merged", "fix/nan-input"])
    scaler = await pick(view, "feature/scaler")
    await run(view, "create", scaler, desk)
    assert repo.head("fix/nan-input") == scaler.commit
    assert [prompt.value for prompt in desk.prompts] == ["", "two words", "merged"]
    assert "git does not allow two words as a branch name" in desk.said[0]
    assert "a branch named merged exists already" in desk.said[1]
    assert desk.jumps == [("branches", "refs/heads/fix/nan-input")]
    assert repo.git("branch", "--show-current") == "main"


async def test_a_merged_branch_goes_after_one_question(repo: Repo, view: BranchesView) -> None:
    desk = ScriptedDesk(confirms=[True])
    merged = await pick(view, "merged")
    await run(view, "delete", merged, desk)
    assert not repo.has("refs/heads/merged")
    (question,) = desk.questions
    assert question.danger and "in its upstream or in HEAD" in question.effect
    (result, _) = await view.world.journal.entries()
    assert (result.before, result.evidence) == (merged.commit, (("merged", "yes"),))


async def test_an_unmerged_branch_goes_after_its_name_was_typed(
    repo: Repo, view: BranchesView
) -> None:
    scaler = await pick(view, "feature/scaler")
    desk = ScriptedDesk(confirms=[True, False])
    await run(view, "delete", scaler, desk)
    assert repo.has("refs/heads/feature/scaler")
    first, second = desk.questions
    assert (first.typed, second.typed) == ("", "feature/scaler")
    assert scaler.commit in second.effect
    assert any("try a robust scaler" in text_of(line) for line in second.body)
    await run(view, "delete", scaler, ScriptedDesk(confirms=[True, True]))
    assert not repo.has("refs/heads/feature/scaler")


async def test_a_name_that_no_keyboard_has_is_confirmed_by_its_id(
    repo: Repo, view: BranchesView
) -> None:
    repo.git("switch", "-q", "-c", b"caf\xe9")
    repo.commit("work")
    repo.git("switch", "-q", "main")
    branch = await pick(view, "caf\udce9")
    desk = ScriptedDesk(confirms=[True, True])
    await run(view, "delete", branch, desk)
    assert desk.questions[1].typed == branch.commit[:7]
    assert all(branch.name != left.name for left in (await view.load()).items)


async def test_a_branch_that_moved_while_asking_stays(repo: Repo, view: BranchesView) -> None:
    merged = await pick(view, "merged")
    repo.git("branch", "-f", "merged", "main")
    with pytest.raises(OpstuiError, match="merged moved from"):
        await run(view, "delete", merged, ScriptedDesk(confirms=[True, True]))
    assert repo.has("refs/heads/merged")
    (result, _) = await view.world.journal.entries()
    assert result.result.startswith("failed: merged moved from")


async def test_fetching_says_what_came(repo: Repo, view: BranchesView, tmp_path: Path) -> None:
    Repo(tmp_path / "origin").git("branch", "news")
    desk = ScriptedDesk()
    await run(view, "fetch", None, desk)
    assert "1 changed reference" in desk.said[-1] and "news" in desk.said[-1]
    await run(view, "fetch", None, desk)
    assert desk.said[-1] == "fetched: nothing new"


async def test_news_of_ci_needs_no_reload(view: BranchesView) -> None:
    main = await pick(view, "main")
    cell = next(column for column in view.columns() if column.id == "ci")
    assert text_of((cell.cell(main),)) == ""  # type: ignore[arg-type]
    run_of_main = CiRun("local", "1", 1, "test", main.commit, "main", Status.FAILED, NOW)
    view.world.board.ci_runs = (run_of_main,)
    assert cell.cell(main) == ("✗", "bad")
    view.world.board.ci_runs = (replace(run_of_main, status=Status.PASSED),)
    assert cell.cell(main) == ("✓", "good")
    assert view.follows == ("ci",)


async def test_a_glance_lists_no_branches_until_a_file_of_the_work_tree_changed(
    repo: Repo, view: BranchesView, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed: list[str] = []
    branches = view.world.git.branches

    async def counted() -> tuple[Branch, ...]:
        listed.append("listed")
        return await branches()

    monkeypatch.setattr(view.world.git, "branches", counted)
    await view.load()
    assert await view.glance() is None
    assert len(listed) == 1
    (repo.path / "more.txt").write_text("mine\n")
    page = await view.glance()
    assert page is not None
    assert next(branch for branch in page.items if branch.current).dirty == 2
    assert len(listed) == 2
