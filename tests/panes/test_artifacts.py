"""What a run left behind on a real server: gone through, looked at, downloaded, given up."""

from __future__ import annotations

import asyncio
import io
import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from opstui.backends.artifact_protocols import Artifacts
from opstui.domain.errors import OpstuiError
from opstui.domain.experiment import Artifact, Experiment, LoggedModel, Run
from opstui.domain.status import Status
from opstui.operations.downloading import fetch, files_of, place_of
from opstui.operations.world import World
from opstui.panes.artifact_preview import preview
from opstui.panes.artifacts import ArtifactsView, Loading
from opstui.panes.run_acts import RunActs
from opstui.panes.run_detail import artifacts as run_artifacts
from opstui.panes.runs import RunsView
from opstui.ui.column import as_line
from opstui.ui.paint import text_of
from tests.backends.mlflow.talking import connected
from tests.desk import ScriptedDesk
from tests.panes.mlflow_bench import repository, shown, world
from tests.servers.mlflow_server import Judge, MlflowServer

LEFT = """
import io, struct, zlib
experiment = client.create_experiment(name)
answer = run_id = client.create_run(experiment, run_name="left").info.run_id
client.log_text(run_id, "hello\\nworld", "notes.txt")
client.log_text(run_id, '{"auc": 0.9, "names": ["größe"]}', "deep/er/facts.json")
client.log_text(run_id, "name,score\\nana,0.5\\n\\"o, k\\",12\\n", "deep/table.csv")
client.log_text(run_id, "# Title\\n- one\\n", "deep/README.md")
client.log_text(run_id, "flavors:\\n  sklearn: x\\n", "deep/conf.yaml")
client.log_text(run_id, "x" * 300_000, "deep/long.log")
client.log_text(run_id, "", "empty.txt")
client.log_text(run_id, "odd", "deep/größe [1] & 模型.txt")
client.log_dict(run_id, {"a": 1}, "a b.json")
"""


@pytest.fixture
async def here(mlflow_server: MlflowServer, tmp_path: Path) -> AsyncIterator[World]:
    repository(tmp_path)
    async with connected(mlflow_server.url) as connection:
        yield world(connection, tmp_path)


@pytest.fixture(scope="module")
def run_id(judge: Judge) -> str:
    return str(judge(LEFT, name=f"left-{uuid.uuid4().hex[:6]}"))


@pytest.fixture
async def view(here: World, run_id: str) -> ArtifactsView:
    return ArtifactsView(here, await here.tracking.run(run_id), {})


def rows(view: ArtifactsView, items: tuple[Artifact, ...]) -> list[str]:
    name = view.columns()[0]
    return [text_of(as_line(name.cell(item))) for item in items]


async def into(view: ArtifactsView, name: str) -> tuple[ArtifactsView, dict[str, Artifact]]:
    items = {item.name: item for item in (await view.load()).items}
    child = view.child(items[name])
    assert isinstance(child, ArtifactsView)
    return child, {item.name: item for item in (await child.load()).items}


@pytest.mark.mlflow
@pytest.mark.mlflow2
async def test_folders_open_inside_the_pane_and_files_are_looked_at(view: ArtifactsView) -> None:
    top = (await view.load()).items
    assert rows(view, top) == ["deep/", "a b.json", "empty.txt", "notes.txt"]
    assert await shown(view.details(top[3])[0]) == "hello\nworld"
    assert await shown(view.details(top[2])[0]) == "an empty file"
    assert "facts" not in await shown(view.details(top[0])[0])
    deep, files = await into(view, "deep")
    assert await shown(deep.details(files["table.csv"])[0]) == (
        "name  score\nana     0.5\no, k     12"
    )
    assert await shown(deep.details(files["README.md"])[0]) == "Title\n• one"
    assert await shown(deep.details(files["conf.yaml"])[0]) == "flavors:\n  sklearn: x"
    assert await shown(deep.details(files["größe [1] & 模型.txt"])[0]) == "odd"
    long = await shown(deep.details(files["long.log"])[0])
    assert "the first 262 kB of 300 kB are shown" in long
    _, files = await into(deep, "er")
    assert await shown(view.details(files["facts.json"])[0]) == (
        '{\n  "auc": 0.9,\n  "names": [\n    "größe"\n  ]\n}'
    )
    assert view.copies(files["facts.json"])[0][1].endswith("/deep/er/facts.json")


@pytest.mark.mlflow
@pytest.mark.mlflow2
async def test_the_key_a_opens_them_from_the_runs(here: World, run_id: str) -> None:
    run = await here.tracking.run(run_id)
    desk = ScriptedDesk()
    await RunActs(RunsView(here, Experiment(run.experiment_id, "left"))).artifacts(run, desk)
    [(name, view)] = desk.opened
    assert name == "left artifacts"
    assert len((await view.load()).items) == 4
    listed = "\n".join(text_of(line) for line in await run_artifacts(here, run))
    assert "deep/" in listed
    assert "table.csv" in listed


