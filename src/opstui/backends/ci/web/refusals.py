"""What a CI server meant by an answer that is not a success, as one sentence."""

from __future__ import annotations

import json
from collections.abc import Mapping

from opstui.backends.ci.web.login import Login
from opstui.domain.errors import OpstuiError
from opstui.domain.text import clean

LONGEST = 300
"""Characters of a server's own words that are passed on."""

SCOPES = {
    "GitHub": "a fine-grained token needs Actions: read (write to act), a classic one repo",
    "GitLab": "a token needs read_api, and api to act",
    "Jenkins": "the user needs Job/Read, and Job/Build and Job/Cancel to act",
    "Gitea": "a token needs read:repository, and write:repository to act",
    "Forgejo": "a token needs read:repository, and write:repository to act",
    "Buildbot": "its authorization settings say who may force, stop and rebuild",
}
"""What to ask for; README's section about CI servers says the same."""


class RefusalError(OpstuiError):
    """The server answered, and it was a no."""

    def __init__(
        self, what: str, *, where: str, hint: str, status: int, headers: Mapping[str, str],
        words: str = "",
    ) -> None:
        super().__init__(what, where=where, hint=hint)
        self.status = status
        """The HTTP status."""
        self.headers = headers
        """By their names, upper and lower case alike."""
        self.words = words
        """What the server itself said, cleaned and cut."""


class ElsewhereError(OpstuiError):
    """The server sent on to another one, which is not followed."""


def limited(status: int, headers: Mapping[str, str], content: bytes) -> bool:
    """Whether a refusal is for asking too often: GitHub uses 403 for that as well as 429."""
    if status == 429:
        return True
    if status != 403:
        return False
    if headers.get("x-ratelimit-remaining") == "0" or headers.get("retry-after"):
        return True
    return "rate limit" in said(headers, content).lower()


def said(headers: Mapping[str, str], content: bytes) -> str:
    """The server's own words: from JSON its message, plain text as it is, nothing of HTML."""
    kind = headers.get("content-type", "")
    if "json" in kind:
        try:
            data = json.loads(content)
        except (ValueError, RecursionError):
            return ""
        return _short(_message(data))
    if kind.startswith("text/plain"):
        return _short(content[:65536].decode("utf-8", "replace"))
    return ""


def _message(data: object) -> str:
    """GitHub, Gitea: `message`; GitLab: `message` or `error`; Buildbot: `error`, even nested."""
    if isinstance(data, str):
        return data
    if isinstance(data, list):
        return "; ".join(filter(None, map(_message, data[:3])))
    if isinstance(data, dict):
        for name in ("message", "error_description", "error"):
            if words := _message(data.get(name)) or _fields(data.get(name)):
                return words
        return "; ".join(
            f"{name} {words}" for name, value in list(data.items())[:3]
            if (words := _message(value) if isinstance(value, list) else "")
        )
    return ""


def _fields(data: object) -> str:
    """Buildbot's message for a form: what is wrong with which field."""
    if not isinstance(data, dict):
        return ""
    told = [f"{name}: {words}" for name, words in data.items() if isinstance(words, str)]
    return "; ".join(told[:3])


def _short(text: str) -> str:
    line = clean(next((line for line in text.strip().splitlines() if line.strip()), ""))
    return (line if len(line) <= LONGEST else line[: LONGEST - 1] + "…").rstrip(".")


def refused(
    product: str, login: Login, base: str, path: str, status: int, headers: Mapping[str, str],
    content: bytes, until: str,
) -> RefusalError:
    """The error for an answer with this HTTP status; `until`: when to ask again, if known."""
    words = said(headers, content)
    if limited(status, headers, content):
        what, hint = _too_often(product, login, until)
    else:
        what, hint = _explained(product, login, path, status, f": {words}" if words else "")
    return RefusalError(
        what, where=base, hint=hint, status=status, headers=headers, words=words
    )


def _too_often(product: str, login: Login, until: str) -> tuple[str, str]:
    when = f" until {until}" if until else ""
    hint = "it is asked again by itself then" if until else "wait a while"
    if not login.known:
        hint = "with a token it allows far more"
    return f"{product} was asked too often and wants to be left alone{when}", hint


def _explained(
    product: str, login: Login, path: str, status: int, words: str
) -> tuple[str, str]:
    """What happened and what to try."""
    scope = SCOPES.get(product, "ask its administrator for the permission")
    if status == 401:
        if not login.known:
            return f"{product} wants a login", f"give a token; {scope}"
        return (f"{product} did not accept the login from {login.source}",
                f"renew it; {scope}")
    if status == 403:
        if not login.known:
            return f"{product} does not allow this without a login{words}", f"give a token; {scope}"
        return f"{product} does not allow this with the login from {login.source}{words}", scope
    if status == 404:
        seen = f"the login from {login.source}" if login.known else "anyone without a login"
        return (f"{product} has no {path}, or does not show it to {seen}",
                f"check the address; where it is private, {scope}")
    if status == 409:
        return f"{product} can't do this now{words}", "its state changed; refresh and look again"
    if status in (502, 503, 504):
        return f"{product} is not available now (HTTP {status}){words}", "it is tried again later"
    if status >= 500:
        return f"{product} failed inside (HTTP {status}){words}", "it is tried again later"
    return (f"{product} refused this (HTTP {status}){words}", "")


def elsewhere(product: str, base: str, target: str) -> ElsewhereError:
    """The error for a redirect that is not followed; `target` is without secrets."""
    return ElsewhereError(
        f"{product} sends on to {clean(target) or 'another address'}; opstui does not follow, so "
        "that no token goes there", where=base,
        hint="if that is the right server, put its address into `ci.servers` of your settings",
    )
