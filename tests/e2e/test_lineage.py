"""The thread at a real terminal: from a branch to its CI run and back."""

from __future__ import annotations

import json

import pytest

from tests.e2e.bench import Machine

pytestmark = pytest.mark.e2e


def test_a_commit_leads_to_its_ci_run_and_back(fresh: Machine) -> None:
    commit = fresh.commit("Weigh it", {".ci/run": "#!/bin/sh\necho fine\n"})
    with fresh.open() as terminal:
        terminal.sees("Weigh it").press("2").sees("t runs").press("t", "enter")
        terminal.sees("You did not say yes").press("y").sees("✓ #1")
        terminal.press("1", "L").sees("Lineage: ", commit[:7], "CI run", "✓ #1")
        terminal.sees("? image", "> start it: ", "no MLflow server is configured")
        terminal.press("j", "enter").sees_no("Lineage: ").sees("▌✓ #1")
        terminal.press("esc").sees("Lineage: ", "▌━ CI run").press("esc").sees_no("Lineage: ")
        terminal.press("q")
        assert terminal.ends() == 0
    told = fresh.run("lineage", "commit", "HEAD", "--json")
    assert told.returncode == 1, "nothing was built of it"
    links = {link["step"]: link for link in json.loads(told.stdout)["links"]}
    assert links["ci"]["state"] == "proved"
    assert links["commits"]["ref"]["key"] == commit
