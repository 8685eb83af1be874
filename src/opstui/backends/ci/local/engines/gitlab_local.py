"""GitLab's `.gitlab-ci.yml`, carried out by gitlab-ci-local with this machine's shell.

It writes one line of output a line, after the job's name padded to the longest one's width
(https://github.com/firecow/gitlab-ci-local). Its summary at the end is not trusted: a job that
was killed is called passed there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from opstui.backends.ci.local.engines.reading import Reading
from opstui.domain.ci import Input
from opstui.domain.status import Status

STARTING = re.compile(r"(?P<name>\S.*?) +starting \S+ \((?P<stage>[^()]*)\)\s*$")
FINISHED = re.compile(r"finished in [^A-Z]*?(?:\s+(?P<word>FAIL|WARN) +(?P<code>\d+))?\s*$")
SUMMARY = re.compile(r" ?(?:PASS|WARN|FAIL) +\S")


def argv(path: str, text: str, inputs: Mapping[str, str]) -> tuple[str, ...]:
    """The command for the pipeline file."""
    given = tuple(
        word for name, value in inputs.items() for word in ("--variable", f"{name}={value}"))
    return ("gitlab-ci-local", "--file", path, "--force-shell-executor", "--no-color", *given)


def inputs(text: str) -> tuple[Input, ...]:
    """None: its variables have defaults in the file."""
    return ()


class GitlabReading(Reading):
    """Reads gitlab-ci-local's output."""

    def __init__(self) -> None:
        super().__init__()
        self._over = False
        """The summary has begun: it repeats the jobs' ends."""

    def line(self, text: str) -> str:
        """One line of a job, or of the program itself."""
        if starting := STARTING.match(text):
            self.job(starting["name"], starting["name"], starting["stage"])
        elif not text.strip() and self.jobs:
            self._over = all(job.status.finished for job in self.jobs.values())
        if self._over and SUMMARY.match(text):
            return text
        key = max((name for name in self.jobs if text.startswith(f"{name} ")), key=len, default="")
        if key and not self._over:
            said = text[len(key) :].strip()
            self.write(key, said.removeprefix("> ") if said != ">" else "")
            finished = FINISHED.match(said)
            if finished is not None and not self.jobs[key].status.finished:
                self._finish(key, finished["word"] or "", finished["code"] or "")
        return text or " "

    def _finish(self, key: str, word: str, code: str) -> None:
        status = {"FAIL": Status.FAILED, "WARN": Status.WARNED}.get(word, Status.PASSED)
        self.end_job(key, status, f"exit {code}" if code else "")
