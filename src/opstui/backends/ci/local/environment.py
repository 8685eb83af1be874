"""The environment a run's command gets: enough to build and download, no secrets by default.

Handed on are the names below, and what the person names in the settings. Package indexes,
proxies and certificates are among them because a clean clone must be able to install; where
their addresses carry a password, the command sees it, as it would in a shell. Tokens, agents,
`GIT_*`, `PYTHON*` and an activated virtual environment's variables are not handed on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

NAMES = frozenset({
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TZ", "LANG", "LANGUAGE",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS",
    "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY",
    "JAVA_HOME", "GOPATH", "GOPROXY", "GOROOT", "CARGO_HOME", "RUSTUP_HOME", "NVM_DIR",
    "PYENV_ROOT", "CONDA_EXE", "LD_LIBRARY_PATH", "NIX_PATH", "NIX_SSL_CERT_FILE",
})
PREFIXES = ("LC_", "PIP_", "UV_", "XDG_", "NPM_CONFIG_", "npm_config_")
PROXIES = frozenset({"http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy"})


def reduced(environ: Mapping[str, str], keep: Iterable[str] = ()) -> dict[str, str]:
    """The part of an environment that a run's command may see."""
    names = NAMES | frozenset(keep)
    return {
        name: value for name, value in environ.items()
        if name in names or name.startswith(PREFIXES) or name.lower() in PROXIES
    }


def for_git(environ: Mapping[str, str]) -> dict[str, str]:
    """An environment for git that asks nothing and is not led to another repository."""
    base = {name: value for name, value in environ.items() if not name.startswith("GIT_")}
    return {**base, "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "", "SSH_ASKPASS": "",
            "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C.UTF-8"}
