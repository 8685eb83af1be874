"""The demo's folder: made empty, marked, given the script that trains, and removed."""

from __future__ import annotations

import shlex
import shutil
import sys
import tempfile
from pathlib import Path

from opstui.demo.history import write
from opstui.domain.errors import OpstuiError

MARKER = "opstui-demo.json"
"""Stands in every demo's folder; only a folder with it is ever removed."""

FOREIGN = (
    "MLFLOW_REGISTRY_URI", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD",
    "MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_AUTH", "MLFLOW_WORKSPACE", "MLFLOW_RUN_ID",
    "MLFLOW_EXPERIMENT_ID", "MLFLOW_EXPERIMENT_NAME",
)
"""Variables that would send the demo's runs somewhere else."""


def make_folder(folder: Path | None) -> Path:
    """An empty folder."""
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="opstui-demo-")).resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise OpstuiError(
                "a demo needs an empty folder", where=str(folder), hint="name one that is not there"
            )
    except OSError as error:
        raise OpstuiError(
            f"the demo's folder can't be made: {error.strerror}", where=str(folder)
        ) from error
    return folder.resolve()


def write_wrapper(folder: Path, repository: Path, facts: Path) -> None:
    """`train`: the project's train.py with the right Python and the server's present address.

    facts: the file that the server's keeper writes.
    """
    python = shlex.quote(sys.executable)
    read = "import json, sys; print(json.load(open(sys.argv[1])).get('address', ''))"
    write(folder / "train", (
        "#!/bin/sh\n"
        "# Trains one more model: ./train --C 0.5 --run-name my-run --register\n"
        "set -eu\n"
        f"facts={shlex.quote(str(facts))}\n"
        "address=\n"
        f'[ -f "$facts" ] && address=$({python} -c {shlex.quote(read)} "$facts")\n'
        'if [ -z "$address" ]; then\n'
        '    echo "the demo\'s MLflow server is not running: open the demo first" >&2\n'
        "    exit 1\n"
        "fi\n"
        "# Nothing of another server or another run may lead away from the demo's.\n"
        f"unset {' '.join(FOREIGN)}\n"
        "export MLFLOW_TRACKING_URI=$address MLFLOW_HTTP_REQUEST_MAX_RETRIES=2\n"
        "export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1\n"
        f"cd {shlex.quote(str(repository))}\n"
        f'exec {python} train.py "$@"\n'
    ), executable=True)


def remove(folder: Path) -> None:
    """Remove a demo's folder; any other folder is left alone."""
    if (folder / MARKER).is_file():
        shutil.rmtree(folder, ignore_errors=True)
