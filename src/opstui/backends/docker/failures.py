"""What the SDK raises, said as one readable sentence.

Import this module lazily: it imports the docker SDK.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import requests
import urllib3
from docker.errors import APIError, DockerException, TLSParameterError

from opstui.backends.docker.addresses import Address
from opstui.backends.docker.ssh import SshError
from opstui.domain.errors import OpstuiError

LIBRARY_ERRORS = (DockerException, requests.RequestException, urllib3.exceptions.HTTPError, OSError)
"""What a call through the SDK may raise when the world is at fault."""

START = "start it: `systemctl start docker`, or `systemctl --user start podman.socket`"
SSH = ("try `ssh HOST docker version` in a shell: it must work without asking anything, by a key "
       "or an agent")


def status_of(error: BaseException) -> int:
    """The HTTP status the engine answered with; 0 where it did not answer."""
    for link in _chain(error):
        response = getattr(link, "response", None)
        if isinstance(response, requests.Response):
            return int(response.status_code)
    return 0


def lost(error: BaseException) -> bool:
    """Whether the connection failed rather than the request: it must be made anew."""
    return status_of(error) == 0


def sentence(error: BaseException, doing: str, address: Address, seconds: float) -> OpstuiError:
    """The error for a person. `doing` completes "the engine refused to …"."""
    if status_of(error):
        return OpstuiError(f"the engine refused to {doing}: {_explanation(error)}",
                           where=address.text)
    if _act_without_answer(error):
        return OpstuiError(
            f"the engine took too long to {doing}: whether it did is unknown", where=address.text,
            hint="it may still be at it; refresh before you try again",
        )
    what, hint = reason(error, seconds)
    return OpstuiError(f"{what}: could not {doing}", where=address.text, hint=hint)


def reason(error: BaseException, seconds: float) -> tuple[str, str]:
    """Why no answer came, and what to try."""
    chain = tuple(_chain(error))
    if status_of(error):
        return _explanation(error), "check the address"
    for link in chain:
        if isinstance(link, SshError):
            return f"ssh did not reach it: {link}", SSH
    for kinds, what, hint in (
        ((PermissionError,), "this user may not use the engine's socket",
         "join the group docker: `sudo usermod -aG docker $USER`, then log in again"),
        ((FileNotFoundError,), "there is no such socket", START),
        ((ConnectionRefusedError,), "nothing listens there", START),
        ((socket.gaierror,), "the host's name is not known", "check the address"),
        ((TimeoutError, requests.Timeout, urllib3.exceptions.ReadTimeoutError),
         f"the engine did not answer within {seconds:.0f} s",
         "it may hang: `systemctl status docker` tells"),
        ((TLSParameterError,), "the TLS files are missing or unusable",
         "look into DOCKER_CERT_PATH or the context's files"),
        ((ssl.SSLError, requests.exceptions.SSLError), f"TLS failed{_tls_words(chain)}",
         "check the certificates"),
        ((requests.exceptions.JSONDecodeError,), "what answers there is not a container engine",
         "check the address"),
        ((ConnectionResetError, BrokenPipeError, urllib3.exceptions.ProtocolError,
          requests.exceptions.ChunkedEncodingError),
         "the engine closed the connection", "it may be restarting"),
    ):
        if any(isinstance(link, kinds) for link in chain):
            return what, hint
    return str(chain[-1]) or type(chain[-1]).__name__, "check the address"


def _act_without_answer(error: BaseException) -> bool:
    """Whether something that changes the engine was sent and only the answer is missing."""
    return any(
        isinstance(link, requests.ReadTimeout) and link.request is not None
        and link.request.method != "GET" for link in _chain(error)
    )


def _tls_words(chain: tuple[BaseException, ...]) -> str:
    """What OpenSSL says, such as `: self-signed certificate`."""
    for link in chain:
        if isinstance(link, ssl.SSLError):
            return f": {getattr(link, 'verify_message', '') or link.reason or link}"
    return ""


def _explanation(error: BaseException) -> str:
    """The engine's own words; it answers with {"message": …}."""
    for link in _chain(error):
        if isinstance(link, APIError) and link.explanation:
            return str(link.explanation).strip().removeprefix("Error response from daemon: ")
        response = getattr(link, "response", None)
        if isinstance(response, requests.Response):
            try:
                return str(response.json()["message"]).strip()
            except (ValueError, KeyError, TypeError):
                return f"{response.status_code} {response.reason}"
    return str(error)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, then what it came from, innermost last."""
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        link = waiting.pop(0)
        if id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        inner = [link.__cause__, link.__context__, *getattr(link, "args", ()),
                 getattr(link, "reason", None)]
        waiting += [one for one in inner if isinstance(one, BaseException)]
