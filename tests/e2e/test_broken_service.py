"""A champion that can't be loaded, on real MLflow and a real engine: seen first, traced, mended.

The service is the demo's own: a container that loads the model file which its alias names.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.docker.engine import DockerEngine
from opstui.demo.service import BUSYBOX, DemoService, static
from tests.e2e.bench import Machine, aliases
from tests.e2e.terminal import Terminal
from tests.e2e.test_promotion import page, versions
from tests.servers.dockerd import PrivateDockerd, private_dockerd
from tests.servers.mlflow_server import Judge, MlflowServer

pytestmark = [pytest.mark.e2e, pytest.mark.mlflow, pytest.mark.docker]

WIDE, NARROW = (130, 45), (80, 24)
MAKE = """
experiment = client.create_experiment(model)
client.create_registered_model(model)
for n in (1, 2):
    run = client.create_run(experiment, run_name=f'fit-{n}',
                            tags={'mlflow.source.git.commit': commits[n - 1]})
    client.log_metric(run.info.run_id, 'auc', 0.8 + n / 100)
    client.log_text(run.info.run_id, 'flavors: {}', 'model/MLmodel')
    client.set_terminated(run.info.run_id)
    client.create_model_version(model, f'{run.info.artifact_uri}/model', run.info.run_id)
client.set_registered_model_alias(model, 'champion', '1')
"""
LOSE = """
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
run = client.get_run(client.get_model_version(model, '2').run_id)
get_artifact_repository(run.info.artifact_uri).delete_artifacts('model')
"""


@pytest.fixture
def dockerd() -> Iterator[PrivateDockerd]:
    """An engine of its own: what other tests left on theirs would need a person, too."""
    with private_dockerd() as engine:
        yield engine


@pytest.fixture
def service(dockerd: PrivateDockerd) -> Iterator[DemoService]:
    assert static(BUSYBOX)
    with closing(DemoService(RecentCalls(), f"{os.getpid():x}e2e", host=dockerd.url)) as made:
        yield made


async def healthy(dockerd: PrivateDockerd, name: str) -> None:
    """Wait until the engine itself calls the container healthy."""
    engine = DockerEngine(RecentCalls(), host=dockerd.url)
    end = time.monotonic() + 60
    while True:
        found = {one.name: one.health for one in await engine.containers()}
        if found.get(name) == "healthy":
            break
        assert time.monotonic() < end, found
    await engine.close()


async def test_a_broken_champion_is_seen_first_and_rolled_back(
    served: Machine, judge: Judge, model: str, mlflow_server: MlflowServer,
    dockerd: PrivateDockerd, service: DemoService,
) -> None:
    commits = [served.git("rev-parse", "HEAD~1"), served.git("rev-parse", "HEAD")]
    judge(MAKE, model=model, commits=commits)
    served.environ["DOCKER_HOST"] = dockerd.url
    name = await service.run(mlflow_server.url, commits[0], f"models:/{model}@champion")
    await healthy(dockerd, name)
    judge(LOSE, model=model)

    with served.open(size=WIDE) as terminal:
        terminal.sees("▌* main", "/s ✓", "mlflow ✓").sees_no(f"{name}, which")
        page(versions(terminal, model), model, "2").press("y")
        terminal.sees("─ Restart service ─", name, "which names v2; now it runs v1.").press("y")
        terminal.sees(f"{name}, which serves {model}@champion, is unhealthy")
        terminal.press("q")
        assert terminal.ends() == 0
    told = served.run("status", "--short")
    assert told.returncode == 10 and told.stdout.startswith("x1"), told.stderr

    with served.open(size=NARROW) as terminal:
        terminal.sees(f"✗ {name}, which serves {model}@champion, is unh")
        terminal.press("0", "enter").sees("Containers", f"▌✗   {name}", "l logs")
        terminal.press("L").sees("Train a first model", "fit-2")
        terminal.press("esc").sees_no("─ Lineage")  # else escape and 5 may be read as alt+5
        rolled_back(terminal, model, name)
        terminal.press("q")
        assert terminal.ends() == 0
    assert aliases(judge, model)["champion"] == "1"
    await healthy(dockerd, name)
    told = served.run("status", "--short")
    assert told.returncode in (0, 9) and "x" not in told.stdout, told  # others' runs may warn
    acts = [(one["what"], one["result"].partition(":")[0]) for one in served.journal()
            if one["phase"] == "result"]
    assert acts == [("model.promote", "done"), ("container.restart", "done"),
                    ("model.rollback", "done"), ("container.restart", "done")]


def rolled_back(terminal: Terminal, model: str, name: str) -> None:
    """By `b` on the model, and by the restart that is offered then."""
    terminal.press("5").sees(f"▌{model}")  # where the person left it
    terminal.press("b").sees("─ Roll back ─", "champion names v1 afterwards").press("y")
    terminal.sees("─ Restart service ─", name, "which names v1; now it runs v2.").press("y")
    terminal.sees("restarted: ").sees_no("✗")
