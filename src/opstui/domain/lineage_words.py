"""What a link is called and what is worth saying about it, in few words."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from opstui.domain.branch import Branch, Commit
from opstui.domain.ci import CiRun
from opstui.domain.experiment import Run
from opstui.domain.image import Image
from opstui.domain.lineage import STEP_OF, Link, Noun, Ref, Shipped
from opstui.domain.model import ModelVersion, RegisteredModel
from opstui.domain.status import Status
from opstui.domain.words import number, short, size

TITLES = {
    "commits": "commit", "ci": "CI run", "images": "image", "runs": "training",
    "versions": "version", "containers": "serving",
}
"""What the steps are called on a page."""


class Said(NamedTuple):
    """A thing in few words."""

    name: str
    note: str = ""
    status: Status | None = None


def when_of(noun: Noun | None) -> datetime | None:
    """When it was made."""
    match noun:
        case Branch() | Commit():
            return noun.when
        case CiRun() | Image() | ModelVersion() | RegisteredModel():
            return noun.created
        case Run():
            return noun.started
        case Shipped():
            started = noun.served.started if noun.served else None
            return started or noun.container.created
    return None


def said(link: Link) -> Said:
    """A link's name, what else to know of it, its state."""
    if link.noun is not None:
        return _noun(link.noun)
    return Said(name_of(link.ref)) if link.ref is not None else Said("")


def _noun(noun: Noun) -> Said:
    match noun:
        case Branch():
            return Said(short(noun.commit), f"{noun.name}  {noun.subject}".strip())
        case Commit():
            return Said(short(noun.sha), noun.subject)
        case CiRun():
            return Said(f"#{noun.number} {noun.workflow}", noun.server, noun.status)
        case Image():
            return Said(noun.name, size(noun.size))
        case Run():
            metrics = " ".join(f"{name} {number(value)}" for name, value in noun.metrics[:2])
            return Said(noun.name or noun.id[:12], metrics, noun.status)
        case ModelVersion():
            aliases = " ".join(f"@{alias}" for alias in noun.aliases)
            return Said(f"{noun.model} v{noun.version}", aliases, noun.status)
        case RegisteredModel():
            return Said(noun.name)
        case Shipped():
            uri = noun.served.uri if noun.served else ""
            return Said(noun.container.name, uri, noun.container.status)


def name_of(ref: Ref) -> str:
    """What to call something of which only its name is known."""
    match ref.kind:
        case "commits":
            return short(ref.key)
        case "images":
            return ref.key.removeprefix("sha256:")[:12]
        case "versions":
            model, _, version = ref.key.rpartition("/")
            return f"{model} v{version}"
        case "runs" | "containers":
            return ref.key[:12]
    return ref.key


def step_word(ref: Ref) -> str:
    """What kind of thing it is, in one word."""
    return TITLES.get(STEP_OF.get(ref.kind, ""), ref.kind)
