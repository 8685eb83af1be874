"""How to reach an MLflow server, from the same variables and files as the official client.

Variables: https://mlflow.org/docs/latest/api_reference/python_api/mlflow.environment_variables.html
and `mlflow/utils/credentials.py`, `mlflow/utils/rest_utils.py` of MLflow 3.17.
"""

from __future__ import annotations

import base64
import netrc
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from opstui.domain.errors import OpstuiError

READ_SECONDS = 12.0
"""How long an answer may take; MLFLOW_HTTP_REQUEST_TIMEOUT can only shorten it."""

_TRUE = ("true", "1")
_FALSE = ("", "false", "0")
_STORES = ("sqlite", "postgresql", "mysql", "mssql", "oracle")


@dataclass(frozen=True, slots=True)
class Access:
    """One server's address and what has to be shown to it."""

    base: str
    """Without user name, password and final slash; safe to show."""
    authorization: str = field(default="", repr=False)
    """Value of the Authorization header, empty for none."""
    workspace: str = ""
    insecure: bool = False
    authorities: str = ""
    """File or folder of certificate authorities; empty for the usual ones."""
    client_certificate: str = ""
    seconds: float = READ_SECONDS
    proxies: bool = True
    """Whether the proxy variables apply."""

    @property
    def scheme(self) -> str:
        """`basic`, `bearer` or empty."""
        return self.authorization.partition(" ")[0].lower()


def access(uri: str, environ: Mapping[str, str], credentials: Path | None = None) -> Access:
    """What the official client would use to reach `uri`; reads the credential files.

    credentials: instead of `~/.mlflow/credentials`.
    Raises OpstuiError for an address that is no HTTP server, for settings that contradict each
    other, and for the ways to sign in that opstui cannot do.
    """
    parts = http_address(uri)
    host = parts.netloc.rpartition("@")[2]
    base = urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))
    refuse_plugins(environ, base)
    insecure = flag(environ, "MLFLOW_TRACKING_INSECURE_TLS")
    server_certificate = environ.get("MLFLOW_TRACKING_SERVER_CERT_PATH", "")
    if insecure and server_certificate:
        raise OpstuiError(
            "MLFLOW_TRACKING_INSECURE_TLS and MLFLOW_TRACKING_SERVER_CERT_PATH contradict each "
            "other", where=base, hint="unset one of them",
        )
    workspace = environ.get("MLFLOW_WORKSPACE", "")
    if not (workspace.isascii() and workspace.isprintable()):
        raise OpstuiError("MLFLOW_WORKSPACE holds characters that no workspace has", where=base)
    bundle = environ.get("REQUESTS_CA_BUNDLE") or environ.get("CURL_CA_BUNDLE") or ""
    return Access(
        base=base,
        authorization=authorization(parts, environ, credentials),
        workspace=workspace,
        insecure=insecure,
        authorities=server_certificate or ("" if insecure else bundle),
        client_certificate=environ.get("MLFLOW_TRACKING_CLIENT_CERT_PATH", ""),
        seconds=request_seconds(environ),
    )


def embedded_access(address: str) -> Access:
    """Reaching opstui's own server: nothing of the user's secrets, no proxy."""
    return replace(Access(base=address.rstrip("/")), proxies=False)


def http_address(uri: str) -> SplitResult:
    """The parts of an HTTP address, or an OpstuiError that says what else this is."""
    try:
        parts = urlsplit(uri)
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0:
            return parts
    except ValueError as error:
        raise OpstuiError(
            "this MLflow address cannot be read", where=stripped(uri),
            hint="it looks like http://host:5000",
        ) from error
    scheme = parts.scheme.partition("+")[0]
    if scheme in ("databricks", "databricks-uc", "uc") or uri in ("databricks", "databricks-uc"):
        raise OpstuiError(
            "Databricks is not supported: it signs in through its own SDK and Unity Catalog is "
            "another API", where=stripped(uri), hint="use the address of an MLflow server",
        )
    if scheme in _STORES:
        raise OpstuiError(
            "this is a database, and opstui speaks to MLflow servers only: opening a store can "
            "migrate its schema for good", where=stripped(uri),
            hint="run `mlflow server --backend-store-uri …` and set MLFLOW_TRACKING_URI to it",
        )
    if scheme in ("", "file"):
        raise OpstuiError(
            "this is a folder, and opstui speaks to MLflow servers only: it never opens a store "
            "it did not make", where=uri,
            hint="run `mlflow server --backend-store-uri …` and set MLFLOW_TRACKING_URI to it",
        )
    raise OpstuiError(
        f"MLflow addresses of the kind {scheme}:// are not supported", where=stripped(uri),
        hint="use http:// or https://",
    )


