"""Certificates that the person trusts for one registry, kept where the engine looks for them too.

Source: docs.docker.com, "Verify repository client with certificates": in `certs.d/HOST:PORT`, files
ending in .crt are authorities, and a .cert with the .key of the same name is who one is.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path

from opstui.domain.errors import OpstuiError

ROOT = Path("/etc/docker/certs.d")


def trust(host: str, environ: Mapping[str, str]) -> ssl.SSLContext | bool:
    """How to check a registry's certificate: True for the usual authorities alone. Blocking."""
    home = environ.get("HOME")
    folders = [ROOT / host, *([Path(home) / ".config/docker/certs.d" / host] if home else [])]
    context: ssl.SSLContext | None = None
    for folder in folders:
        try:
            files = sorted(folder.iterdir())
        except OSError:
            continue  # most registries have none
        for file in files:
            if file.suffix not in (".crt", ".cert"):
                continue
            context = context or ssl.create_default_context()
            try:
                if file.suffix == ".crt":
                    context.load_verify_locations(file)
                else:
                    context.load_cert_chain(file, file.with_suffix(".key"))
            except (OSError, ssl.SSLError) as error:
                raise OpstuiError(f"a certificate for {host} can't be used: {error}",
                                  where=str(file)) from error
    return context or True
