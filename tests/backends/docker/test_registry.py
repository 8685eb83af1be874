"""Real registries: what their tags name, who may look, and naming a digest once more."""

from __future__ import annotations

import json
import os
import stat
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.docker.engine import DockerEngine
from opstui.backends.docker.registry import DockerRegistry, _next
from opstui.backends.docker.registry_challenge import challenges
from opstui.backends.docker.registry_door import Answer
from opstui.domain.errors import OpstuiError
from opstui.domain.image import REVISION_LABEL
from opstui.domain.image_reference import reference
from tests.servers.dockerd import PrivateDockerd
from tests.servers.registry import (
    PASSWORD,
    TOKEN,
    USER,
    Middle,
    PrivateRegistry,
    basic,
    private_registry_with_password,
)

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]

COMMIT = "4f2c1e9aa0b1c2d3e4f5060718293a4b5c6d7e8f"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".docker").mkdir()
    return tmp_path


@pytest.fixture
async def hub(calls: RecentCalls, home: Path) -> AsyncIterator[DockerRegistry]:
    found = DockerRegistry(calls, environ(home))
    yield found
    await found.close()


def environ(home: Path) -> dict[str, str]:
    return {"HOME": str(home), "PATH": f"{home / 'bin'}:{os.environ['PATH']}"}


def logs_in(home: Path, **config: object) -> None:
    (home / ".docker" / "config.json").write_text(json.dumps(config))


def pushed(
    dockerd: PrivateDockerd, host: str, name: str, *tags: str, text: str = "", commit: str = "",
    auth: dict[str, str] | None = None,
) -> str:
    """Make an image and push it under each tag with docker's own client; returns its id."""
    labels = {REVISION_LABEL: commit} if commit else None
    key = dockerd.image(f"{host}/{name}:{tags[0]}", labels=labels, text=text or name)
    with dockerd.client() as client:
        for tag in tags:
            client.tag(key, f"{host}/{name}", tag)
            told = list(client.push(f"{host}/{name}", tag, stream=True, decode=True,
                                    auth_config=auth))
            assert not [line for line in told if "error" in line], told
    return key


async def test_tags_come_with_what_they_name(
    dockerd: PrivateDockerd, registry: PrivateRegistry, hub: DockerRegistry, engine: DockerEngine
) -> None:
    key = pushed(dockerd, registry.host, "team/api", "1.0", "latest", commit=COMMIT)
    pushed(dockerd, registry.host, "team/api", "2.0", text="other")
    page = await hub.tags(reference(f"{registry.host}/team/api"))
    found = {one.tag: one for one in page.items}
    assert list(found) == ["1.0", "2.0", "latest"]
    one = found["1.0"]
    assert one.digest == registry.digest("team/api", "1.0") == found["latest"].digest
    assert one.digest != found["2.0"].digest
    assert one.revision == COMMIT
    assert one.platforms == ("linux/amd64",)
    assert one.config == key
    assert one.size is not None
    assert one.size > sum(size for _, size in one.layers) > 0
    assert one.created is not None
    here = next(image for image in await engine.images() if image.id == key)
    assert one.is_same(here)
    assert not found["2.0"].is_same(here)


async def test_an_engines_digests_are_the_registrys_once_it_pushed(
    dockerd: PrivateDockerd, registry: PrivateRegistry, engine: DockerEngine
) -> None:
    key = pushed(dockerd, registry.host, "digests", "1")
    image = next(image for image in await engine.images() if image.id == key)
    assert image.digests == (f"{registry.host}/digests@{registry.digest('digests', '1')}",)


async def test_a_repository_or_tag_that_is_not_there_is_no_error(
    registry: PrivateRegistry, hub: DockerRegistry
) -> None:
    at = reference(f"{registry.host}/nobody/pushed:1")
    assert (await hub.tags(at)).items == ()
    assert await hub.look(at) is None
    assert await hub.digest(at) == ""


