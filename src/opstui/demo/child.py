"""The process that trains: `python -m opstui.demo.child PLAN.json`, the server's address on stdin.

It imports MLflow and scikit-learn once and then runs the project's own `train.py` once for
every training of the plan, each from a checkout of its commit. It prints one line of JSON for
everything that is done. Nothing else of opstui may import this module.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import logging
import os
import runpy
import sys
import time
import warnings
from pathlib import Path
from typing import Any


def main() -> None:
    """Carry out the plan."""
    plan = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    warnings.filterwarnings("ignore")
    began = time.monotonic()
    mlflow = importlib.import_module("mlflow")
    importlib.import_module("sklearn.ensemble")
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    _tell("imported mlflow and scikit-learn", began, ok=True)
    os.environ["MLFLOW_TRACKING_URI"] = sys.stdin.readline().strip()
    for training in plan["trainings"]:
        _train(training)
    _register(mlflow.MlflowClient(), plan)


def _train(training: dict[str, Any]) -> None:
    """One run, by the code of its commit alone."""
    began = time.monotonic()
    folder = training["folder"]
    for name in [name for name in sys.modules if name.partition(".")[0] == "churn"]:
        del sys.modules[name]
    importlib.invalidate_caches()
    os.chdir(folder)
    os.environ["LOGNAME"] = training["user"]  # where MLflow takes a run's user from
    sys.path.insert(0, folder)
    sys.argv = ["train.py", *training["argv"]]
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            runpy.run_path(f"{folder}/train.py", run_name="__main__")
    except ValueError as error:  # what scikit-learn raises for numbers that it can't learn from
        sentence = str(error).strip().splitlines()[0]
        _tell(f"{training['name']} failed: {sentence}", began, ok=False, name=training["name"])
    else:
        _tell(f"trained {training['name']}", began, ok=True, name=training["name"])
    finally:
        sys.path.remove(folder)


def _register(client: Any, plan: dict[str, Any]) -> None:
    """Aliases, tags and descriptions of what was registered."""
    began = time.monotonic()
    for name, text in plan["descriptions"]:
        client.update_registered_model(name, description=text)
    for one in plan["standings"]:
        name, version = one["model"], one["version"]
        client.update_model_version(name, version, description=one["description"])
        for alias in one["aliases"]:
            client.set_registered_model_alias(name, alias, version)
        for key, value in one["tags"]:
            client.set_model_version_tag(name, version, key, value)
    _tell("set aliases, tags and descriptions", began, ok=True)


def _tell(what: str, began: float, *, ok: bool, name: str = "") -> None:
    done = {"what": what, "seconds": time.monotonic() - began, "ok": ok, "name": name}
    sys.stdout.write(json.dumps(done) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
