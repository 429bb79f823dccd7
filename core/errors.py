"""The two ways to say no."""

from __future__ import annotations

from typing import Any


class Refused(Exception):  # noqa: N818 (it is an answer, not a fault)
    """A rule said no. `message` is a sentence for the person who asked; anything else that is raised is a bug.

    code: a short stable word for programs and tests. params: figures the sentence speaks of, for programs.
    field: the form field or column the refusal belongs to, "" where it concerns the whole.
    """

    def __init__(self, message: object, *, code: str = "refused", field: str = "", **params: Any) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field
        self.params = params

    def __str__(self) -> str:
        return str(self.message)


class UnscopedWork(RuntimeError):  # noqa: N818 (named for what was done)
    """A query or an enqueue outside of any scope: always a bug of ours, never the person's."""
