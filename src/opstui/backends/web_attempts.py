"""Attempts to get an answer over httpx: one more for reading, and every failure as a sentence."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from opstui.backends.json_object import not_json
from opstui.domain.errors import OpstuiError, WriteUnconfirmed

T = TypeVar("T")


class OversizeError(Exception):
    """The answer is larger than anything the server should send."""


@dataclass(frozen=True, slots=True)
class Explaining:
    """What to say of one server when something fails."""

    product: str
    """What the server is, such as `MLflow`."""
    base: str
    """Its address without secrets."""
    authority: str
    """What to try when its certificate is not trusted."""
    address: str
    """What to try when it can't be reached."""
    within: str = "in time"
    """How long an answer may take, such as `within 12 s`."""
    connected_within: str = "in time"
    again: str = "it is tried again later"
    """What to try when a reading was not answered."""
    look: str = "look at it again before trying again"
    """What to do when it is not known whether a write arrived."""

    def unreachable(self, error: Exception) -> OpstuiError:
        """The error for a request that did not get out."""
        reason = str(error) or type(error).__name__
        if "CERTIFICATE" in reason.upper():
            return OpstuiError(
                f"{self.product}'s certificate is not trusted: {reason}", where=self.base,
                hint=self.authority,
            )
        return OpstuiError(
            f"{self.product} cannot be reached: {reason}", where=self.base, hint=self.address
        )

    def unanswered(self, what: str, *, writes: bool) -> OpstuiError:
        """The error for a request that got out, and no answer came back."""
        if writes:
            return WriteUnconfirmed(
                f"{what}, so whether it was done is not known", where=self.base, hint=self.look
            )
        return OpstuiError(what, where=self.base, hint=self.again)

    def unreadable(self, error: Exception, *, writes: bool) -> OpstuiError:
        """The error for an answer that is none."""
        broken = not_json(self.product, str(error), self.base)
        return unconfirmed(broken) if writes else broken


def unconfirmed(error: OpstuiError) -> WriteUnconfirmed:
    """The same error, of a write that may have been done."""
    return WriteUnconfirmed(error.what, where=error.where, hint=error.hint)


async def answered(
    attempt: Callable[[], Awaitable[T]], explain: Explaining, *, writes: bool,
    given_up: Callable[[], bool] = lambda: False,
) -> T:
    """What an attempt gives; reading is tried twice on a lost connection, writing once, ever.

    given_up: whether the connections were closed, so that trying again is no use.
    Raises OpstuiError, and WriteUnconfirmed for a write that may have arrived.
    """
    import httpx

    retries = 0 if writes else 1
    while True:
        try:
            return await attempt()
        except (httpx.NetworkError, httpx.RemoteProtocolError) as error:
            if isinstance(error, httpx.ConnectError):
                raise explain.unreachable(error) from error
            if retries == 0 or given_up():
                lost = f"the connection to {explain.product} was lost"
                raise explain.unanswered(lost, writes=writes) from error
            retries -= 1
        except (httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise OpstuiError(
                f"{explain.product} cannot be reached {explain.connected_within}",
                where=explain.base, hint="check the address and the network",
            ) from error
        except (httpx.TimeoutException, TimeoutError) as error:
            late = f"{explain.product} did not answer {explain.within}"
            raise explain.unanswered(late, writes=writes) from error
        except (OversizeError, httpx.DecodingError) as error:
            raise explain.unreadable(error, writes=writes) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise explain.unreachable(error) from error
