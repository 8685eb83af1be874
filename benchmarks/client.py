"""MLflow's own client in a process of its own: `python -m benchmarks.client URL EXPERIMENT`.

Each line of standard input is a question as JSON; each answer is a line with its milliseconds, as
this process measured them, the import not among them, and with the megabytes it has resident.
"""

from __future__ import annotations

import json
import os
import sys
import time
import warnings
from typing import Any

from benchmarks.usage import resident

PAGE = 100


def main(url: str, experiment: str) -> None:
    """Answer until there is no more question."""
    warnings.simplefilter("ignore")
    out, sys.stdout = sys.stdout, sys.stderr
    from mlflow import MlflowClient

    client = MlflowClient(url)
    kept: list[Any] = []
    for text in sys.stdin:
        asked = json.loads(text)
        began = time.perf_counter()
        if "ids" in asked:
            found = [client.get_run(one) for one in asked["ids"]]
        else:
            found = client.search_runs(
                [experiment], asked.get("filter", ""), order_by=asked.get("order", []),
                max_results=PAGE,
            )
            kept += found
            while asked.get("all") and found.token:
                found = client.search_runs(
                    [experiment], order_by=asked.get("order", []), max_results=PAGE,
                    page_token=found.token,
                )
                kept += found
        took = 1000 * (time.perf_counter() - began)
        print(json.dumps([took, resident(os.getpid())]), file=out, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
