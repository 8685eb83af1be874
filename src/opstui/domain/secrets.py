"""Secrets are cut out of text before it is kept anywhere."""

from __future__ import annotations

import re
from typing import Any

MASK = "***"

_USERINFO = re.compile(r"(?<=://)[^\s/@?#'\"]+@")
_HEADER = re.compile(r"\b(basic|bearer)\s+[\w.~+/=-]{6,}", re.IGNORECASE)
_WORDS = r"(?:password|passwd|secret|token|api[_-]?key|private[_-]?key|signature|credential)"
_SECRET_NAME = re.compile(_WORDS, re.IGNORECASE)
_VARIABLE = re.compile(r"([A-Za-z_][\w.-]*)=(.*)", re.DOTALL)
_NAMED = re.compile(
    rf"({_WORDS}"
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


def mask_value(name: str, value: str) -> str:
    """A value as it may be shown beside its name: nothing of it where the name tells a secret."""
    return MASK if value and _SECRET_NAME.search(name) else mask(value)


def mask_entry(entry: str) -> str:
    """A line of an environment, `NAME=value`, or any other text, as it may be shown."""
    found = _VARIABLE.fullmatch(entry)
    return f"{found[1]}={mask_value(found[1], found[2])}" if found else mask(entry)


def mask_json(value: Any, name: str = "") -> Any:
    """JSON with the texts in it masked: by the names they stand under, or as `NAME=value`."""
    if isinstance(value, dict):
        return {key: mask_json(one, str(key)) for key, one in value.items()}
    if isinstance(value, list):
        return [mask_json(one) for one in value]
    if not isinstance(value, str):
        return value
    return mask_value(name, value) if name else mask_entry(value)