def stripped(uri: str) -> str:
    """The address without user name, password, query and fragment."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return uri.rpartition("@")[2]
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def authorization(
    parts: SplitResult, environ: Mapping[str, str], credentials: Path | None = None
) -> str:
    """The Authorization header that the official client would send.

    Its order, the strongest first: the user's netrc, the address itself, user name and password
    (each from its variable or else from the credentials file), the token. That netrc wins over
    the variables is how `requests` treats every header it is given.
    """
    if found := from_netrc(parts.hostname or "", environ):
        return basic(*found)
    if parts.username:
        return basic(unquote(parts.username), unquote(parts.password or ""))
    home = environ.get("HOME", "")
    path = credentials or (Path(home) / ".mlflow" / "credentials" if home else None)
    saved = credentials_file(path) if path else {}
    user, password = (
        environ.get(name) or saved.get(name.lower(), "")
        for name in ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD")
    )
    if user and password:
        return basic(user, password)
    token = environ.get("MLFLOW_TRACKING_TOKEN", "")
    if not (token.isascii() and token.isprintable()):
        raise OpstuiError("MLFLOW_TRACKING_TOKEN holds characters that no token has")
    return f"Bearer {token}" if token else ""


def basic(user: str, password: str) -> str:
    """The header of HTTP basic authentication."""
    return "Basic " + base64.standard_b64encode(f"{user}:{password}".encode()).decode("ascii")


def credentials_file(path: Path) -> dict[str, str]:
    """The `[mlflow]` section of MLflow's credentials file; empty when there is none."""
    import configparser  # only where credentials are looked for

    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, configparser.Error) as error:
        raise OpstuiError(
            "MLflow's credentials file cannot be read", where=str(path),
            hint="it needs a section [mlflow] with mlflow_tracking_username and _password",
        ) from error
    return dict(parser["mlflow"]) if "mlflow" in parser else {}


def from_netrc(host: str, environ: Mapping[str, str]) -> tuple[str, str] | None:
    """User name and password for `host` from $NETRC, ~/.netrc or ~/_netrc; bad files are skipped.

    `requests` skips an unreadable netrc as well.
    """
    home = Path(environ.get("HOME", "/nonexistent"))
    named = environ.get("NETRC")
    for path in [Path(named)] if named else [home / ".netrc", home / "_netrc"]:
        try:
            found = netrc.netrc(str(path)).authenticators(host)
        except (OSError, netrc.NetrcParseError, UnicodeDecodeError):
            continue
        if found is None:
            return None
        login, account, password = found
        return (login or account or "", password or "")
    return None


def refuse_plugins(environ: Mapping[str, str], base: str) -> None:
    """Say which ways to sign in exist only inside MLflow's own client."""
    if flag(environ, "MLFLOW_TRACKING_AWS_SIGV4"):
        raise OpstuiError(
            "signing requests for AWS (MLFLOW_TRACKING_AWS_SIGV4) is not supported", where=base,
            hint="use a server that takes a password or a token",
        )
    if plugin := environ.get("MLFLOW_TRACKING_AUTH"):
        raise OpstuiError(
            f"the sign-in plug-in {plugin} (MLFLOW_TRACKING_AUTH) is not supported", where=base,
            hint="use a server that takes a password or a token",
        )


def flag(environ: Mapping[str, str], name: str) -> bool:
    """A variable that is true or false, as MLflow reads it."""
    value = environ.get(name, "").strip().lower()
    if value not in _TRUE + _FALSE:
        raise OpstuiError(f"{name} is neither true nor false", hint=f"set {name}=true or unset it")
    return value in _TRUE


def request_seconds(environ: Mapping[str, str]) -> float:
    """How long to wait for an answer: short, and shorter if MLflow's own limit is."""
    text = environ.get("MLFLOW_HTTP_REQUEST_TIMEOUT", "")
    if not text:
        return READ_SECONDS
    if not text.isdecimal() or int(text) == 0:
        raise OpstuiError(
            "MLFLOW_HTTP_REQUEST_TIMEOUT is not a number of seconds", hint="set it to 120 or less"
        )
    return min(READ_SECONDS, float(text))
