"""Workflow files as the repository has them, for the inputs that they declare.

Neither Gitea nor Forgejo tells inputs; GET /repos/O/R/contents/PATH gives the files of the
default branch, in the format that GitHub's workflows have
(https://docs.gitea.com/usage/actions/overview, https://forgejo.org/docs/latest/user/actions/).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from opstui.backends.ci.github.inputs import UnreadableWorkflowError, inputs
from opstui.backends.ci.web.refusals import RefusalError
from opstui.domain.ci import Workflow
from opstui.domain.errors import OpstuiError

if TYPE_CHECKING:
    from opstui.backends.ci.web.door import Door
    from opstui.backends.json_object import Json

HEAD = "runs the branch's head, not a chosen commit"


async def workflow(door: Door, repository: str, path: str, name: str = "") -> Workflow | None:
    """What a file can be started with; None where it can't be started by hand."""
    file = path.rpartition("/")[2]
    try:
        answer = await door.get(f"/repos/{repository}/contents/{quote(path)}")
        declared = inputs(_content(answer.json()))
    except UnreadableWorkflowError as error:
        return Workflow(file, name or file, note=f"{HEAD}; its inputs are not known: {error}")
    except RefusalError as error:
        if error.status not in (403, 404):
            raise
        why = "its inputs are not known, as the login may not read its file"
        return Workflow(file, name or file, note=f"{HEAD}; {why}")
    return None if declared is None else Workflow(file, name or file, declared, HEAD)


def only(found: Sequence[Workflow], where: str) -> str:
    """The id of the only workflow, for who named none."""
    if len(found) == 1:
        return found[0].id
    names = ", ".join(one.id for one in found)
    raise OpstuiError(
        f"{'no' if not found else len(found)} workflows can be started by hand"
        + (f": {names}" if names else ""), where=where,
        hint="say which" if names else "one needs `on: workflow_dispatch` on the default branch",
    )


async def files_in(door: Door, repository: str, folder: str) -> tuple[str, ...]:
    """The paths of the workflow files in a folder; none where there is no such folder."""
    try:
        answer = await door.get(f"/repos/{repository}/contents/{quote(folder)}")
    except RefusalError as error:
        if error.status == 404:
            return ()
        raise
    return tuple(
        one.needed("path") for one in answer.items()
        if one.text("type") == "file" and one.text("name").endswith((".yml", ".yaml"))
    )


def _content(json: Json) -> str:
    if json.text("encoding") != "base64":
        raise UnreadableWorkflowError(f"{json.product} does not send its content")
    try:
        return base64.b64decode(json.text("content")).decode("utf-8")
    except (binascii.Error, ValueError) as error:
        raise UnreadableWorkflowError("it is not UTF-8 text") from error
