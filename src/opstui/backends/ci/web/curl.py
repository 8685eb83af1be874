"""The command line that does the same as a request, without its secrets."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Collection, Mapping
from urllib.parse import urlencode

from opstui.backends.ci.web.login import Login

Fields = Mapping[str, object]

_SECRET = re.compile(r"pass|token|secret|credential|api.?key|private", re.IGNORECASE)


def curl(
    login: Login, method: str, url: str, body: Fields | None = None, form: Fields | None = None,
    hide: Collection[str] = (),
) -> str:
    """A line for a shell; the login stands as $LOGIN, hidden fields as `***`."""
    words = ["curl", "-sS", "-g"]
    if method != "GET":
        words += ["-X", method]
    if login.known:
        scheme = login.value.partition(" ")[0] if " " in login.value else ""
        words += ["-H", f'"{login.header}: {scheme + " " if scheme else ""}$LOGIN"']
    if body is not None:
        words += ["-H", "'Content-Type: application/json'"]
        words += ["-d", shlex.quote(json.dumps(hidden(body, hide), ensure_ascii=False))]
    if form is not None:
        words += ["-d", shlex.quote(urlencode(_texts(hidden(form, hide))))]
    words.append(shlex.quote(url))
    return " ".join(words)


def hidden(fields: Fields, hide: Collection[str]) -> dict[str, object]:
    """The fields, with the values of those that are named, or sound secret, left out."""
    found: dict[str, object] = {}
    for name, value in fields.items():
        if name in hide or _SECRET.search(name):
            found[name] = "***"
        else:
            found[name] = _inside(value, hide)
    return found


def _inside(value: object, hide: Collection[str]) -> object:
    """Nested fields, and GitLab's and Jenkins' lists of {name or key, value}."""
    if isinstance(value, Mapping):
        named = value.get("name", value.get("key"))
        if "value" in value and isinstance(named, str) and (named in hide or _SECRET.search(named)):
            return {**value, "value": "***"}
        return hidden(value, hide)
    if isinstance(value, list | tuple):
        return [_inside(one, hide) for one in value]
    if isinstance(value, str) and value.startswith(("{", "[")):
        try:
            return json.dumps(_inside(json.loads(value), hide))
        except (ValueError, RecursionError):
            return value
    return value


def _texts(fields: Fields) -> dict[str, str]:
    return {name: str(value) for name, value in fields.items()}
