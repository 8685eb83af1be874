"""Which engine is meant: what was named by the person wins, then the usual sockets."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.docker.addresses import candidates, known, ssh_hosts, typed, without_password
from opstui.backends.docker.engine import DockerEngine
from opstui.domain.errors import OpstuiError
from tests.servers.dockerd import PrivateDockerd


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A docker configuration of the test's own."""
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    (tmp_path / "docker").mkdir()
    return tmp_path / "docker"


def add_context(folder: Path, name: str, url: str, *, tls: bool = False) -> None:
    digest = hashlib.sha256(name.encode()).hexdigest()
    meta = folder / "contexts/meta" / digest / "meta.json"
    meta.parent.mkdir(parents=True)
    meta.write_text(json.dumps({"Name": name, "Metadata": {}, "Endpoints": {
        "docker": {"Host": url, "SkipTLSVerify": False}}}))
    if tls:
        (folder / "contexts/tls" / digest / "docker").mkdir(parents=True)


def use(folder: Path, name: str) -> None:
    (folder / "config.json").write_text(json.dumps({"currentContext": name}))


def test_who_is_asked_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_context(folder, "build2", "tcp://build2:2376", tls=True)
    add_context(folder, "other", "unix:///other.sock")
    use(folder, "build2")
    assert candidates()[0].text == "tcp://build2:2376, context build2"
    certificates = candidates()[0].certificates
    assert certificates is not None
    assert certificates.verify
    monkeypatch.setenv("DOCKER_CONTEXT", "other")
    assert candidates()[0].text == "unix:///other.sock, context other"
    assert candidates(context="build2")[0].source == "context build2"
    monkeypatch.setenv("DOCKER_HOST", "unix:///host.sock")
    assert candidates(context="build2")[0].text == "unix:///host.sock, DOCKER_HOST"
    assert candidates("/set.sock")[0].text == "unix:///set.sock, settings"


def test_without_a_word_the_usual_sockets_are_tried(folder: Path) -> None:
    use(folder, "default")
    assert [one.source for one in candidates()] == [
        "default", "rootless docker", "podman", "podman",
    ]


def test_tls_of_the_environment_is_for_tcp_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    monkeypatch.setenv("DOCKER_CERT_PATH", "/certificates")
    certificates = candidates("tcp://far:2376")[0].certificates
    assert certificates is not None
    assert certificates.ca == Path("/certificates/ca.pem")
    assert candidates("unix:///near.sock")[0].certificates is None


@pytest.mark.parametrize(("content", "said"), [
    ('{"currentContext": "gone"}', "there is no Docker context named gone"),
    ("{", "Docker's settings are not readable"),
    ("[]", "Docker's settings are not a JSON object"),
])
def test_a_broken_configuration_is_a_sentence(folder: Path, content: str, said: str) -> None:
    (folder / "config.json").write_text(content)
    with pytest.raises(OpstuiError, match=said):
        candidates()


def test_passwords_are_not_shown() -> None:
    assert without_password("tcp://ana:secret@host:1") == "tcp://ana@host:1"
    assert without_password("ssh://ana@host") == "ssh://ana@host"
    assert without_password("unix:///a@b") == "unix:///a@b"


