"""A registry behind TLS is believed by the certificate that the person put where docker looks."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.docker.registry_door import RegistryDoor
from opstui.domain.errors import OpstuiError
from tests.backends.docker.test_tls import certificates
from tests.servers.mlflow_server import free_port
from tests.servers.registry import PrivateRegistry, require_registry

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]


async def test_the_authority_in_certs_d_counts_for_its_host(tmp_path: Path) -> None:
    require_registry()
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    certificates(tmp_path)
    port = free_port()
    tls = {name: str(tmp_path / file) for name, file in (
        ("certificate", "server-cert.pem"), ("key", "server-key.pem"))}
    registry = PrivateRegistry(tmp_path, {
        "http": {"addr": f"127.0.0.1:{port}", "tls": tls},
    }, port=port)
    home = tmp_path / "home"
    folder = home / ".config/docker/certs.d" / registry.host
    folder.mkdir(parents=True)
    url = f"https://{registry.host}/v2/"
    try:
        registry.start()
        strange = RegistryDoor(RecentCalls(), {"HOME": str(home)})
        with pytest.raises(OpstuiError, match=r"certificate is not trusted.*certs\.d"):
            await strange._sent("GET", url, {}, None, writes=False)
        await strange.close()
        shutil.copy(tmp_path / "ca.pem", folder / "ca.crt")
        known = RegistryDoor(RecentCalls(), {"HOME": str(home)})
        assert (await known._sent("GET", url, {}, None, writes=False)).status == 200
        await known.close()
        (folder / "ca.crt").write_text("no certificate")
        broken = RegistryDoor(RecentCalls(), {"HOME": str(home)})
        with pytest.raises(OpstuiError, match=r"can't be used.*ca\.crt"):
            await broken._sent("GET", url, {}, None, writes=False)
    finally:
        registry.stop()
