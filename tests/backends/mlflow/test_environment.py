"""Addresses and credentials, as MLflow's own client finds them."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path

import pytest

from opstui.backends.mlflow.environment import access, stripped
from opstui.domain.errors import OpstuiError

HOST = "http://mlflow.example:5000"


def who(uri: str, environ: dict[str, str], credentials: Path | None = None) -> str:
    """Who opstui would sign in as: `user:password`, or the token."""
    kind, _, value = access(uri, environ, credentials).authorization.partition(" ")
    return b64decode(value).decode() if kind == "Basic" else value


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "credentials"
    path.write_text(
        "[mlflow]\nmlflow_tracking_username = filed\nmlflow_tracking_password = 50%secret\n"
    )
    return path


def test_without_credentials_nobody_signs_in(tmp_path: Path) -> None:
    assert who(HOST, {"HOME": str(tmp_path)}) == ""


def test_user_and_password_win_over_the_token() -> None:
    both = {"MLFLOW_TRACKING_USERNAME": "ana", "MLFLOW_TRACKING_PASSWORD": "pw"}
    assert who(HOST, both | {"MLFLOW_TRACKING_TOKEN": "t0ken"}) == "ana:pw"
    assert who(HOST, {"MLFLOW_TRACKING_TOKEN": "t0ken"}) == "t0ken"
    assert who(HOST, {"MLFLOW_TRACKING_USERNAME": "ana", "MLFLOW_TRACKING_TOKEN": "t"}) == "t"


def test_the_file_fills_in_field_by_field(file: Path, tmp_path: Path) -> None:
    assert who(HOST, {}, file) == "filed:50%secret"
    assert who(HOST, {"MLFLOW_TRACKING_USERNAME": "ana"}, file) == "ana:50%secret"
    assert who(HOST, {}, tmp_path / "nowhere") == ""
    home = tmp_path / "home"
    (home / ".mlflow").mkdir(parents=True)
    file.rename(home / ".mlflow" / "credentials")
    assert who(HOST, {"HOME": str(home)}) == "filed:50%secret"


def test_a_broken_credentials_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "credentials"
    path.write_text("username = x\n")
    with pytest.raises(OpstuiError) as caught:
        who(HOST, {}, path)
    assert caught.value.where == str(path)


def test_netrc_and_the_address_come_before_the_variables(tmp_path: Path) -> None:
    both = {"MLFLOW_TRACKING_USERNAME": "ana", "MLFLOW_TRACKING_PASSWORD": "pw"}
    signed = "http://bob:s%40crt@mlflow.example:5000"
    assert who(signed, both) == "bob:s@crt"
    (tmp_path / ".netrc").write_text("machine mlflow.example login net password rc\n")
    assert who(signed, both | {"HOME": str(tmp_path)}) == "net:rc"
    assert who("http://other.example", both | {"HOME": str(tmp_path)}) == "ana:pw"
    assert who(HOST, {"NETRC": str(tmp_path / ".netrc")}) == "net:rc"


def test_secrets_in_the_address_are_never_shown() -> None:
    found = access("https://bob:secret@mlflow.example/prefix/?x=secret", {})
    assert found.base == "https://mlflow.example/prefix"
    assert "secret" not in repr(found)
    assert "secret" not in stripped("https://bob:secret@mlflow.example/?token=secret#secret")


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("databricks", "Databricks is not supported"),
        ("databricks://profile", "Databricks is not supported"),
        ("databricks-uc", "Databricks is not supported"),
        ("sqlite:///mlflow.db", "this is a database"),
        ("postgresql+psycopg2://u:secret@db/mlflow", "this is a database"),
        ("./mlruns", "this is a folder"),
        ("/data/mlruns", "this is a folder"),
        ("file:///data/mlruns", "this is a folder"),
        ("ftp://host", "ftp:// are not supported"),
        ("http://host:port", "cannot be read"),
        ("http://[::1", "cannot be read"),
    ],
)
def test_what_is_no_server_is_said(uri: str, says: str) -> None:
    with pytest.raises(OpstuiError, match=says) as caught:
        access(uri, {})
    assert "secret" not in str(caught.value)


def test_contradictions_and_plug_ins_are_said() -> None:
    for environ, says in (
        ({"MLFLOW_TRACKING_INSECURE_TLS": "true", "MLFLOW_TRACKING_SERVER_CERT_PATH": "/ca"},
         "contradict"),
        ({"MLFLOW_TRACKING_INSECURE_TLS": "maybe"}, "neither true nor false"),
        ({"MLFLOW_TRACKING_AWS_SIGV4": "1"}, "AWS"),
        ({"MLFLOW_TRACKING_AUTH": "kubernetes"}, "plug-in kubernetes"),
        ({"MLFLOW_HTTP_REQUEST_TIMEOUT": "soon"}, "not a number of seconds"),
        ({"MLFLOW_TRACKING_TOKEN": "a\nb"}, "characters that no token has"),
    ):
        with pytest.raises(OpstuiError, match=says):
            access(HOST, environ)


def test_certificates_and_limits_are_taken_over() -> None:
    found = access(HOST, {
        "REQUESTS_CA_BUNDLE": "/bundle", "CURL_CA_BUNDLE": "/other",
        "MLFLOW_TRACKING_CLIENT_CERT_PATH": "/client.pem", "MLFLOW_WORKSPACE": "team",
        "MLFLOW_HTTP_REQUEST_TIMEOUT": "5",
    })
    assert (found.authorities, found.client_certificate) == ("/bundle", "/client.pem")
    assert (found.workspace, found.seconds) == ("team", 5.0)
    assert access(HOST, {"CURL_CA_BUNDLE": "/other"}).authorities == "/other"
    own = {"REQUESTS_CA_BUNDLE": "/b", "MLFLOW_TRACKING_SERVER_CERT_PATH": "/own"}
    assert access(HOST, own).authorities == "/own"
    assert access(HOST, {"MLFLOW_HTTP_REQUEST_TIMEOUT": "120"}).seconds == 12.0
    insecure = access(HOST, {"MLFLOW_TRACKING_INSECURE_TLS": "1", "REQUESTS_CA_BUNDLE": "/b"})
    assert (insecure.insecure, insecure.authorities) == (True, "")
