"""What registries refuse, said as one readable sentence.

Source: github.com/opencontainers/distribution-spec, Error Codes.
"""

from __future__ import annotations

import json

from opstui.backends.web_attempts import Explaining
from opstui.domain.errors import OpstuiError
from opstui.domain.image_reference import HUB, Reference


def explaining(base: str) -> Explaining:
    """What to say where no answer comes."""
    return Explaining(
        "the image registry", base,
        authority="put its authority into /etc/docker/certs.d/HOST:PORT/ca.crt",
        address="check the image's name, the address and the network",
        again="look again later", look="look at the registry's tags before trying again",
    )


def refused(at: Reference, status: int, body: bytes, *, writes: bool) -> OpstuiError:
    """The error for an answer that is a refusal."""
    said = spoken(body)
    if status in (401, 403):
        doing = "write to" if writes else "read"
        told = f": {said}" if said else ""
        name = "" if at.host == HUB else f" {at.host}"
        return OpstuiError(f"the registry does not let you {doing} {at.name}{told}",
                           where=at.address, hint=f"docker login{name}")
    if status == 429:
        return OpstuiError("the registry wants fewer requests", where=at.address,
                           hint="wait a while, or log in")
    if status == 405:
        return OpstuiError(f"the registry does not do that{f': {said}' if said else ''}",
                           where=at.address, hint="it may be a mirror that is only read")
    return OpstuiError(f"the registry answered {status}{f': {said}' if said else ''}",
                       where=f"{at.address}/v2/{at.repository}")


def spoken(body: bytes) -> str:
    """The registry's own words."""
    try:
        errors = json.loads(body)["errors"]
        return "; ".join(str(one.get("message") or one.get("code")) for one in errors)[:300]
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
