"""An engine behind TLS: its own authority counts, whatever else the environment trusts."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.docker.engine import DockerEngine
from opstui.domain.errors import OpstuiError
from tests.backends.docker.conftest import docker_threads, until
from tests.servers.dockerd import private_dockerd
from tests.servers.mlflow_server import free_port

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]

EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def certificates(folder: Path) -> None:
    """An authority, and a certificate each for the engine and for its client."""
    openssl(folder, "req", "-x509", *EC, "-nodes", "-keyout", "ca-key.pem", "-out", "ca.pem",
            "-days", "2", "-subj", "/CN=authority")
    for name, use in (("server-", "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth"),
                      ("", "extendedKeyUsage=clientAuth")):
        (folder / "extensions").write_text(use)
        openssl(folder, "req", *EC, "-nodes", "-keyout", f"{name}key.pem",
                "-out", "request", "-subj", "/CN=one")
        openssl(folder, "x509", "-req", "-in", "request", "-CA", "ca.pem", "-CAkey", "ca-key.pem",
                "-CAcreateserial", "-days", "2", "-extfile", "extensions",
                "-out", f"{name}cert.pem")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of an engine that wants a client certificate, and the folder with one."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder, address = tmp_path_factory.mktemp("tls"), f"tcp://127.0.0.1:{free_port()}"
    certificates(folder)
    with private_dockerd(
        "-H", address, "--tlsverify", "--tlscacert", f"{folder}/ca.pem",
        "--tlscert", f"{folder}/server-cert.pem", "--tlskey", f"{folder}/server-key.pem",
    ):
        yield address, folder


async def test_the_engines_own_authority_counts(
    guarded: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, folder = guarded
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    monkeypatch.setenv("DOCKER_CERT_PATH", str(folder))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/etc/ssl/certs/ca-certificates.crt")
    calls = RecentCalls()
    engine = DockerEngine(calls, host=address)
    assert await engine.images() == ()
    heard = asyncio.Event()

    async def listen() -> None:
        async for _ in engine.changes():
            heard.set()

    listening = asyncio.create_task(listen())
    await asyncio.wait_for(heard.wait(), 20)
    listening.cancel()
    await until(lambda: not docker_threads(), 3)
    await engine.close()
    command = calls.calls()[-1].command
    assert f"--cacert {folder}/ca.pem" in command
    assert address.replace("tcp:", "https:") in command


async def test_another_authority_is_refused_in_words(
    guarded: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, _ = guarded
    certificates(tmp_path)
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    monkeypatch.setenv("DOCKER_CERT_PATH", str(tmp_path))
    with pytest.raises(OpstuiError, match=r"TLS failed: .*certificate"):
        await DockerEngine(RecentCalls(), host=address).images()
    monkeypatch.setenv("DOCKER_CERT_PATH", str(tmp_path / "nothing"))
    with pytest.raises(OpstuiError, match="TLS files are missing"):
        await DockerEngine(RecentCalls(), host=address).images()
    monkeypatch.delenv("DOCKER_CERT_PATH")
    monkeypatch.delenv("DOCKER_TLS_VERIFY")
    with pytest.raises(OpstuiError, match="HTTP request to an HTTPS server"):
        await DockerEngine(RecentCalls(), host=address).images()
