"""What may name an image, and when two ways of writing a commit mean the same one."""

from __future__ import annotations

import re

from opstui.domain.errors import OpstuiError

_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::[0-9]+)?"
_NAME = re.compile(rf"(?:{_HOST}/)?{_PART}(?:/{_PART})*:[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}}")
_LONGEST = 255
_SHORTEST_COMMIT = 7


def check_name(name: str) -> None:
    """Raise OpstuiError where `name` is not `[host[:port]/]repository:tag`.

    Source: the grammar in github.com/distribution/reference, reference.go.
    """
    if len(name) > _LONGEST or not _NAME.fullmatch(name):
        raise OpstuiError(
            f"{name!r} is not a name for an image",
            hint="write repository:tag in lower case, such as churn-api:1.4.0 or "
            "registry.example:5000/team/churn-api:1.4.0",
        )


def same_commit(one: str, other: str) -> bool:
    """Whether two ids name one commit; builds often label with the first digits only."""
    shorter, longer = sorted((one.lower(), other.lower()), key=len)
    return len(shorter) >= _SHORTEST_COMMIT and longer.startswith(shorter)
