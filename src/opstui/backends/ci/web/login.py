"""What is shown to a server so that it lets the person in."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

from opstui.domain.errors import OpstuiError


@dataclass(frozen=True, slots=True)
class Login:
    """One header and where its value came from; the value is never printed."""

    header: str
    """Such as `Authorization`; empty for none."""
    value: str = field(repr=False)
    source: str
    """For people: `GH_TOKEN`, `gh auth token`, `netrc`, `anonymous`."""

    @property
    def known(self) -> bool:
        """Whether there is anything to show at all."""
        return bool(self.header)


ANONYMOUS = Login("", "", "anonymous")


def bearer(token: str, source: str) -> Login:
    """A token as OAuth 2 shows it (RFC 6750): GitHub, GitLab, Gitea and Forgejo take it."""
    return Login("Authorization", f"Bearer {_printable(token, source)}", source)


def basic(user: str, password: str, source: str) -> Login:
    """User and password or API token as RFC 7617 shows them: Jenkins, Buildbot."""
    pair = base64.standard_b64encode(f"{user}:{password}".encode()).decode("ascii")
    return Login("Authorization", f"Basic {pair}", source)


def _printable(token: str, source: str) -> str:
    if token and token.isascii() and token.isprintable() and " " not in token:
        return token
    raise OpstuiError(
        f"the token from {source} is empty or holds characters that no token has",
        hint="it must be one line of plain letters",
    )
