"""The one error that is expected: something outside opstui did not do what was asked."""

from __future__ import annotations


class OpstuiError(Exception):
    """What failed, where, and what to try, as one readable sentence.

    what:  the failure in plain words, without a full stop ("MLflow refused the password").
    where: the place a person can check: a URL without secrets, a path, `file:line`.
    hint:  what to try next, without a full stop.
    """

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        self.what = what
        self.where = where
        self.hint = hint
        super().__init__(what, where, hint)

    def __str__(self) -> str:
        sentence = f"{self.what} ({self.where})" if self.where else self.what
        return f"{sentence}; {self.hint}" if self.hint else sentence


class WriteUnconfirmed(OpstuiError):  # noqa: N818 - it names a state of knowledge
    """A write got no answer: it may have been done, may not, or may still be done later.

    Never sent again by itself; whoever asked reads the state back and says what is true.
    """
