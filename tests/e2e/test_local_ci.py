"""Local CI by keys: asked before its first use, followed, and alive when the terminal is not."""

from __future__ import annotations

import signal

import pytest

from tests.e2e.bench import Machine

pytestmark = pytest.mark.e2e

SCRIPT = """#!/bin/sh
echo "testing $(git rev-parse --short HEAD)"
for turn in $(seq 600); do
    [ -e {gate} ] && exit $(cat {gate})
    sleep 0.05
done
exit 9
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP])
def test_a_run_is_asked_for_and_outlives_the_terminal(
    fresh: Machine, number: signal.Signals
) -> None:
    gate = fresh.root / "gate"
    commit = fresh.commit("Test it", {".ci/run": SCRIPT.format(gate=gate)})
    with fresh.open() as terminal:
        terminal.sees("Test it").press("2").sees("t runs")
        terminal.press("t").sees("Start CI on", "▌main").press("enter")
        terminal.sees("Start CI", "You did not say yes to this command before", "testing $(git")
        terminal.press("enter").sees_no("You did not say yes").sees("no runs yet")
        terminal.press("t").sees("Start CI on", "▌main").press("enter")
        terminal.sees("You did not say yes to this command before").press("y")
        terminal.sees(f"testing {commit[:7]}", "● #1")
        terminal.process.send_signal(number)
        terminal.ends()

    with fresh.open() as terminal:
        terminal.sees("Test it").press("2").sees("▌● #1", f"testing {commit[:7]}")
        gate.write_text("3")
        terminal.sees("▌✗ #1", "exit 3", "ci ✓")
        gate.write_text("0")
        terminal.press("e").sees("Run it again").sees_no("You did not say yes")
        terminal.press("y").sees("~ #2", "✗ #1")  # it passed, after it had failed
        terminal.press("1").sees("▌* main", "✓")  # what CI says stands beside the branch
        terminal.press("A").sees("ci.trust", "ci.start", "ci.rerun").press("esc", "q")
        assert terminal.ends() == 0
    assert fresh.run("audit", "verify").returncode == 0


def test_a_command_that_changed_is_asked_for_again(fresh: Machine) -> None:
    fresh.commit("Test it", {".ci/run": "#!/bin/sh\necho first\n"})
    with fresh.open() as terminal:
        terminal.sees("Test it").press("2").sees("t runs").press("t", "enter")
        terminal.sees("You did not say yes").press("y").sees("✓ #1")
        fresh.commit("Test more", {".ci/run": "#!/bin/sh\necho second\n"})
        terminal.sees("Test more").press("t").sees("Start CI on", "▌main").press("enter")
        terminal.sees("You did not say yes", "echo second").press("esc")
        terminal.sees_no("You did not say yes").press("q")
        assert terminal.ends() == 0
