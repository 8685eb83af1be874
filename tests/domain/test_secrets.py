"""Secrets are cut out, and ordinary text is left alone."""

from __future__ import annotations

import time

import pytest

from opstui.domain.secrets import MASK, mask, mask_entry, mask_json, mask_value


@pytest.mark.parametrize(("text", "masked"), [
    ("https://ana:pw@host/x", "https://***@host/x"),
    ("https://t0ken@host", "https://***@host"),
    ("Authorization: Bearer abc.def-123", "Authorization: Bearer ***"),
    ("curl -H 'Authorization: Basic YW5hOnB3'", "curl -H 'Authorization: Basic ***'"),
    ("MLFLOW_TRACKING_PASSWORD=hunter2 mlflow", "MLFLOW_TRACKING_PASSWORD=*** mlflow"),
    ('{"token": "abc"}', '{"token": "***"}'),
    ("AKIAABCDEFGHIJKLMNOP", "***"),
])
def test_secrets_go(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize("text", [
    "promoted: champion of churn names v9, before v7", "http://127.0.0.1:5000/#/models/churn",
    "git@github.com:ana/churn.git", "ana@build2 from 10.0.0.7", "tokenizer v2", "4f2c1e9" * 6,
])
def test_ordinary_text_stays(text: str) -> None:
    assert mask(text) == text


def test_a_long_text_costs_little() -> None:
    began = time.monotonic()
    for piece in ("a", "token", "://", "eyJ", "secret-"):
        mask(piece * 40_000)
    assert time.monotonic() - began < 5


def test_a_value_is_judged_by_the_name_it_stands_under() -> None:
    assert mask_value("DB_PASSWORD", "two words") == MASK
    assert mask_value("DB_PASSWORD", "") == ""
    assert mask_value("PATH", "/usr/bin:/bin") == "/usr/bin:/bin"
    assert mask_value("URL", "https://ana:pw@host") == "https://***@host"


def test_an_environments_line_keeps_its_name() -> None:
    assert mask_entry("API_KEY=a b\nc") == "API_KEY=***"
    assert mask_entry("HOME=/root") == "HOME=/root"
    assert mask_entry("a sentence, not a variable") == "a sentence, not a variable"


def test_json_is_masked_wherever_it_is_deep() -> None:
    told = {"Env": ["A_TOKEN=x", "B=1"], "Labels": {"secret": "y"}, "n": 1, "no": None}
    assert mask_json(told) == {
        "Env": ["A_TOKEN=***", "B=1"], "Labels": {"secret": "***"}, "n": 1, "no": None,
    }
