"""Secrets are cut out, and ordinary text is left alone."""

from __future__ import annotations

import time

import pytest

from opstui.domain.secrets import mask


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
