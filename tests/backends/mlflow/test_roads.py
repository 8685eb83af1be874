"""Certificates and proxies between opstui and the server, on real sockets."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from opstui.domain.errors import OpstuiError
from opstui.domain.local_mlflow import LocalPhase
from tests.backends.mlflow.talking import NoLocal, answer, connected, serving

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="makes certificates")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost that signs itself, and its key, in one file."""
    folder = tmp_path_factory.mktemp("certificate")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout",
         "key", "-out", "crt", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        cwd=folder, check=True, capture_output=True,
    )
    both = folder / "both.pem"
    both.write_text((folder / "crt").read_text() + (folder / "key").read_text())
    return both


@asynccontextmanager
async def secured(certificate: Path, *, client: bool = False) -> AsyncIterator[str]:
    """An HTTPS server that answers `{}`; with `client` it demands a client certificate."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    if client:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(certificate)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer("{}", Connection="close"))
            await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            pass
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@needs_openssl
@pytest.mark.parametrize(
    "variable", ["MLFLOW_TRACKING_SERVER_CERT_PATH", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"]
)
async def test_a_named_authority_is_trusted(certificate: Path, variable: str) -> None:
    async with secured(certificate) as url:
        async with connected(url, {variable: str(certificate)}) as mlflow:
            assert (await mlflow.registry.models()).items == ()
        async with connected(url, {"MLFLOW_TRACKING_INSECURE_TLS": "true"}) as mlflow:
            assert (await mlflow.registry.models()).items == ()


@needs_openssl
async def test_an_unknown_authority_is_said(certificate: Path) -> None:
    async with secured(certificate) as url, connected(url) as mlflow:
        with pytest.raises(OpstuiError, match="certificate is not trusted"):
            await mlflow.registry.models()


@needs_openssl
async def test_a_client_certificate_is_shown(certificate: Path) -> None:
    environ = {
        "MLFLOW_TRACKING_SERVER_CERT_PATH": str(certificate),
        "MLFLOW_TRACKING_CLIENT_CERT_PATH": str(certificate),
    }
    async with secured(certificate, client=True) as url, connected(url, environ) as mlflow:
        assert (await mlflow.registry.models()).items == ()


async def test_a_certificate_that_is_not_there_is_said() -> None:
    environ = {"MLFLOW_TRACKING_SERVER_CERT_PATH": "/nowhere/ca.pem"}
    async with connected("https://127.0.0.1:9", environ) as mlflow:
        with pytest.raises(OpstuiError, match="certificate for MLflow cannot be loaded"):
            await mlflow.registry.models()


async def test_proxies_are_used_but_not_for_the_embedded_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    async def handler(first: str, headers: dict[str, str], body: bytes) -> bytes:
        asked.append(first.split()[1])
        return answer()

    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    async with serving(handler) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy)
        async with connected("http://mlflow.example") as mlflow:
            await mlflow.registry.models()
        assert asked[0].startswith("http://mlflow.example/api/2.0/mlflow/")
        async with serving(handler) as own:
            async with connected("", local=NoLocal(LocalPhase.READY, own)) as mlflow:
                await mlflow.registry.models()
            assert asked[1].startswith("/api/2.0/mlflow/")
        monkeypatch.setenv("HTTP_PROXY", "gopher://proxy")
        async with connected("http://mlflow.example") as mlflow:
            with pytest.raises(OpstuiError, match="proxy for MLflow cannot be used"):
                await mlflow.registry.models()
