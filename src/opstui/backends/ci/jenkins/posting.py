"""Sending acts to Jenkins: with a crumb where it wants one.

API tokens need none, passwords do: https://www.jenkins.io/doc/book/security/csrf-protection/.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from opstui.backends.ci.web.answer import Answer
from opstui.backends.ci.web.door import Door
from opstui.backends.ci.web.refusals import RefusalError


class Posting:
    """Sends forms; a refused one is sent once more with a crumb, since nothing was done."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._crumb: dict[str, str] = {}

    async def __call__(
        self, url: str, form: Mapping[str, str] | None = None, *, hide: Collection[str] = ()
    ) -> Answer:
        """POST; `hide` names fields whose values are not to be recorded."""
        try:
            return await self._send(url, form, hide)
        except RefusalError as error:
            if error.status != 403 or not self._door.login.known:
                raise
            if not await self._fetched():
                raise
        return await self._send(url, form, hide)

    async def _send(
        self, url: str, form: Mapping[str, str] | None, hide: Collection[str]
    ) -> Answer:
        fields = {**(form or {}), **self._crumb}
        return await self._door.send("POST", url, form=fields, hide={*hide, *self._crumb})

    async def _fetched(self) -> bool:
        """Whether there is another crumb now than there was."""
        before = self._crumb
        try:
            found = (await self._door.get("/crumbIssuer/api/json")).json()
        except RefusalError:
            return False
        self._crumb = {found.needed("crumbRequestField"): found.needed("crumb")}
        return self._crumb != before
