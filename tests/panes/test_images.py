"""The images pane on a real engine: what a row says, what is asked, what happens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.docker.engine import DockerEngine
from opstui.domain.branch import Branch
from opstui.domain.errors import OpstuiError
from opstui.domain.image import REVISION_LABEL, Image
from opstui.operations.world import World
from opstui.panes.images import ImagesView
from tests.panes.docker_bench import Person, journal, row, why_not, world
from tests.panes.mlflow_bench import repository, shown
from tests.servers.dockerd import PrivateDockerd

COMMIT = "4f2c1e9aa0b1c2d3e4f5060718293a4b5c6d7e8f"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
IMAGE = Image(
    id="sha256:" + "ab" * 32, tags=("churn-api:1.4.0", "churn-api:latest", "churn-api:prod"),
    digests=("registry/churn-api@sha256:" + "cd" * 32,), size=184_000_000,
    created=NOON - timedelta(hours=3), labels=((REVISION_LABEL, COMMIT),),
    used_by=("web", "worker"),
)
real = [pytest.mark.docker, pytest.mark.xdist_group("docker")]


@pytest.fixture
def still(tmp_path: Path) -> ImagesView:
    """A view that is only looked at."""
    return ImagesView(world(DockerEngine(RecentCalls()), tmp_path, now=NOON))


@pytest.fixture
async def live(dockerd: PrivateDockerd, tmp_path: Path) -> AsyncIterator[World]:
    repository(tmp_path)
    engine = DockerEngine(RecentCalls(), host=dockerd.url)
    yield world(engine, tmp_path)
    await engine.close()


async def named(view: ImagesView, name: str) -> Image:
    return next(one for one in (await view.load()).items if name in one.tags)


def test_a_wide_row_says_everything(still: ImagesView) -> None:
    assert row(still, IMAGE, 110).split() == [
        "churn-api:1.4.0", ":latest", ":prod", "abababababab", "cdcdcdcdcdcd", "4f2c1e9",
        "2", "containers", "184", "MB", "3h",
    ]


def test_a_narrow_row_keeps_name_size_and_age(still: ImagesView) -> None:
    assert row(still, IMAGE, 34).startswith("churn-api:1.4.0")
    assert row(still, IMAGE, 34).endswith("3h")
    assert row(still, IMAGE, 44).endswith("184 MB 3h")


def test_names_that_do_not_fit_a_row_are_counted() -> None:
    from dataclasses import replace

    from opstui.panes.images import names
    from opstui.ui.paint import text_of

    many = replace(IMAGE, tags=("a:1", "a:2", "b:1", "b:2", "c:1"))
    assert text_of(names(many)) == "a:1 :2 b:1 +2"
    assert text_of(names(replace(IMAGE, tags=(), digests=()))) == "<none>"
    assert text_of(names(replace(IMAGE, tags=()))) == "registry/churn-api:<none>"


def test_a_filter_finds_any_name_commit_or_container(still: ImagesView) -> None:
    for text in ("churn-api:prod", COMMIT[:10], "worker", "abab", "cdcd"):
        assert text in still.words(IMAGE)


def test_a_commit_that_heads_a_branch_is_a_link(still: ImagesView, tmp_path: Path) -> None:
    column = next(one for one in still.columns() if one.id == "commit")
    assert column.cell(IMAGE).style == "dim"
    still._world.board.branches = (
        Branch("refs/remotes/origin/main", "origin/main", COMMIT, NOON, remote="origin"),
        Branch("refs/heads/main", "main", COMMIT, NOON, current=True),
    )
    assert column.cell(IMAGE).style == "link"


async def test_the_link_leads_to_the_branch(still: ImagesView) -> None:
    still._world.board.branches = (Branch("refs/heads/main", "main", COMMIT, NOON),)
    person = Person()
    await still.commit(IMAGE, person)
    assert person.went == [("branches", "refs/heads/main")]
    assert "4f2c1e9  head of main" in await shown(still.details(IMAGE)[0])


async def test_facts_name_every_tag_and_digest(still: ImagesView) -> None:
    text = await shown(still.details(IMAGE)[0])
    for fact in (*IMAGE.tags, *IMAGE.digests, IMAGE.id, "2026-03-01 09:00 UTC, 3h ago", "184 MB",
                 "web, worker", "not the head of a branch", REVISION_LABEL):
        assert fact in text


async def test_an_image_without_a_commit_tells_how_to_label_the_next(still: ImagesView) -> None:
    from dataclasses import replace

    plain = replace(IMAGE, labels=())
    assert f"build with --label {REVISION_LABEL}=" in await shown(still.details(plain)[0])
    assert why_not(still, "commit", plain) == "no label tells its commit"


def test_removing_is_dimmed_with_the_containers_names(still: ImagesView) -> None:
    from dataclasses import replace

    assert why_not(still, "remove", IMAGE) == "used by web, worker"
    assert why_not(still, "remove", replace(IMAGE, used_by=())) == ""
    assert why_not(still, "remove", IMAGE, read_only=True) == "read-only"


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
class TestOnARealEngine:
    async def test_removing_asks_with_every_name_then_writes_it_down(
        self, dockerd: PrivateDockerd, live: World
    ) -> None:
        key = dockerd.image("pane-a:1", text="pane-a")
        with dockerd.client() as client:
            client.tag(key, "pane-b", "2")
        view = ImagesView(live)
        image = await named(view, "pane-a:1")
        assert image in live.board.images
        no = Person(yes=False)
        await view.remove(image, no)
        assert "pane-a:1, pane-b:2" in no.questions[0].effect
        assert no.questions[0].danger
        assert no.questions[0].place == f"{dockerd.url}, settings"
        assert await journal(live) == []
        yes = Person()
        await view.remove(image, yes)
        assert yes.changes == ["images"]
        assert key not in [one.id for one in (await view.load()).items]
        assert await journal(live) == [
            ("image.remove", "pane-a:1", "intent", ""),
            ("image.remove", "pane-a:1", "result", "done"),
        ]

    async def test_a_container_made_meanwhile_saves_the_image(
        self, dockerd: PrivateDockerd, live: World
    ) -> None:
        dockerd.image("pane-late:1", text="pane-late")
        view = ImagesView(live)
        image = await named(view, "pane-late:1")
        dockerd.run("late-user", "pane-late:1", "true")
        with pytest.raises(OpstuiError, match="used by late-user"):
            await view.remove(image, Person())
        assert (await journal(live))[-1][3].startswith("failed: pane-late:1 is used by late-user")
        assert await named(view, "pane-late:1")

    async def test_tagging_offers_the_repository_and_says_what_moves(
        self, dockerd: PrivateDockerd, live: World
    ) -> None:
        dockerd.image("pane-tag:old", text="pane-old")
        dockerd.image("pane-tag:new", text="pane-new")
        view = ImagesView(live)
        image, other = await named(view, "pane-tag:new"), await named(view, "pane-tag:old")
        person = Person(answer="prod")  # in its own repository
        await view.tag(image, person)
        assert person.prompts[0].value == "pane-tag:"
        assert "pane-tag:" in person.prompts[0].options
        assert not person.questions[0].danger
        mover = Person(answer="pane-tag:old")
        await view.tag(await named(view, "pane-tag:new"), mover)
        effect = mover.questions[0].effect
        assert effect == f"pane-tag:old moves from {other.short_id} to {image.short_id}."
        assert mover.questions[0].danger
        assert (await named(view, "pane-tag:old")).id == image.id
        with pytest.raises(OpstuiError, match="'a:Nonsense:b' is not a name"):
            await view.tag(image, Person(answer="a:Nonsense:b"))
        await view.tag(image, Person(answer=None))
        assert [line[1] for line in await journal(live)][::2] == ["pane-tag:prod", "pane-tag:old"]

    async def test_an_older_commit_is_shown_from_git(
        self, dockerd: PrivateDockerd, live: World, tmp_path: Path
    ) -> None:
        sha = (await live.git.repository()).commit
        dockerd.image("pane-git:1", labels={REVISION_LABEL: sha}, text="pane-git")
        view = ImagesView(live)
        person = Person()
        await view.commit(await named(view, "pane-git:1"), person)
        assert sha in await shown(person.documents[0])

    async def test_layers_and_json(self, dockerd: PrivateDockerd, live: World) -> None:
        dockerd.image("pane-layers:1", text="pane-layers")
        view = ImagesView(live)
        _, _, layers, inspected = view.details(await named(view, "pane-layers:1"))
        assert (await shown(layers)).startswith("1 layer, 2.0 MB, newest first")
        assert '"pane-layers:1"' in await shown(inspected)
