"""Which environment variable holds a login, and for which host it is meant.

A variable goes to the one host it is meant for and to no other, whatever a remote's address
says. GitHub: https://cli.github.com/manual/gh_help_environment; GitLab:
https://docs.gitlab.com/cli/#environment-variables; Jenkins:
https://www.jenkins.io/doc/book/managing/cli/; Gitea: `tea` and convention.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from opstui.backends.ci.web.address import bare, origin

Environ = Mapping[str, str]

TOKENS = frozenset({
    "GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN",
    "GITLAB_TOKEN", "GITLAB_ACCESS_TOKEN", "OAUTH_TOKEN", "CI_JOB_TOKEN",
    "GITEA_TOKEN", "GITEA_SERVER_TOKEN", "FORGEJO_TOKEN", "JENKINS_API_TOKEN",
})
"""Withheld from other programs: for `--hostname X`, gh gives GH_ENTERPRISE_TOKEN whatever X is."""


def without_tokens(environ: Environ) -> dict[str, str]:
    """The environment for programs that are asked for the login of one host."""
    return {name: value for name, value in environ.items() if name not in TOKENS}


def is_github(host: str) -> bool:
    """github.com, or a company's own host on GitHub's cloud."""
    return host == "github.com" or host.endswith(".ghe.com")


def host_of(text: str) -> str:
    """`host` or `host:port` from an address or a bare host name, without the usual ports."""
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    return f"{host}:{port}" if host and port not in (None, usual) else host


def token(kind: str, url: str, environ: Environ, *, alone: bool) -> tuple[str, str]:
    """A token for the server at `url` and the name of its variable; both empty without.

    alone: the person's settings name this server, and no other of its kind: then a variable
    that names no host is meant for it.
    """
    host = host_of(url)
    for name in _names(kind, host, environ, alone):
        if value := environ.get(name, "").strip():
            return value, name
    return "", ""


def _names(kind: str, host: str, environ: Environ, alone: bool) -> tuple[str, ...]:
    if kind == "github":
        if is_github(host):
            return "GH_TOKEN", "GITHUB_TOKEN"
        meant = host_of(environ.get("GH_HOST", ""))
        mine = host == meant if meant and not is_github(meant) else alone
        return ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN") if mine else ()
    if kind == "gitlab":
        meant = host_of(environ.get("GITLAB_HOST") or environ.get("GL_HOST") or "gitlab.com")
        return ("GITLAB_TOKEN",) if host == meant else ()
    if kind in ("gitea", "forgejo"):
        upper = kind.upper()
        meant = host_of(environ.get(f"{upper}_URL") or environ.get(f"{upper}_SERVER_URL") or "")
        mine = host == meant if meant else alone
        return (f"{upper}_TOKEN", f"{upper}_SERVER_TOKEN") if mine else ()
    return ()


def jenkins(url: str, environ: Environ) -> tuple[str, str]:
    """User and API token, when JENKINS_URL is this server; both empty otherwise."""
    meant = environ.get("JENKINS_URL", "")
    try:
        same = origin(meant) == origin(url)
    except ValueError:
        return "", ""
    below = bare(meant).rstrip("/")
    if not same or not f"{bare(url).rstrip('/')}/".startswith(f"{below}/"):
        return "", ""
    return environ.get("JENKINS_USER_ID", ""), environ.get("JENKINS_API_TOKEN", "")
