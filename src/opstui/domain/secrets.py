"""Secrets are cut out of text before it is kept anywhere."""

from __future__ import annotations

import re

MASK = "***"

_USERINFO = re.compile(r"(?<=://)[^\s/@?#'\"]+@")
_HEADER = re.compile(r"\b(basic|bearer)\s+[\w.~+/=-]{6,}", re.IGNORECASE)
_NAMED = re.compile(
    r"((?:password|passwd|secret|token|api[_-]?key|private[_-]?key|signature|credential)"
    r"[\w-]{0,40}[\"']?\s{0,4}[=:]\s{0,4}[\"']?)([^\s\"'&;,]+)",
    re.IGNORECASE,
)
_KNOWN = re.compile(
    r"\b(?:gh[pousr]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}"
    r"|AKIA[0-9A-Z]{16}|dapi[0-9a-f]{32}|hf_\w{20,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*)"
)


def mask(text: str) -> str:
    """`text` with `***` for what looks like a secret.

    Cut out are the user part of URLs, credentials of an Authorization header, values that are
    named password, token, secret, key and the like, and the token shapes of GitHub, GitLab,
    Slack, AWS, Databricks, Hugging Face and JWT.
    """
    text = _USERINFO.sub(f"{MASK}@", text)
    text = _HEADER.sub(rf"\1 {MASK}", text)
    text = _NAMED.sub(rf"\g<1>{MASK}", text)
    return _KNOWN.sub(MASK, text)
