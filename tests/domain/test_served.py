"""What containers say that they serve."""

from __future__ import annotations

from dataclasses import replace

import pytest

from opstui.domain.image import REVISION_LABEL, Container
from opstui.domain.served import ServedNames, kept, served
from opstui.domain.status import Status

NAMES = ServedNames()
BOX = Container("c" * 64, "churn-api", "churn-api:9", "sha256:" + "a" * 64, "running", Status.UP)
RUN, LOGGED = "0123456789abcdef" * 2, "m-" + "fedcba9876543210" * 2


@pytest.mark.parametrize(("uri", "told"), [
    ("models:/churn/9", {"model": "churn", "version": "9"}),
    ("models:/prod.team.churn/12", {"model": "prod.team.churn", "version": "12"}),
    ("models:/churn@champion", {"model": "churn", "alias": "champion"}),
    (f"runs:/{RUN}/model", {"run_id": RUN}),
    (f"models:/{LOGGED}", {"logged_model": LOGGED}),
    (f"models:/{LOGGED}/data", {"logged_model": LOGGED}),
    ("models:/churn/Production", {}),
    ("models:/churn/latest", {}),
])
def test_addresses_of_models(uri: str, told: dict[str, str]) -> None:
    found = served(BOX, {"MODEL_URI": uri}, NAMES)
    assert found is not None
    assert (found.uri, found.proof) == (uri, "environment MODEL_URI")
    parts = {
        name: value for name in ("model", "version", "alias", "run_id", "logged_model")
        if (value := getattr(found, name))
    }
    assert parts == told


@pytest.mark.parametrize("text", ["", "/opt/model", "s3://user:secret@bucket/m", "models:/",
                                  "models:/churn/9 --token x", "hunter2"])
def test_what_is_no_address_is_not_served(text: str) -> None:
    assert served(BOX, {"MODEL_URI": text}, NAMES) is None


def test_a_label_wins_over_a_variable_that_the_image_may_have_set() -> None:
    told = (("opstui.model_uri", "models:/churn/9"), (REVISION_LABEL, "3f2a91c"))
    box = replace(BOX, labels=told)
    found = served(box, {"MODEL_URI": "models:/churn/7"}, NAMES)
    assert found is not None
    assert (found.version_key, found.proof, found.revision) == (
        "churn/9", "label opstui.model_uri", "3f2a91c",
    )


def test_of_an_environment_nothing_is_kept_but_addresses_under_the_names_asked_for() -> None:
    environment = [
        "PATH=/bin", "DATABASE_PASSWORD=hunter2", "MODEL_URI=models:/churn/9", "MODEL=hunter3",
        "OTHER_URI=models:/churn/7", "BROKEN",
    ]
    assert kept(environment, NAMES) == {"MODEL_URI": "models:/churn/9"}
    greedy = ServedNames(("DATABASE_PASSWORD", "OTHER_URI"))
    assert kept(environment, greedy) == {"OTHER_URI": "models:/churn/7"}
