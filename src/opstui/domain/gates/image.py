"""The gate `image`: the container engine has an image that was built from the commit."""

from __future__ import annotations

from dataclasses import dataclass

from opstui.domain.gates.commits import why_no_commit
from opstui.domain.gates.facts import Facts, Judgement, failed, passed, unknown
from opstui.domain.gates.keys import key, text
from opstui.domain.image import Image
from opstui.domain.image_name import same_commit
from opstui.domain.words import short


@dataclass(frozen=True, slots=True)
class ImageOf:
    """Which image counts."""

    name: str = key(text, "only images of this repository, such as `churn-api`", "")

    def flaw(self) -> str:
        """Nothing can be wrong with it."""
        return ""


def judge(gate: ImageOf, facts: Facts) -> Judgement:
    """Only a label with the whole commit id is proof."""
    if reason := why_no_commit(facts):
        return unknown(reason)
    if facts.images.value is None:
        return unknown(facts.images.reason)
    found = [
        one for one in facts.images.value
        if same_commit(one.revision, facts.commit) and _named(one, gate.name)
    ]
    whole = next((one for one in found if one.revision == facts.commit), None)
    sha = short(facts.commit)
    if whole is not None:
        return passed(f"{whole.name} is built from {sha}")
    if found:
        return unknown(f"{found[0].name} names only the short id {found[0].revision}")
    what = f"image {gate.name}" if gate.name else "image"
    return failed(f"no {what} of {sha} is on this engine")


def _named(image: Image, name: str) -> bool:
    return not name or any(one.rpartition(":")[0] == name or one == name for one in image.tags)