async def test_many_tags_come_in_pages(
    dockerd: PrivateDockerd, registry: PrivateRegistry, hub: DockerRegistry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("opstui.backends.docker.registry.TAGS", 2)
    pushed(dockerd, registry.host, "paged", "a", "b", "c", "d", "e")
    at = reference(f"{registry.host}/paged")
    tags: list[str] = []
    token = ""
    for _ in range(3):
        page = await hub.tags(at, token)
        tags += [one.tag for one in page.items]
        token = page.token
    assert tags == ["a", "b", "c", "d", "e"]
    assert token == ""


async def test_a_digest_gets_a_tag_without_any_layer_being_moved(
    dockerd: PrivateDockerd, registry: PrivateRegistry, hub: DockerRegistry, calls: RecentCalls
) -> None:
    pushed(dockerd, registry.host, "promoted", "candidate")
    digest = registry.digest("promoted", "candidate")
    at = reference(f"{registry.host}/promoted:candidate").at(digest)
    await hub.name(at, "prod")
    assert registry.digest("promoted", "prod") == digest
    assert not [call for call in calls.calls() if "/blobs/" in call.summary]


async def test_an_index_tells_its_platforms_and_keeps_its_bytes_under_another_tag(
    dockerd: PrivateDockerd, registry: PrivateRegistry, hub: DockerRegistry
) -> None:
    pushed(dockerd, registry.host, "index", "amd64")
    one = await hub.look(reference(f"{registry.host}/index:amd64"))
    assert one is not None
    manifests = [
        {"mediaType": one.kind, "digest": one.digest, "size": 500, "platform": platform}
        for platform in (
            {"os": "linux", "architecture": "amd64"},
            {"os": "linux", "architecture": "arm64", "variant": "v8"},
            {"os": "unknown", "architecture": "unknown"},
        )
    ]
    kind = "application/vnd.oci.image.index.v1+json"
    body = json.dumps({"schemaVersion": 2, "mediaType": kind, "manifests": manifests}).encode()
    request = urllib.request.Request(
        f"{registry.url}/v2/index/manifests/all", data=body, method="PUT",
        headers={"Content-Type": kind},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 201
    at = reference(f"{registry.host}/index:all")
    found = await hub.look(at)
    assert found is not None
    assert found.platforms == ("linux/amd64", "linux/arm64/v8")
    assert (found.kind, found.size, found.problem) == (kind, None, "")
    await hub.name(at.at(found.digest), "stable")
    assert await hub.digest(at.tagged("stable")) == found.digest


async def test_naming_a_digest_that_is_not_there_says_so(
    dockerd: PrivateDockerd, registry: PrivateRegistry, hub: DockerRegistry
) -> None:
    pushed(dockerd, registry.host, "missing", "1")
    at = reference(f"{registry.host}/missing").at(f"sha256:{'0' * 64}")
    with pytest.raises(OpstuiError, match="has no sha256:0000"):
        await hub.name(at, "prod")


async def test_a_registry_with_a_password_gets_the_login_that_is_for_it(
    dockerd: PrivateDockerd, hub: DockerRegistry, home: Path, calls: RecentCalls
) -> None:
    with private_registry_with_password() as closed:
        login = {"username": USER, "password": PASSWORD}
        pushed(dockerd, closed.host, "closed", "1", auth=login)
        at = reference(f"{closed.host}/closed:1")
        with pytest.raises(OpstuiError, match=r"does not let you read .*docker login 127"):
            await hub.look(at)
        logs_in(home, auths={closed.host: {"auth": basic(password="wrong")}})
        with pytest.raises(OpstuiError, match="does not let you read"):
            await hub.look(at)
        logs_in(home, auths={f"https://{closed.host}/v1/": {"auth": basic()}})
        found = await hub.look(at)
        assert found is not None
        await hub.name(at.at(found.digest), "prod")
        assert await hub.digest(at.tagged("prod")) == found.digest
    shown = " ".join(f"{call.summary} {call.command}" for call in calls.calls())
    assert basic() not in shown
    assert PASSWORD not in shown


async def test_a_login_for_another_host_stays_where_it_is(
    registry: PrivateRegistry, hub: DockerRegistry, home: Path
) -> None:
    with Middle(registry, token=True) as middle:
        logs_in(home, auths={"registry.example": {"auth": basic()}})
        with pytest.raises(OpstuiError, match="was refused"):
            await hub.tags(reference(f"{middle.host}/x"))
        assert [said for _, _, said in middle.asked if said] == []


async def test_a_token_server_is_asked_once_for_many_questions(
    dockerd: PrivateDockerd, registry: PrivateRegistry, hub: DockerRegistry, home: Path
) -> None:
    pushed(dockerd, registry.host, "tokens", "1", "2")
    with Middle(registry, token=True) as middle:
        logs_in(home, auths={middle.host: {"auth": basic()}})
        at = reference(f"{middle.host}/tokens:1")
        assert len((await hub.tags(at)).items) == 2
        assert await hub.digest(at) == registry.digest("tokens", "1")
        asked = [path for _, path, _ in middle.asked if path.startswith("/token")]
        assert len(asked) == 1
        assert "repository%3Atokens%3Apull" in asked[0]
        carried = {said for _, path, said in middle.asked if not path.startswith("/token")}
        assert carried == {"", f"Bearer {TOKEN}"}


async def test_an_identity_token_is_exchanged(
    dockerd: PrivateDockerd, registry: PrivateRegistry, hub: DockerRegistry, home: Path
) -> None:
    pushed(dockerd, registry.host, "identity", "1")
    with Middle(registry, token=True) as middle:
        logs_in(home, auths={middle.host: {"identitytoken": "identity-7"}})
        assert await hub.digest(reference(f"{middle.host}/identity:1"))
        assert ("POST", "/token", "") in middle.asked


async def test_a_store_that_blobs_lie_in_never_sees_the_login(
    dockerd: PrivateDockerd, registry: PrivateRegistry, hub: DockerRegistry, home: Path
) -> None:
    pushed(dockerd, registry.host, "stores", "1", commit=COMMIT)
    with Middle(registry, token=True) as middle, Middle(registry) as store:
        middle.blobs_at = f"http://{store.host}"
        logs_in(home, auths={middle.host: {"auth": basic()}})
        found = await hub.look(reference(f"{middle.host}/stores:1"))
        assert found is not None
        assert found.revision == COMMIT
        assert [said for _, _, said in store.asked] == [""]


def helper(home: Path, name: str, script: str) -> None:
    program = home / "bin" / f"docker-credential-{name}"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


async def test_a_credential_helper_is_asked_for_exactly_this_host(
    dockerd: PrivateDockerd, registry: PrivateRegistry, hub: DockerRegistry, home: Path
) -> None:
    pushed(dockerd, registry.host, "helped", "1")
    told = json.dumps({"Username": USER, "Secret": PASSWORD})
    helper(home, "tests", f'read host; echo "$1 $host" >> {home}/asked; echo \'{told}\'')
    with Middle(registry, token=True) as middle:
        logs_in(home, credHelpers={middle.host: "tests"}, auths={middle.host: {}})
        assert await hub.digest(reference(f"{middle.host}/helped:1"))
        assert (home / "asked").read_text() == f"get {middle.host}\n"


async def test_a_store_that_has_no_login_leaves_it_to_the_file(
    dockerd: PrivateDockerd, registry: PrivateRegistry, hub: DockerRegistry, home: Path
) -> None:
    pushed(dockerd, registry.host, "stored", "1")
    helper(home, "empty", "echo 'credentials not found in native keychain'; exit 1")
    with Middle(registry, token=True) as middle:
        logs_in(home, credsStore="empty", auths={middle.host: {"auth": basic()}})
        assert await hub.digest(reference(f"{middle.host}/stored:1"))


async def test_a_helper_that_is_missing_or_broken_is_named(
    registry: PrivateRegistry, hub: DockerRegistry, home: Path
) -> None:
    with Middle(registry, token=True) as middle:
        at = reference(f"{middle.host}/x:1")
        logs_in(home, credsStore="nowhere")
        with pytest.raises(OpstuiError, match=r"docker-credential-nowhere is not on the PATH"):
            await hub.digest(at)
        helper(home, "broken", "echo 'the keychain is locked'; exit 1")
        logs_in(home, credsStore="broken")
        with pytest.raises(OpstuiError, match=r"docker-credential-broken failed: the keychain is"):
            await hub.digest(at)


async def test_what_is_no_registry_is_said(
    hub: DockerRegistry, registry: PrivateRegistry
) -> None:
    with pytest.raises(OpstuiError, match="the image registry cannot be reached"):
        await hub.tags(reference("127.0.0.1:1/x"))


def test_a_registry_that_knows_pages_says_where_the_next_one_is() -> None:
    at = reference("registry.example/team/api")
    for link, expected in (
        ('</v2/team/api/tags/list?last=b&n=2>; rel="next"',
         "https://registry.example/v2/team/api/tags/list?last=b&n=2"),
        ("", ""), ('</elsewhere>; rel="prev"', ""),
    ):
        assert _next(Answer(200, {"link": link}, b""), at) == expected


def test_challenges_are_read_as_they_are_written() -> None:
    found = challenges((
        'Bearer realm="https://auth.example/token",service="a, b",scope="repository:x:pull,push"'
        ', Basic realm="it \\"is\\""',
    ))
    assert [one.scheme for one in found] == ["bearer", "basic"]
    assert found[0].facts["service"] == "a, b"
    assert found[0].facts["scope"] == "repository:x:pull,push"
    assert found[1].facts == {"realm": 'it "is"'}
