"""Asking servers before what shows their answers is imported."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress

from opstui.backends.asked import Asked
from opstui.backends.docker import glance
from opstui.backends.mlflow import plain
from opstui.backends.mlflow.environment import access
from opstui.domain.errors import OpstuiError
from opstui.settings import Settings


def ask_servers(settings: Settings, environ: Mapping[str, str]) -> Asked:
    """Send the first questions of the panes to the engine and to MLflow, where they are plain."""
    asked = Asked()
    socket = glance.socket_of(settings.docker_host, settings.docker_context)
    for target in (glance.IMAGES, glance.CONTAINERS) if socket else ():
        asked.send(socket, glance.written(target))
    tracking = settings.mlflow_uri or environ.get("MLFLOW_TRACKING_URI", "")
    registry = settings.mlflow_registry_uri or environ.get("MLFLOW_REGISTRY_URI", "") or tracking
    for uri, question in ((tracking, plain.EXPERIMENTS), (registry, plain.MODELS)):
        if uri.startswith("http://") and not plain.any_proxy(os.environ):
            with suppress(OpstuiError, ValueError):  # told by whoever asks again
                asked.send(*plain.written(access(uri, environ), question))
    return asked
