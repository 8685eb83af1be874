"""Searching runs, also on servers that can't leave nested ones out by themselves.

Endpoint: https://mlflow.org/docs/latest/rest-api.html#search-runs
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from opstui.backends.mlflow import decode
from opstui.backends.mlflow.http import Door
from opstui.backends.mlflow.plain import API
from opstui.backends.mlflow.refusals import RefusalError
from opstui.domain.experiment import Run
from opstui.domain.page import Page
from opstui.domain.run_query import TOP_LEVEL, advice, both, nested_in

SIEVED = 5
"""Pages that are read at once, at most, to find a run that is nested in none."""
SIEVED_RUNS = 1000
"""The longest of them; each is twice as long as the one before."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched, and which page of it."""

    experiment: str
    filter: str = ""
    order_by: str = ""
    token: str = ""
    limit: int = 100
    parent: str | None = None
    """Only runs nested in this one; in none where it is empty."""


async def runs(door: Door, search: Search) -> Page[Run]:
    """A page of runs; a filter that MLflow can't read is told with what to do about it."""
    if search.parent:
        search = replace(search, filter=both(search.filter, nested_in(search.parent)), parent=None)
    if search.parent is None:
        return await _page(door, search)
    if door.lists_unset_tags:
        try:
            return await _page(door, replace(search, filter=both(search.filter, TOP_LEVEL)))
        except RefusalError as error:
            if error.status != 400:
                raise
            page = await _sieved(door, search)  # raises where it is the filter's own fault
            door.lists_unset_tags = False
            return page
    return await _sieved(door, search)


async def _sieved(door: Door, search: Search) -> Page[Run]:
    """For servers that do not know IS NULL, such as 2.22: nested runs are left out here."""
    page = await _page(door, search)
    for _ in range(SIEVED - 1):
        if not page.token or any(not run.parent for run in page.items):
            break
        longer = max(search.limit, min(SIEVED_RUNS, 2 * search.limit))
        search = replace(search, token=page.token, limit=longer)
        page = await _page(door, search)
    found = tuple(run for run in page.items if not run.parent)
    return Page(found, page.token)


async def _page(door: Door, search: Search) -> Page[Run]:
    body: dict[str, object] = {
        "experiment_ids": [search.experiment], "max_results": search.limit,
        "run_view_type": "ACTIVE_ONLY",
    }
    if search.filter.strip():
        body["filter"] = search.filter
    if search.order_by.strip():
        body["order_by"] = orders(search.order_by)
    if search.token:
        body["page_token"] = search.token
    try:
        answer = await door.read("POST", f"{API}/runs/search", body=body)
    except RefusalError as error:
        if error.status == 400 and not error.hint:
            raise _with_advice(error, advice(search.filter)) from error
        raise
    items = tuple(decode.run(one) for one in answer.objects("runs"))
    return Page(items, answer.text("next_page_token"))


def _with_advice(error: RefusalError, what_to_do: str) -> RefusalError:
    """What to do stands first: where there is little room the rest is cut off."""
    what = f"{what_to_do}; {error.what}" if what_to_do else error.what
    return RefusalError(what, where=error.where, hint="", status=error.status, code=error.code)


def orders(text: str) -> list[str]:
    """The single orders of a comma-separated list; commas inside quotes belong to names."""
    found, quoted = [""], ""
    for character in text:
        if quoted:
            quoted = "" if character == quoted else quoted
        elif character in "`\"'":
            quoted = character
        elif character == ",":
            found.append("")
            continue
        found[-1] += character
    return [one.strip() for one in found if one.strip()]
