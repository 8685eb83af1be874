"""Profiles as a settings file writes them, and what holds in each."""

from __future__ import annotations

from pathlib import Path

import pytest

from opstui.domain.errors import OpstuiError
from opstui.settings import Settings, load
from opstui.start.request import Request, requested

TEXT = """
mlflow.uri = "http://dev:5000"
profile = "dev"

[profiles.dev]

[profiles.prod]
colour = "red"
protected = true
mlflow.uri = "https://prod.example.org"
docker.context = "prod"
models.champion = "live"

[profiles.prod.ci.servers.work]
kind = "jenkins"
url = "https://ci.example.org"

[profiles.look]
read_only = true
"""


def read(tmp_path: Path, text: str = TEXT, **environ: str) -> Settings:
    path = tmp_path / "config.toml"
    path.write_text(text)
    return load(path, None, environ)


def test_a_profile_has_its_own_servers_and_the_rest_stays(tmp_path: Path) -> None:
    prod = read(tmp_path, OPSTUI_PROFILE="prod")
    assert prod.active is not None
    assert (prod.active.name, prod.active.role, prod.active.protected) == ("prod", "alarm", True)
    assert (prod.mlflow_uri, prod.champion) == ("https://prod.example.org", "live")
    assert (prod.docker_context, prod.docker_host) == ("prod", "")
    assert list(prod.ci_servers) == ["work"]
    dev = read(tmp_path)
    assert (dev.profile, dev.mlflow_uri, dev.champion) == ("dev", "http://dev:5000", "champion")
    none = read(tmp_path, OPSTUI_PROFILE="-")
    assert none.active is None


def test_a_profile_wins_over_the_environment_which_may_lead_elsewhere(tmp_path: Path) -> None:
    elsewhere = {"MLFLOW_TRACKING_URI": "http://other", "MLFLOW_REGISTRY_URI": "http://registry"}
    prod = read(tmp_path, OPSTUI_PROFILE="prod", **elsewhere)
    assert prod.mlflow_uri == prod.mlflow_registry_uri == "https://prod.example.org"
    assert read(tmp_path, **elsewhere).mlflow_uri == "http://other"


def test_read_only_of_a_profile_or_of_the_command_line(tmp_path: Path) -> None:
    assert read(tmp_path, OPSTUI_PROFILE="look").read_only
    assert read(tmp_path, OPSTUI_PROFILE="prod", OPSTUI_READ_ONLY="1").read_only
    assert not read(tmp_path, OPSTUI_PROFILE="prod").read_only


@pytest.mark.parametrize(("text", "what", "line"), [
    ('[profiles.a]\ncolour = "pink"\n', "profiles.a.colour must be one of red", 2),
    ('[profiles.a]\nprotected = "yes"\n', "profiles.a.protected must be true or false", 2),
    ('[profiles.a]\ntheme = "light"\n', "there is no setting 'theme'", 2),
    ('[profiles.a]\n[profiles.a.mlflow]\nuri = 3\n', "mlflow.uri must be a text", 3),
    ('[profiles]\n"a b" = {}\n', "can't be a profile's name", 0),
    ('profile = "c"\n[profiles.a]\n', "there is no profile 'c'", 0),
])
def test_wrong_ones_are_told_with_their_line(
    tmp_path: Path, text: str, what: str, line: int
) -> None:
    with pytest.raises(OpstuiError) as error:
        read(tmp_path, text)
    assert what in str(error.value)
    assert not line or f"config.toml:{line}" in str(error.value)


def test_a_repository_may_not_have_any(tmp_path: Path) -> None:
    shared = tmp_path / ".opstui.toml"
    shared.write_text('[profiles.a]\nmlflow.uri = "http://evil"\n')
    with pytest.raises(OpstuiError, match="a repository may not set 'profiles'"):
        load(tmp_path / "none", shared, {})


def test_the_command_line_names_one() -> None:
    for words in (["--profile", "prod", "x/y"], ["--profile=prod", "x/y"]):
        request = requested(words)
        assert isinstance(request, Request)
        assert (request.path, request.profile) == ("x/y", "prod")
    assert requested(["--profile"]) is None
