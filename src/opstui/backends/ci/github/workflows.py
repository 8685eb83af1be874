"""The workflows that can be started by hand, with the inputs that their files declare.

https://docs.github.com/en/rest/actions/workflows lists them without inputs; those are read
from the files on the default branch, where GitHub also looks for the trigger.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from typing import TYPE_CHECKING
from urllib.parse import quote

from opstui.backends.ci.github.inputs import UnreadableWorkflowError, inputs
from opstui.backends.ci.github.protection import hidden
from opstui.backends.ci.web.refusals import RefusalError
from opstui.domain.ci import Workflow

if TYPE_CHECKING:
    from opstui.backends.ci.web.door import Door
    from opstui.backends.json_object import Json

MOST_WORKFLOWS = 100
FOLDER = ".github/workflows/"
HEAD = "runs the branch's head, not a chosen commit"


async def workflows(door: Door, repository: str) -> tuple[Workflow, ...]:
    """The active workflows that can be started; those whose file is hidden, without inputs."""
    found = await door.pages(
        f"/repos/{repository}/actions/workflows", {"per_page": 100}, limit=MOST_WORKFLOWS,
        under="workflows",
    )
    # What GitHub itself adds, such as Dependabot's, has no file.
    active = [one for one in found
              if one.text("state") == "active" and one.text("path").startswith(FOLDER)]
    read = [await _read(door, repository, one) for one in active]
    return tuple(one for one in read if one is not None)


async def _read(door: Door, repository: str, data: Json) -> Workflow | None:
    path = data.needed("path")
    known = Workflow(path.removeprefix(FOLDER), data.text("name") or path, note=HEAD)
    try:
        answer = await door.get(f"/repos/{repository}/contents/{quote(path)}")
        # In a thread: the largest files take seconds.
        declared = await asyncio.to_thread(inputs, _content(answer.json()))
    except RefusalError as error:
        if error.status == 404:
            return None  # it is on another branch only, where it can't be started
        if not hidden(error):
            raise
        why = "the login may not read the file that declares its inputs (Contents: read)"
    except UnreadableWorkflowError as error:
        why = f"its inputs are not known: {error}"
    else:
        return None if declared is None else Workflow(known.id, known.name, declared, HEAD)
    return Workflow(known.id, known.name, note=f"{HEAD}; {why}")


def _content(data: Json) -> str:
    if data.text("encoding") != "base64":
        raise UnreadableWorkflowError("GitHub does not send its content")
    try:
        return base64.b64decode(data.text("content")).decode("utf-8")
    except (binascii.Error, ValueError) as error:
        raise UnreadableWorkflowError("it is not UTF-8 text") from error
