"""Signatures as MLflow writes them."""

from __future__ import annotations

import pytest

from opstui.domain.signature import NONE, Column, Signature, differences, from_mlmodel

FOLDED = """\
flavors:
  python_function: {}
run_id: abc
signature:
  inputs: '[{"type": "long", "name": "it''s", "required": true}, {"type": "string", "name":
    "plan", "required": false}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 2]}}]'
  params: null
utc_time_created: '2026-04-01'
"""


def test_folded_quoted_json_is_read() -> None:
    assert from_mlmodel(FOLDED) == Signature(
        (Column("it's", "long"), Column("plan", "string", required=False)),
        (Column("0", "tensor float64 [-1, 2]"),),
    )


def test_a_model_without_one_says_so() -> None:
    assert from_mlmodel("run_id: abc\n") == NONE
    assert from_mlmodel("signature: null\n") == NONE
    assert from_mlmodel("signature:\n  inputs: null\n  outputs: null\n").declared


@pytest.mark.parametrize("text", [
    "signature: {inputs: 3}\n", "signature:\n  inputs: |\n    x\n", "signature:\n  inputs: '{}'\n",
    "signature:\n  inputs: '[{'\n",
])
def test_what_is_written_otherwise_is_no_guess(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        from_mlmodel(text)


def test_what_breaks_who_calls_it() -> None:
    old = Signature((Column("a", "long"),), (Column("y", "double"),))
    new = Signature((Column("a", "long"), Column("b", "long")), (Column("y", "float"),))
    assert [(one.text, one.breaks) for one in differences(old, new)] == [
        ("input b (long) is new", True), ("output y: double -> float", True),
    ]
    assert differences(old, old) == ()
