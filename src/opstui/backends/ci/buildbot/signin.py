"""Signing in to Buildbot, which knows no API tokens.

Its API refuses a password; `/auth/login` takes it and gives a cookie that lets acts pass.
https://docs.buildbot.net/latest/developer/auth.html
"""

from __future__ import annotations

import asyncio
from http.cookies import CookieError, SimpleCookie

from opstui.backends.ci.web.door import Door
from opstui.backends.ci.web.login import ANONYMOUS, Login
from opstui.backends.ci.web.refusals import RefusalError
from opstui.domain.errors import OpstuiError


class Acting:
    """Sends acts: without a login where none is known, else with the cookie it gives."""

    def __init__(self, door: Door) -> None:
        """door: with user and password, or without any."""
        self._door = door
        self._signed: Door | None = None
        self._signing = asyncio.Lock()

    async def __call__(self, path: str, method: str, **params: object) -> object:
        """Call a method of the data API (JSON-RPC 2.0); its result.

        Signs in again once where the master forgot the session, as after a restart.
        """
        door = await self._entered()
        try:
            return await _call(door, path, method, params)
        except RefusalError as error:
            if error.status not in (401, 403) or not self._door.login.known:
                raise
        await self._leave(door)
        return await _call(await self._entered(), path, method, params)

    async def close(self) -> None:
        """Forget the session."""
        if self._signed is not None:
            await self._leave(self._signed)
        await self._door.close()

    async def _entered(self) -> Door:
        if not self._door.login.known:
            return self._door
        async with self._signing:
            if self._signed is None:
                self._signed = self._door.with_login(await self._sign_in())
            return self._signed

    async def _leave(self, door: Door) -> None:
        if self._signed is door:
            self._signed = None
        await door.close()

    async def _sign_in(self) -> Login:
        """The cookie; 401 where user or password are wrong."""
        answer = await self._door.send("GET", "/auth/login")
        try:
            jar = SimpleCookie(answer.headers.get("set-cookie", ""))
        except CookieError:
            jar = SimpleCookie()
        pairs = "; ".join(f"{name}={one.value}" for name, one in jar.items())
        if not pairs:
            raise OpstuiError(
                "Buildbot took the password but gave no session", where=self._door.base,
                hint="opstui can use Buildbot's own users and passwords, not GitHub's or others",
            )
        return Login("Cookie", pairs, self._door.login.source)


def reading(door: Door) -> Door:
    """The door for reading, which needs no login and is refused with a password."""
    return door.with_login(ANONYMOUS) if door.login.known else door


async def _call(door: Door, path: str, method: str, params: dict[str, object]) -> object:
    answer = await door.send("POST", path, {
        "id": 1, "jsonrpc": "2.0", "method": method, "params": params,
    })
    return answer.json().value.get("result")
