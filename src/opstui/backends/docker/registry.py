"""Image registries: their tags, what these name, and naming a digest once more.

Source: github.com/opencontainers/distribution-spec; image-spec, manifest.md and image-index.md;
distribution, docs/spec/manifest-v2-2.md.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from opstui.backends.docker.reading import labels, seconds, when
from opstui.backends.docker.registry_door import Answer, RegistryDoor
from opstui.backends.protocols import CallLog
from opstui.domain.errors import OpstuiError
from opstui.domain.image_reference import Reference
from opstui.domain.page import Page
from opstui.domain.registry_tag import RegistryTag

TAGS = 50
"""Tags in a page: each is looked at, with two requests."""
AT_ONCE = 8
_REST = "rest:"
INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
_ACCEPT = {"Accept": ", ".join((*MANIFESTS, *INDEXES))}
_KNOWN = 2000
"""Manifests that are remembered; a digest always means the same one."""


class DockerRegistry:
    """Implements `engine_protocols.ImageRegistry` for every registry with the v2 API."""

    def __init__(self, calls: CallLog, environ: Mapping[str, str]) -> None:
        self._door = RegistryDoor(calls, environ)
        self._looked: dict[str, RegistryTag] = {}
        self._rest: dict[str, tuple[str, ...]] = {}
        """By repository: all names, where the registry gave them at once."""

    @property
    def door(self) -> RegistryDoor:
        """What knows the logins."""
        return self._door

    async def tags(self, at: Reference, token: str = "") -> Page[RegistryTag]:
        """Tags in the registry's order with what they name; none for a repository it has not."""
        names, token = await self._names(at, token)
        limit = asyncio.Semaphore(AT_ONCE)
        found = await asyncio.gather(*(self._row(at.tagged(name), limit) for name in names))
        return Page(tuple(found), token)

    async def _names(self, at: Reference, token: str) -> tuple[Sequence[str], str]:
        """A page of names, and what asks for the next one.

        Registries that know no pages give all at once, in no order: those are cut here.
        """
        if token.startswith(_REST):
            names = self._rest.get(at.name, ())
            first = int(token.removeprefix(_REST))
        else:
            answer = await self._door.ask("GET", at, token or f"/tags/list?n={TAGS}")
            names, first = _listed(answer, at) if answer.status != 404 else (), 0
            if following := _next(answer, at):
                return names, following
            names = tuple(sorted(names))
            self._rest[at.name] = names
        end = first + TAGS
        return names[first:end], f"{_REST}{end}" if end < len(names) else ""

    async def look(self, at: Reference) -> RegistryTag | None:
        """What a tag or digest names; None where there is no such."""
        answer = await self._door.ask("GET", at, f"/manifests/{at.what}", headers=_ACCEPT)
        if answer.status == 404:
            return None
        digest = _digest(answer, at)
        known = self._looked.get(digest)
        if known is None:
            known = await self._read(at, digest, answer)
            if len(self._looked) >= _KNOWN:
                self._looked.clear()
            self._looked[digest] = known
        return replace(known, repository=at.name, tag=at.tag)

    async def digest(self, at: Reference) -> str:
        """The digest that a tag names now, or empty where there is no such tag."""
        answer = await self._door.ask("HEAD", at, f"/manifests/{at.what}", headers=_ACCEPT)
        if answer.status == 404:
            return ""
        if found := answer.headers.get("docker-content-digest"):
            return found
        read = await self.look(at)
        return read.digest if read is not None else ""

    async def name(self, at: Reference, tag: str) -> None:
        """Let a tag name a digest that the repository has: the same bytes under one more name."""
        answer = await self._door.ask("GET", at, f"/manifests/{at.digest}", headers=_ACCEPT)
        if answer.status == 404:
            raise OpstuiError(f"{at.name} has no {at.digest[:19]} any more", where=at.address,
                              hint="read the tags again")
        _digest(answer, at)
        kind = answer.headers.get("content-type", "").partition(";")[0] or MANIFESTS[1]
        await self._door.ask(
            "PUT", at, f"/manifests/{at.tagged(tag).tag}", headers={"Content-Type": kind},
            content=answer.body, missing=(), writes=True,
        )

    async def auth(self, at: Reference) -> str:
        """The person's login as the engine takes it, or empty."""
        login = await self._door.login(at.host)
        return login.header() if login is not None else ""

    async def close(self) -> None:
        """Close the connections."""
        await self._door.close()

    async def _row(self, at: Reference, limit: asyncio.Semaphore) -> RegistryTag:
        async with limit:
            try:
                return await self.look(at) or RegistryTag(at.name, at.tag, problem="it is gone")
            except OpstuiError as error:
                return RegistryTag(at.name, at.tag, problem=str(error))

    async def _read(self, at: Reference, digest: str, answer: Answer) -> RegistryTag:
        data = _json(answer, at)
        kind = str(data.get("mediaType") or answer.headers.get("content-type", ""))
        plain = RegistryTag(at.name, at.tag, digest, kind=kind.partition(";")[0])
        if isinstance(data.get("manifests"), list):
            return replace(plain, platforms=_platforms(data["manifests"]))
        config = data.get("config")
        layers = data.get("layers")
        if not isinstance(config, dict) or not isinstance(layers, list):
            return replace(plain, problem=f"a manifest of another kind: {kind}")
        parts = tuple((str(one.get("digest", "")), int(one.get("size") or 0)) for one in layers)
        return await self._with_config(at, replace(
            plain, config=str(config.get("digest", "")), layers=parts,
            size=sum(size for _, size in parts) + int(config.get("size") or 0),
        ))

    async def _with_config(self, at: Reference, found: RegistryTag) -> RegistryTag:
        answer = await self._door.ask("GET", at, f"/blobs/{found.config}")
        if answer.status == 404:
            return replace(found, problem="its config is missing in the registry")
        data = _json(answer, at)
        inner = data.get("config")
        told = inner.get("Labels") if isinstance(inner, dict) else None
        platform = "/".join(
            str(data[part]) for part in ("os", "architecture", "variant") if data.get(part)
        )
        return replace(
            found, created=_time(str(data.get("created") or "")), labels=labels(told),
            platforms=(platform,) if platform else (),
        )


