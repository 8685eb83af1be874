"""Jenkins' JSON as runs.

Shapes: https://www.jenkins.io/doc/book/using/remote-access-api/ and the git plugin's BuildData.
A run's id is the number its build had in the queue, which stays the same once it is built.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote, urlsplit

from opstui.backends.ci.same import same_place
from opstui.backends.ci.web.address import same_origin
from opstui.backends.json_object import Json
from opstui.domain.ci import CiRun
from opstui.domain.status import Status

BUILD = (
    "_class,number,url,queueId,building,result,timestamp,duration,displayName,actions["
    "lastBuiltRevision[SHA1,branch[name]],remoteUrls,causes[shortDescription,userName]]"
)
"""What is asked of a build: neither parameters, which may be secret, nor huge histories."""
RESULTS = {
    "SUCCESS": Status.PASSED, "UNSTABLE": Status.WARNED, "FAILURE": Status.FAILED,
    "NOT_BUILT": Status.SKIPPED, "ABORTED": Status.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Job:
    """Something that is built: a plain job, a pipeline, or one branch of a multibranch project."""

    url: str
    """As Jenkins itself writes it, with a final slash: never put together here."""
    name: str
    """Its full name, for a branch that of its project."""
    branch: str = ""
    """Only of a multibranch project's branch."""
    named: bool = False
    """The settings name it, so that it counts even where it does not say what it cloned."""

    @property
    def key(self) -> str:
        """The path of its address: the rest depends on what Jenkins takes for its own name."""
        return urlsplit(self.url).path


def rebased(url: str, base: str) -> str:
    """An address of this Jenkins below the address that it is reached by.

    Jenkins writes its configured root URL, which behind a proxy may be another one. The path is
    kept as it is: `feature%252Fx` is a branch's name.
    """
    if not url or (same_origin(url, base) and url.startswith(base)):
        return url
    path = urlsplit(url).path
    cut = re.search(r"/(job|queue|view)/", path)
    return base + path[cut.start():] if cut else url


def run_of(build: Json, job: Job, server: str, base: str, remotes: tuple[str, ...]) -> CiRun | None:
    """A build as a run; None where it built another repository."""
    data = next(_ours(build, remotes), None)
    if data is None:
        if not job.named and any(_checkouts(build)):
            return None
        data = _likely(build, job)
    revision = data.inner("lastBuiltRevision") if data is not None else None
    started = build.when("timestamp")
    status = Status.RUNNING if build.truth("building") else RESULTS.get(
        build.text("result"), Status.LOST)
    finished = None
    if status is not Status.RUNNING and started is not None:
        finished = started + timedelta(milliseconds=build.whole("duration"))
    queue = build.whole("queueId")
    url = rebased(build.needed("url"), base)
    return CiRun(
        server=server, id=str(queue) if queue > 0 else urlsplit(url).path,
        number=build.whole("number"), workflow=job.name,
        commit=revision.text("SHA1") if revision is not None else "",
        branch=job.branch or (_branch(revision) if revision is not None else ""),
        status=status, created=started or datetime.fromtimestamp(0, UTC), started=started,
        finished=finished, who=_cause(build, "userName"), url=url,
        reason=build.text("result").replace("_", " ").lower() if status not in (
            Status.RUNNING, Status.PASSED) else "",
        event=_cause(build, "shortDescription"),
    )


def queued(item: Json, job: Job, server: str, base: str) -> CiRun:
    """Something in the queue as a run."""
    return CiRun(
        server=server, id=str(item.whole("id")), number=0, workflow=job.name, commit="",
        branch=job.branch, status=Status.QUEUED,
        created=item.when("inQueueSince") or datetime.fromtimestamp(0, UTC),
        who=_cause(item, "userName"), reason=item.text("why"),
        url=rebased(job.url, base), event=_cause(item, "shortDescription"),
    )


def branch_name(name: str) -> str:
    """A multibranch project's item is called `feature%2Fx` for the branch `feature/x`."""
    return unquote(name)


def _checkouts(build: Json) -> Iterator[tuple[Json, Json]]:
    """BuildData, one for each checkout: shared libraries have theirs, too."""
    for action in build.objects("actions"):
        if action.has("lastBuiltRevision"):
            yield action, action.inner("lastBuiltRevision")


def _ours(build: Json, remotes: tuple[str, ...]) -> Iterator[Json]:
    for action, _ in _checkouts(build):
        if any(same_place(one, other) for one in action.texts("remoteUrls") for other in remotes):
            yield action


def _likely(build: Json, job: Job) -> Json | None:
    """The checkout of a build whose job clones by an address that no remote has, as a mirror's.

    Only once it has ended, where there is no other, and it is of the job's branch: a pipeline
    fetches its shared libraries first.
    """
    found = {inner.text("SHA1"): one for one, inner in _checkouts(build)}
    if build.truth("building") or len(found) != 1:
        return None
    (one,) = found.values()
    branch = _branch(one.inner("lastBuiltRevision"))
    return one if not job.branch or branch in ("", job.branch) else None


def _branch(revision: Json) -> str:
    """`main` of `refs/remotes/origin/main`, `origin/main`, or `main`; `detached` is none."""
    for one in revision.objects("branch"):
        name = one.text("name")
        for start in ("refs/remotes/", "refs/heads/", "remotes/"):
            name = name.removeprefix(start)
        name = name.removeprefix("origin/")
        if name and name != "detached" and not re.fullmatch(r"[0-9a-f]{40}", name):
            return name
    return ""


def _cause(json: Json, name: str) -> str:
    for action in json.objects("actions"):
        for cause in action.objects("causes"):
            if words := cause.text(name):
                return words
    return ""