@pytest.mark.mlflow
@pytest.mark.mlflow2
async def test_a_folder_is_downloaded_as_mlflows_client_does_it(
    view: ArtifactsView, tmp_path: Path, judge: Judge, run_id: str
) -> None:
    deep, inside = await into(view, "deep")
    await deep.download(inside["er"], ScriptedDesk(answers=[str(tmp_path / "ours")]))
    judged = judge("answer = client.download_artifacts(run_id, 'deep/er', path)",
                   run_id=run_id, path=str(tmp_path))
    assert (tmp_path / "ours" / "facts.json").read_bytes() == (
        Path(judged) / "facts.json").read_bytes()


@pytest.mark.mlflow  # on 2.22 the client of that release can't download a name that is not ASCII
async def test_a_file_and_a_folder_are_downloaded_and_nothing_is_overwritten_unasked(
    view: ArtifactsView, tmp_path: Path, judge: Judge, run_id: str
) -> None:
    items = {item.name: item for item in (await view.load()).items}
    target = tmp_path / "got" / "notes.txt"
    desk = ScriptedDesk(answers=[str(target), str(target), str(tmp_path / "got")],
                        confirms=[False, True])
    await view.download(items["notes.txt"], desk)
    assert target.read_text() == "hello\nworld"
    target.write_text("mine")
    await view.download(items["notes.txt"], desk)
    assert target.read_text() == "mine"
    await view.download(items["notes.txt"], desk)
    assert target.read_text() == "hello\nworld"
    assert [one.object for one in desk.questions] == [str(target)] * 2
    await view.download(items["deep"], ScriptedDesk(answers=[str(tmp_path / "all")]))
    judged = judge("answer = client.download_artifacts(run_id, 'deep', path)",
                   run_id=run_id, path=str(tmp_path))
    theirs = {path.relative_to(judged): path.read_bytes()
              for path in Path(judged).rglob("*") if path.is_file()}
    ours = {path.relative_to(tmp_path / "all"): path.read_bytes()
            for path in (tmp_path / "all").rglob("*") if path.is_file()}
    assert ours == theirs
    assert len(ours) == 6
    assert view.loading == {}


@pytest.mark.mlflow
async def test_the_models_of_mlflow_3_are_shown_with_their_run(
    here: World, judge: Judge, tmp_path: Path
) -> None:
    run_id, model_id = judge(
        """
import tempfile, pathlib
experiment = client.create_experiment(name)
run = client.create_run(experiment, run_name="logs a model")
model = client.create_logged_model(experiment, name="churn", source_run_id=run.info.run_id,
                                   model_type="classifier")
folder = pathlib.Path(tempfile.mkdtemp())
(folder / "MLmodel").write_text("flavors: {}\\n")
client.log_model_artifacts(model.model_id, str(folder))
client.finalize_logged_model(model.model_id, "READY")
answer = [run.info.run_id, model.model_id]
""", name=f"logged-{uuid.uuid4().hex[:6]}")
    run = await here.tracking.run(run_id)
    view = ArtifactsView(here, run, {})
    [model] = (await view.load()).items
    assert rows(view, (model,)) == [f"churn/  logged model {model_id}"]
    inside, files = await into(view, "")
    assert await shown(inside.details(files["MLmodel"])[0]) == "flavors: {}"
    assert inside.copies(files["MLmodel"])[0] == ("uri", f"models:/{model_id}/MLmodel")
    await view.download(model, ScriptedDesk(answers=[str(tmp_path / "model")]))
    assert (tmp_path / "model" / "MLmodel").read_text() == "flavors: {}\n"
    assert f"logged model {model_id}" in "\n".join(
        text_of(line) for line in await run_artifacts(here, run)
    )


@pytest.mark.mlflow
@pytest.mark.mlflow2
async def test_a_file_that_is_gone_is_told(view: ArtifactsView, run_id: str) -> None:
    gone = Artifact("never/was.txt", False, 3, run_id)
    with pytest.raises(OpstuiError):
        await shown(view.details(gone)[0])


class Slow:
    """Files that come in pieces, as long as somebody lets them."""

    def __init__(self) -> None:
        self.step = asyncio.Semaphore(0)
        self.closed = False
        self.pieces = [b"a" * 10, b"b" * 10]
        self.listed: tuple[Artifact, ...] = ()

    async def models(self, run: Run) -> tuple[LoggedModel, ...]:
        return ()

    async def folder(self, owner: str, path: str = "") -> tuple[Artifact, ...]:
        return self.listed

    async def content(self, file: Artifact) -> AsyncGenerator[bytes, None]:
        try:
            for piece in self.pieces:
                await self.step.acquire()
                yield piece
        finally:
            self.closed = True


RUN = Run("r1", "slow", "1", Status.PASSED)
FILE = Artifact("model.bin", False, 20, "r1")


