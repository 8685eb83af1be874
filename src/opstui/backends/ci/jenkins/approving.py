"""The yes that a pipeline's `input` step waits for.

The Pipeline REST API plugin lists what waits (`wfapi/pendingInputActions`); the Pipeline Input
Step plugin takes the answer (`input/ID/proceedEmpty`), as its own page and api4jenkins send it.
"""

from __future__ import annotations

from opstui.backends.ci.jenkins.decode import rebased
from opstui.backends.ci.jenkins.posting import Posting
from opstui.backends.ci.web.door import Door
from opstui.domain.ci import CiRun
from opstui.domain.errors import OpstuiError


async def approve(door: Door, post: Posting, run: CiRun) -> None:
    """Say yes to the one thing a run waits for.

    Raises OpstuiError where nothing waits, several things do, or values are asked for.
    """
    waiting = (await door.get(f"{run.url}wfapi/pendingInputActions")).items()
    if not waiting:
        raise OpstuiError("nothing waits for a person here", where=run.url,
                          hint="refresh; somebody else may have said yes")
    if len(waiting) > 1:
        names = ", ".join(one.text("message") or one.text("id") for one in waiting)
        raise OpstuiError(f"several things wait: {names}", where=run.url,
                          hint="say yes to one of them on this page")
    (action,) = waiting
    if action.has("inputs") and list(action.objects("inputs")):
        raise OpstuiError("it asks for values, not only for a yes", where=run.url,
                          hint="answer on this page")
    url = rebased(door.base + action.needed("abortUrl"), door.base)
    await post(f"{url.removesuffix('abort')}proceedEmpty")
