"""Which checks a branch asks for before something may be merged into it.

Classic protection: https://docs.github.com/en/rest/branches/branches#get-a-branch; rulesets:
https://docs.github.com/en/rest/repos/rules#get-rules-for-a-branch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from opstui.backends.ci.web.refusals import RefusalError, limited

if TYPE_CHECKING:
    from opstui.backends.ci.web.door import Door
    from opstui.backends.json_object import Json

RULE = "required_status_checks"


async def required(door: Door, repository: str, branch: str) -> frozenset[str]:
    """The names of required checks; empty where there are none or they may not be seen."""
    name = quote(branch, safe="")
    try:
        answer = await door.get(f"/repos/{repository}/branches/{name}")
        checks = answer.json().inner("protection").inner(RULE)
        names = [*checks.texts("contexts"), *_contexts(checks, "checks")]
        rules = await door.pages(
            f"/repos/{repository}/rules/branches/{name}", {"per_page": 100}, limit=100
        )
    except RefusalError as error:
        if not hidden(error):
            raise
        return frozenset()
    for rule in rules:
        if rule.text("type") == RULE:
            names += _contexts(rule.inner("parameters"), RULE)
    return frozenset(names)


def hidden(error: RefusalError) -> bool:
    """Whether a refusal means that it is not there or may not be seen, not `too often`."""
    if error.status == 404:
        return True
    often = limited(error.status, error.headers, b"") or "rate limit" in error.words.lower()
    return error.status == 403 and not often


def _contexts(data: Json, name: str) -> list[str]:
    return [one.needed("context") for one in data.objects(name)]