def slow_view(slow: Slow, tmp_path: Path) -> ArtifactsView:
    from tests.fakes.world import fake_world

    artifacts: Artifacts = slow
    loading: dict[str, Loading] = {}
    return ArtifactsView(replace(fake_world(tmp_path), artifacts=artifacts), RUN, loading)


async def until(true: Any) -> None:
    while not true():
        await asyncio.sleep(0.001)


async def test_a_download_says_how_far_it_is_and_can_be_given_up(tmp_path: Path) -> None:
    slow = Slow()
    view, desk = slow_view(slow, tmp_path), ScriptedDesk(answers=[str(tmp_path / "x.bin")])
    task = asyncio.create_task(view.download(FILE, desk))
    slow.step.release()
    await asyncio.wait_for(until(lambda: FILE.key in view.loading
                                 and view.loading[FILE.key].got == 10), 10)
    got = next(column for column in view.columns() if column.id == "got")
    assert text_of(as_line(got.cell(FILE))) == "10 B of 20 B, 50 %"
    await asyncio.wait_for(until(lambda: desk.said), 10)
    assert desk.said[0] == "model.bin: 10 B of 20 B, 50 %; x gives it up"
    await view.stop(FILE, desk)
    await asyncio.wait_for(task, 10)
    assert "given up" in desk.said[-1]
    assert slow.closed
    assert [path.name for path in tmp_path.iterdir()] == []
    assert view.loading == {}


async def test_a_file_that_comes_short_is_no_file(tmp_path: Path) -> None:
    slow = Slow()
    slow.pieces = slow.pieces[:1]
    slow.step.release()
    with pytest.raises(OpstuiError, match="10 of 20 bytes"):
        await fetch(slow, FILE, tmp_path / "x.bin", replace=False, got=lambda count: None)
    assert list(tmp_path.iterdir()) == []


async def test_a_file_that_came_up_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    slow, target = Slow(), tmp_path / "x.bin"
    task = asyncio.create_task(fetch(slow, FILE, target, replace=False, got=lambda count: None))
    slow.step.release()
    await asyncio.sleep(0)
    target.write_text("mine")
    slow.step.release()
    with pytest.raises(OpstuiError):
        await task
    assert target.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["x.bin"]


@pytest.mark.parametrize("path", ["../evil", "/etc/passwd", "a/../../evil", "a/\0b"])
def test_names_that_lead_out_of_the_target_are_refused(tmp_path: Path, path: str) -> None:
    root = Artifact("", True, owner="r1")
    with pytest.raises(OpstuiError):
        place_of(tmp_path, root, Artifact(path, False, 1, "r1"))


async def test_a_folder_that_holds_itself_is_given_up(tmp_path: Path) -> None:
    slow = Slow()
    slow.listed = (Artifact("loop", True, owner="r1"),)
    with pytest.raises(OpstuiError, match="deeper"):
        await files_of(slow, Artifact("loop", True, owner="r1"))


@pytest.mark.parametrize("name, data, told", [
    ("x.bin", b"\0\1\2", "files that are no text are not previewed"),
    ("x.jpg", b"\xff\xd8", "pictures other than PNG are not previewed"),
    ("x.png", b"no picture", "not a PNG picture"),
    ("x.txt", "größe".encode("utf-16"), "größe"),
    ("x.json", b"{ damaged", "{ damaged"),
    ("x.csv", b"a;b\n1;2\n", "a  b\n1  2"),
])
async def test_what_cannot_be_shown_is_said(name: str, data: bytes, told: str) -> None:
    slow = Slow()
    slow.pieces = [data]
    slow.step.release()
    file = Artifact(name, False, len(data), "r1")
    assert told in "\n".join(
        text_of(line) for line in await preview(slow, file, 80, ascii_only=False)
    )


async def test_a_preview_stops_reading_where_it_has_enough() -> None:
    slow = Slow()
    slow.pieces = [b"line\n" * 100_000] * 3
    slow.step.release()
    found = await preview(slow, Artifact("x.log", False, None, "r1"), 80, ascii_only=False)
    assert slow.closed
    assert len(found) == 5000 + 1 + 2


async def test_a_picture_is_drawn_in_half_blocks() -> None:
    pytest.importorskip("PIL")
    from PIL import Image

    made = io.BytesIO()
    picture = Image.new("RGB", (40, 20), (255, 255, 255))
    picture.paste((255, 0, 0), (0, 0, 20, 20))
    picture.save(made, "png")
    slow = Slow()
    slow.pieces = [made.getvalue()]
    slow.step.release()
    found = await preview(slow, Artifact("x.png", False, None, "r1"), 40, ascii_only=False)
    assert text_of(found[0]) == "40×20"
    assert [(span.text, span.style) for span in found[2]] == [
        ("▀" * 20, "sgr:38;5;196;48;5;196"), ("▀" * 20, "sgr:38;5;231;48;5;231"),
    ]
    assert len(found) == 12