def _listed(answer: Answer, at: Reference) -> tuple[str, ...]:
    names = _json(answer, at).get("tags") or []
    return tuple(str(name) for name in names) if isinstance(names, list) else ()


def _next(answer: Answer, at: Reference) -> str:
    """The address of the next page, on the same registry. Source: RFC 8288, as the spec says."""
    link = answer.headers.get("link", "")
    target, _, rest = link.partition(">")
    if not target.startswith("<") or 'rel="next"' not in rest.replace(" ", ""):
        return ""
    return urljoin(f"{at.address}/v2/{at.repository}/tags/list", target[1:])


def _digest(answer: Answer, at: Reference) -> str:
    """The manifest's digest; what the registry says must be what it sent."""
    counted = f"sha256:{hashlib.sha256(answer.body).hexdigest()}"
    said = answer.headers.get("docker-content-digest", counted)
    for claim in (said, at.digest):
        if claim.startswith("sha256:") and claim != counted:
            raise OpstuiError("the registry sent another manifest than it said",
                              where=f"{at.address}/v2/{at.repository}")
    return said


def _json(answer: Answer, at: Reference) -> dict[str, Any]:
    try:
        data = json.loads(answer.body)
    except ValueError as error:
        raise OpstuiError("what answers there is not an image registry",
                          where=at.address, hint="check the image's name") from error
    return data if isinstance(data, dict) else {}


def _platforms(manifests: list[Any]) -> tuple[str, ...]:
    """Those of an index; attestations beside them are no images."""
    found: list[str] = []
    for one in manifests:
        told = one.get("platform") if isinstance(one, dict) else None
        if isinstance(told, dict) and told.get("os") not in (None, "unknown"):
            found.append("/".join(
                str(told[part]) for part in ("os", "architecture", "variant") if told.get(part)
            ))
    return tuple(dict.fromkeys(found))


def _time(text: str) -> datetime | None:
    """RFC 3339; builds that hide their time say 1970 or less."""
    counted = seconds(text)
    return when(float(counted)) if counted else None
