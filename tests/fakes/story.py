"""One small company's systems at a fixed noon: what the fake world shows in every pane."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from hashlib import sha1
from typing import Any

from opstui.domain.branch import Branch, Commit, Repository
from opstui.domain.calls import Call
from opstui.domain.ci import CiRun, CiStep
from opstui.domain.course import Course
from opstui.domain.experiment import Artifact, Experiment, MetricPoint
from opstui.domain.image import REVISION_LABEL, Container, Image, Layer
from opstui.domain.status import Status
from tests.fakes.registry import NOW


def sha(text: str) -> str:
    """A commit id that looks like one and never changes."""
    return sha1(text.encode("utf-8", "surrogateescape")).hexdigest()


def ago(**how: float) -> Any:
    return NOW - timedelta(**how)


MAIN, SCALER, NAN = sha("main"), sha("scaler"), sha("nan")

REPOSITORY = Repository(
    "/home/ana/src/churn-service", "churn-service", "main", MAIN, changed=3,
)

BRANCHES = (
    Branch("refs/heads/main", "main", MAIN, ago(minutes=4), "Ana Lima",
           "Weight recent months more", current=True, dirty=3, upstream="origin/main", ahead=2),
    Branch("refs/heads/feature/quantile-scaler", "feature/quantile-scaler", SCALER, ago(hours=2),
           "Bo Nilsson", "Scale by quantiles instead of mean and deviation",
           upstream="origin/feature/quantile-scaler", ahead=1, behind=3),
    Branch("refs/heads/fix/nan-input", "fix/nan-input", NAN, ago(hours=20), "Ana Lima",
           "Refuse rows without charges", upstream="origin/fix/nan-input", gone=True),
    Branch("refs/heads/fix[/]bug", "fix[/]bug", sha("markup"), ago(days=3), "Bo Nilsson",
           "A name that looks like [bold]markup[/bold]"),
    Branch("refs/heads/feature/größe", "feature/größe", sha("umlaut"), ago(days=9), "Jürgen Groß",
           "Größen in Kubikmetern"),
    Branch("refs/heads/功能/特征", "功能/特征", sha("wide"), ago(days=30), "李小龙",
           "添加新的特征"),
    Branch("refs/heads/legacy/caf\udce9", "legacy/caf\udce9", sha("bytes"), ago(days=400), "",
           "From before UTF-8"),
    Branch("refs/heads/release/1.4", "release/1.4", sha("release"), ago(days=60), "Ana Lima",
           "Release 1.4.0", worktree="/home/ana/src/churn-release", behind=7,
           upstream="origin/release/1.4"),
    Branch("refs/remotes/origin/main", "origin/main", sha("upstream"), ago(hours=5), "Bo Nilsson",
           "Pin scikit-learn", remote="origin"),
    Branch("refs/remotes/origin/experiment/boosting", "origin/experiment/boosting",
           sha("boosting"), ago(days=1), "Chi Okafor", "Try gradient boosting", remote="origin"),
)

COMMITS = (
    Commit(MAIN, (sha("c1"),), "Ana Lima", ago(minutes=4), "Weight recent months more",
           ("main",), "*"),
    Commit(sha("c1"), (sha("c2"), SCALER), "Ana Lima", ago(hours=1),
           "Merge branch 'feature/threshold'", (), "*  "),
    Commit(sha("c3"), (sha("c2"),), "Bo Nilsson", ago(hours=3), "Tune the threshold", (), "│ *"),
    Commit(sha("c2"), (sha("upstream"),), "Bo Nilsson", ago(hours=4),
           "Validate that charges are numbers and not empty strings", (), "* │"),
    Commit(sha("upstream"), (), "Bo Nilsson", ago(hours=5), "Pin scikit-learn",
           ("origin/main", "v1.4.0"), "*"),
)

DIFF = f"""\
commit {MAIN}
Author: Ana Lima <ana@example.org>
Date:   Fri May 1 11:56:00 2026 +0000

    Weight recent months more

    Last month tells more about leaving than last year.

 churn/features.py | 4 +++-
 1 file changed, 3 insertions(+), 1 deletion(-)