@pytest.mark.parametrize(("host", "said"), [
    ("unix:///nowhere.sock", "there is no such socket"),
    ("tcp://127.0.0.1:9", "nothing listens there"),
    ("tcp://nohost.invalid:2375", "the host's name is not known"),
    ("tcp://ana:secret@host:1", "no container engine"),
    ("garbage://", "no container engine"),
    ("tcp://host:port", "no container engine"),
    ("ssh://ana@nohost.invalid", "ssh did not reach it"),
])
async def test_a_wrong_docker_host_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, host: str, said: str
) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    with pytest.raises(OpstuiError, match=said) as caught:
        await DockerEngine(RecentCalls(), seconds=5).images()
    assert "DOCKER_HOST" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_every_engine_that_the_persons_files_name_is_known_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_context(folder, "build2", "ssh://ana@build2")
    add_context(folder, "gpu", "tcp://gpu:2376", tls=True)
    broken = folder / "contexts/meta/broken/meta.json"
    broken.parent.mkdir(parents=True)
    broken.write_text("{")
    monkeypatch.setenv("DOCKER_HOST", "ssh://ana@build2")
    podman = folder.parent / "run/podman/podman.sock"
    podman.parent.mkdir(parents=True)
    podman.touch()
    found = {one.name: one for one in known("tcp://ana:secret@other:2375")}
    assert {"other", "build2", "gpu", "podman"} <= set(found)
    assert found["build2"].source == "DOCKER_HOST"
    assert found["gpu"].certificates is not None
    assert "secret" not in found["other"].text
    assert len({one.url for one in found.values()}) == len(found)


def test_an_engine_may_be_typed(folder: Path) -> None:
    add_context(folder, "build2", "ssh://ana@build2")
    assert typed("build2").url == "ssh://ana@build2"
    assert typed(" ssh://gpu:2222 ").name == "gpu"
    assert typed("/tmp/engine.sock").name == "/tmp/engine.sock"
    assert typed("default").name == "default"
    for wrong, said in (("nowhere", "no Docker context named nowhere"),
                        ("ftp://ana:secret@x", "is no address of an engine")):
        with pytest.raises(OpstuiError, match=said) as caught:
            typed(wrong)
        assert "secret" not in str(caught.value)


def test_hosts_of_the_persons_ssh_settings_are_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert ssh_hosts() == ()
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh/config").write_text("Host gpu1 *.lab\n  User ana\n\nhost gpu2 !gpu3\n")
    assert ssh_hosts() == ("ssh://gpu1", "ssh://gpu2")


async def test_no_engine_at_all_says_where_it_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opstui.backends.docker.connection._there", lambda address: False)
    with pytest.raises(OpstuiError) as caught:
        await DockerEngine(RecentCalls()).where()
    said = str(caught.value)
    assert "unix:///var/run/docker.sock: not there" in said
    assert "podman.sock: not there" in said
    assert "systemctl start docker" in said


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
async def test_the_current_context_leads_to_its_engine(
    dockerd: PrivateDockerd, folder: Path
) -> None:
    add_context(folder, "mine", dockerd.url)
    use(folder, "mine")
    engine = DockerEngine(RecentCalls())
    assert await engine.where() == f"{dockerd.url}, context mine"
    assert "API 1." in await engine.version()
    await engine.close()


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
async def test_rootless_docker_is_found_without_settings(
    dockerd: PrivateDockerd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if Path("/var/run/docker.sock").exists():
        pytest.skip("this machine has an engine at the default address")
    (tmp_path / "run").mkdir()
    (tmp_path / "run/docker.sock").symlink_to(dockerd.socket)
    engine = DockerEngine(RecentCalls())
    assert (await engine.where()).endswith("run/docker.sock, rootless docker")
    await engine.close()


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
async def test_a_socket_one_may_not_open_names_the_group(dockerd: PrivateDockerd) -> None:
    import subprocess
    import sys

    code = """
import asyncio, os, sys
from opstui.backends.calls import RecentCalls
from opstui.backends.docker.engine import DockerEngine
from opstui.domain.errors import OpstuiError
import opstui.backends.docker.client, opstui.backends.docker.failures
os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    asyncio.run(DockerEngine(RecentCalls(), host=sys.argv[1]).images())
except OpstuiError as error:
    print(error)
"""
    dockerd.folder.chmod(0o755)
    said = subprocess.run([sys.executable, "-c", code, dockerd.url], capture_output=True,
                          text=True, check=True, timeout=60).stdout
    assert "this user may not use the engine's socket" in said
    assert "usermod -aG docker" in said
