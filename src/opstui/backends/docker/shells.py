"""A shell in a container: which there is, and the program that brings the terminal to it."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Any

from opstui.backends.docker.addresses import CONTEXT, Address
from opstui.domain.errors import OpstuiError
from opstui.domain.image import Container

if TYPE_CHECKING:
    from opstui.backends.docker.client import Client

SHELLS = (("bash",), ("sh",), ("/bin/sh",), ("busybox", "sh"), ("/busybox/sh",))
"""What is looked for, the most comfortable first; the last is that of distroless debug images."""


def shell(client: Client, container: Container) -> tuple[str, ...]:
    """The first shell that runs in it: each is tried with a command that does nothing.

    Source: Docker Engine API v1.41, `ContainerExec`. Docker gives 126 where there is no such
    program, podman 127 or an error.
    """
    client.container_facts(container.id)
    for words in SHELLS:
        if _runs(client, container.id, [*words, "-c", ":"]):
            return words
    raise OpstuiError(
        f"there is no shell in {container.name}", where=client.address.text,
        hint="its image was made without one; look at its files from the image's list",
    )


def _runs(client: Client, key: str, command: list[str]) -> bool:
    from docker.errors import APIError

    try:
        made: dict[str, Any] = client.exec_create(key, command)
        client.exec_start(made["Id"])
        return client.exec_inspect(made["Id"]).get("ExitCode") == 0
    except APIError as error:
        if error.status_code == 409:  # not running any more: a shell would not help
            raise
        return False


def program(
    address: Address, container: Container, words: tuple[str, ...], path: str
) -> tuple[str, ...]:
    """The command that a terminal is handed to.

    The engine's own command line where the person has it, since it is what they know; else
    opstui's, which says the same to the engine.

    path: the folders in which programs are looked for.
    """
    if shutil.which("docker", path=path):
        return ("docker", *_docker(address), "exec", "-it", container.id, *words)
    if address.socket and address.source == "podman" and shutil.which("podman", path=path):
        return ("podman", "--url", address.url, "exec", "-it", container.id, *words)
    return (
        sys.executable, "-m", "opstui.backends.docker.attach", *_attach(address), container.id,
        *words,
    )


def _docker(address: Address) -> tuple[str, ...]:
    """Options that name the engine, so that neither a variable nor a context changes it."""
    if address.source.startswith(CONTEXT):
        return ("--context", address.source.removeprefix(CONTEXT))
    host = ("--host", address.url)
    if tls := address.certificates:
        ca = ("--tlsverify", "--tlscacert", str(tls.ca)) if tls.verify else ("--tls",)
        return (*host, *ca, "--tlscert", str(tls.cert), "--tlskey", str(tls.key))
    return host


def _attach(address: Address) -> tuple[str, ...]:
    tls = address.certificates
    files = ("", "", "") if tls is None else (
        str(tls.cert), str(tls.key), str(tls.ca) if tls.verify else "")
    return (address.url, *files)