diff --git a/churn/features.py b/churn/features.py
--- a/churn/features.py
+++ b/churn/features.py
@@ -12,5 +12,7 @@ def weights(months: int) -> list[float]:
     if months < 1:
         return []
-    return [1.0] * months
+    half = 6
+    return [0.5 ** (month / half)
+            for month in range(months)]
"""


def _ci(number: int, status: Status, branch: str, commit: str, minutes: float, took: float,
        **more: Any) -> CiRun:
    began = ago(minutes=minutes)
    facts: dict[str, Any] = {
        "workflow": ".ci/run", "who": "ana@build2", "command": ".ci/run",
        "place": f"/home/ana/.local/state/opstui/ci/{number}",
    }
    ended = began + timedelta(seconds=took) if status.finished else None
    started = None if status in (Status.QUEUED, Status.BLOCKED) else began
    return CiRun(
        "local", str(number), number, commit=commit, branch=branch, status=status,
        created=began, started=started, finished=ended if started else None, **{**facts, **more},
    )


_STEPS = (
    CiStep("lint", Status.PASSED, ago(minutes=121), ago(minutes=120.8), 0),
    CiStep("unit", Status.FAILED, ago(minutes=120.8), ago(minutes=120.3), 2),
    CiStep("package", Status.SKIPPED),
)

CI_RUNS = (
    _ci(813, Status.QUEUED, "release/1.4", sha("release"), 0.5, 0),
    _ci(812, Status.RUNNING, "main", MAIN, 2.05, 0),
    _ci(811, Status.FAILED, "feature/quantile-scaler", SCALER, 121, 41, steps=_STEPS,
        reason="exit 2 in step unit", attempt=2),
    _ci(810, Status.PASSED, "main", sha("c1"), 60, 63),
    _ci(809, Status.CANCELLED, "main", sha("c2"), 240, 12, reason="cancelled by ana@build2"),
    _ci(808, Status.LOST, "fix/nan-input", NAN, 1200, 3600, reason="its supervisor was killed"),
    _ci(807, Status.WARNED, "origin/main", sha("upstream"), 300, 58, workflow="nightly"),
    _ci(806, Status.SKIPPED, "feature/größe", sha("umlaut"), 12960, 0.2),
    _ci(805, Status.BLOCKED, "功能/特征", sha("wide"), 43000, 0, workflow="deploy"),
    _ci(804, Status.UNKNOWN, "fix[/]bug", sha("markup"), 4320, 7600),
)

CI_LOG = "\n".join((
    "\x1b[1m== lint\x1b[0m", "All checks passed!", "\x1b[1m== unit\x1b[0m",
    "tests/test_features.py \x1b[32m......\x1b[31mF\x1b[0m                         [ 87%]",
    "", "\x1b[31m\x1b[1mE       AssertionError: 0.912 != 0.914\x1b[0m",
    "tests/test_features.py:42: AssertionError", "\x1b[31m1 failed, 6 passed in 3.31s\x1b[0m", "",
))


def _image(name: str, tags: tuple[str, ...], size: int, days: float, commit: str = "",
           used: tuple[str, ...] = (), pushed: bool = False) -> Image:
    full = "sha256:" + sha(name) + sha(name)[:24]
    labels = ((REVISION_LABEL, commit),) if commit else ()
    digests = (f"registry.example.org/{name}@sha256:{sha(name + 'd')}{'0' * 24}",) if pushed else ()
    return Image(full, tags, digests, size, ago(days=days), labels, used)


IMAGES = (
    _image("churn-api", ("churn-api:1.5.0-rc1", "churn-api:latest"), 184_300_000, 0.1, SCALER),
    _image("churn-old", ("churn-api:1.4.0",), 181_100_000, 60, sha("release"), ("churn-live",),
           pushed=True),
    _image("redis", ("redis:7.4-alpine", "redis:7.4", "redis:7", "redis:stable"), 41_400_000, 90,
           used=("cache", "cache-test")),
    _image("none", (), 980_000_000, 2, sha("c2")),
    _image("postgres", ("postgres:17",), 1_240_000_000, 200, pushed=True),
)


def _container(name: str, image: Image, state: str, status: Status, note: str,
               **more: Any) -> Container:
    return Container(
        sha(name) + sha(name)[:24], name, image.name, image.id, state, status, note=note,
        created=ago(days=3), **more,
    )


CONTAINERS = (
    _container("churn-live", IMAGES[1], "running", Status.UP, "Up 3 days (healthy)",
               health="healthy", ports=("127.0.0.1:8080→80/tcp",)),
    _container("cache", IMAGES[2], "running", Status.WARNED, "Up 2 hours (unhealthy)",
               health="unhealthy", ports=("127.0.0.1:6379→6379/tcp",)),
    _container("cache-test", IMAGES[2], "exited", Status.DOWN, "Exited (0) 5 hours ago"),
    _container("migrate", IMAGES[1], "dead", Status.FAILED, "Dead"),
)

LAYERS = (
    Layer('/bin/sh -c #(nop)  CMD ["churn", "serve"]', 0, ago(days=60)),
    Layer("/bin/sh -c pip install --no-cache-dir .", 96_000_000, ago(days=60)),
    Layer("", 85_000_000, ago(days=70)),
)

EXPERIMENTS = (
    Experiment("1", "churn", ago(days=80), ago(minutes=9), (("team", "retention"),),
               "mlflow-artifacts:/1"),
    Experiment("2", "fraud [red]team[/red]", ago(days=20), ago(days=2)),
    Experiment("3", "größe-模型", ago(days=6), ago(days=6)),
    Experiment("0", "Default", ago(days=90), ago(days=90)),
)

ARTIFACTS = (
    Artifact("model", True), Artifact("confusion.png", False, 18_300),
    Artifact("model/MLmodel", False, 512), Artifact("model/model.pkl", False, 1_240_000),
)


def course(metric: str) -> tuple[MetricPoint, ...]:
    """How a metric went: falling for losses, rising otherwise, one value for the odd one."""
    if metric == "width":
        return (MetricPoint(0, 3.0, ago(hours=1)),)
    falls = metric == "logloss"
    values = (0.29 + 0.5 * 0.7 ** n if falls else 0.91 - 0.3 * 0.7 ** n for n in range(20))
    return tuple(
        MetricPoint(n, value, ago(minutes=60 - n)) for n, value in enumerate(values)
    )


def long_course(metric: str, run: str, order: int, began: datetime | None) -> Course:
    """The same with as many steps as training has, different in every run, with a spike."""
    first = (began or ago(hours=1)).timestamp()
    if metric == "width":
        return Course(run, [0], [3.0], [first])
    falls = metric == "logloss"
    steps = list(range(0, 2000, 10))
    wave = [0.02 * math.sin(step / 37 + order) for step in steps]
    base = [0.97 ** (step / 10 + 5 * order) for step in steps]
    values = [0.29 + 0.5 * b + w if falls else 0.91 - 0.3 * b + w
              for b, w in zip(base, wave, strict=True)]
    values[120 + 10 * order] = math.nan
    return Course(run, steps, values, [first + step / 50 for step in steps])


CALLS = (
    Call(1, ago(seconds=9), "git", "git for-each-ref", "git for-each-ref --format=%(refname)",
         "exit 0", True, 12.4),
    Call(2, ago(seconds=8), "docker", "GET /v1.47/images/json",
         "curl --unix-socket /var/run/docker.sock http://docker/v1.47/images/json", "200", True,
         31),
    Call(3, ago(seconds=5), "mlflow", "POST /api/2.0/mlflow/runs/search",
         "curl -X POST -H \"Authorization: Bearer $MLFLOW_TRACKING_TOKEN\" \\\n"
         "  https://mlflow.example.org/api/2.0/mlflow/runs/search", "timed out", False, 10_003),
)
