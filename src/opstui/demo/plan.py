"""Which models the demo trains, from which commit, and what becomes of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Training:
    """One call of the project's own `train.py`, as it was at a commit."""

    label: str
    """The story's label of the commit."""
    branch: str
    user: str
    argv: tuple[str, ...]

    @property
    def name(self) -> str:
        """The run's name."""
        return self.argv[self.argv.index("--run-name") + 1]


@dataclass(frozen=True, slots=True)
class Standing:
    """What a registered version is called and said to be."""

    model: str
    version: str
    description: str
    aliases: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()


def _training(label: str, branch: str, user: str, name: str, options: str) -> Training:
    return Training(label, branch, user, ("--run-name", name, *options.split()))


_BOOST = "--experiment churn-boosting --model boosting"
_LITE = "--experiment churn-lite --register churn-lite"

TRAININGS = (
    _training("baseline", "main", "ben", "sgd-c0.01", "--C 0.01"),
    _training("baseline", "main", "ben", "sgd-c1", "--C 1 --register"),
    _training("clip", "main", "ana", "clip-c0.1", "--C 0.1"),
    _training("clip", "main", "ana", "clip-c1", "--C 1 --register"),
    _training("boosting", "main", "ben", "boost-slow", f"{_BOOST} --epochs 60 --register"),
    _training("boosting", "main", "ben", "boost-fast",
              f"{_BOOST} --epochs 40 --rate 0.03 --register"),
    _training("quantile", "feature/quantile-scaler", "ben", "quantile-c1",
              "--scaler quantile --C 1"),
    _training("quantile", "feature/quantile-scaler", "ben", "quantile-c10",
              "--scaler quantile --C 10 --rate 0.03"),
    _training("nan-data", "fix/nan-input", "ana", "missing-charges", "--C 1"),
    _training("deep", "experiment/boosting-depth", "chao", "boost-d3",
              f"{_BOOST} --epochs 40 --rate 0.03"),
    _training("deep", "experiment/boosting-depth", "chao", "boost-d4",
              f"{_BOOST} --epochs 40 --rate 0.03 --depth 4 --register"),
    _training("readme", "main", "ana", "lite-contract", f"{_LITE} --features tenure,contract"),
    _training("readme", "main", "ana", "lite-calls", f"{_LITE} --features tenure,calls,contract"),
)
"""The one on `fix/nan-input` fails, as its tests do."""

STANDINGS = (
    Standing("churn", "1", "The first one that was good enough to serve."),
    Standing("churn", "2", "Charges clipped.", ("previous_champion",),
             (("validation_status", "approved"),)),
    Standing("churn", "3", "Boosted trees.", ("champion",), (("validation_status", "approved"),)),
    Standing("churn", "4", "Boosted trees, fewer and faster.", ("challenger",),
             (("validation_status", "approved"),)),
    Standing("churn", "5", "Deeper trees.", ("candidate",), (("validation_status", "pending"),)),
    Standing("churn-lite", "1", "Contract and tenure only."),
    Standing("churn-lite", "2", "For the call centre, which knows no charges.", ("champion",)),
)

DESCRIPTIONS = (
    ("churn", "Who is about to leave, from everything that is known."),
    ("churn-lite", "The same question with the few numbers that every system has."),
)
