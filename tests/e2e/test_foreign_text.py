"""Text from others is shown, never obeyed; what is copied reaches the person's terminal."""

from __future__ import annotations

import base64

import pytest

from tests.e2e.bench import Machine
from tests.servers.mlflow_server import Judge

pytestmark = pytest.mark.e2e

TITLE, REVERSE, CLIPBOARD = "\x1b]0;owned\x07", "\x1b[?5h", "\x1b]52;c;b3duZWQ=\x07"


def test_commits_with_control_sequences_are_only_text(fresh: Machine) -> None:
    fresh.environ |= {"GIT_AUTHOR_NAME": f"Eve{REVERSE}"}
    subject = f"Nice {TITLE}{REVERSE}{CLIPBOARD}\x9b2J [bold]work[/]"
    fresh.commit(subject, {"a.txt": f"{REVERSE}{TITLE}\n"})
    fresh.git("branch", "fix]x/]")
    with fresh.open() as terminal:
        terminal.sees("Nice", "[bold]work[/]", "fix]x/]").press("1", "enter")
        terminal.sees("1 Branches › main").press("enter").sees("a.txt").rests()
        terminal.press("esc", "@").sees("git").press("q")
        assert terminal.ends() == 0
        assert terminal.restored
    harmless(bytes(terminal.raw))


@pytest.mark.mlflow
def test_runs_and_models_with_control_sequences_are_only_text(
    served: Machine, judge: Judge, model: str
) -> None:
    judge(
        "experiment = client.create_experiment(model)\n"
        "run = client.create_run(experiment, run_name='[bold]loud[/bold] [/]' + evil)\n"
        "client.log_param(run.info.run_id, 'p', evil)\n"
        "client.set_tag(run.info.run_id, 'note', evil)\n"
        "client.create_registered_model(model, description=evil)\n"
        "client.create_model_version(model, f'runs:/{run.info.run_id}/model', run.info.run_id,"
        " tags={'note': evil}, description=evil)\n",
        model=model, evil=f"{TITLE}{REVERSE}{CLIPBOARD}",
    )
    with served.open() as terminal:
        terminal.sees("▌* main").press("4").sees("4 Experiments").press("/", model, "enter")
        terminal.sees(f"▌{model}").press("enter").sees("[bold]loud[/bold] [/]").rests()
        terminal.press("5", "/", model, "enter").sees(f"/{model} 1/1").rests()
        terminal.press("enter").sees("▌ v1").rests()
        terminal.press("q")
        assert terminal.ends() == 0
    harmless(bytes(terminal.raw))


def harmless(raw: bytes) -> None:
    """Nothing that others wrote was obeyed by the terminal."""
    for sequence in (TITLE, REVERSE, CLIPBOARD, "\x1b]0;", "\x9b"):
        assert sequence.encode() not in raw


@pytest.mark.parametrize("multiplexer", ["", "tmux"])
def test_what_is_copied_reaches_the_clipboard(fresh: Machine, multiplexer: str) -> None:
    more = {"TMUX": "/tmp/tmux-0/default,1,0"} if multiplexer else {}
    with fresh.open(**more) as terminal:
        terminal.sees("▌* main").press("y").sees("Copy").press("enter").sees("copied")
        bare = b"\x1b]52;c;" + base64.b64encode(b"main") + b"\x07"
        wrapped = b"\x1bPtmux;" + bare.replace(b"\x1b", b"\x1b\x1b") + b"\x1b\\"
        assert bare in terminal.raw
        assert (wrapped in terminal.raw) == bool(multiplexer)
