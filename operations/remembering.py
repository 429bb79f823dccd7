"""Keeping what is dear to find out for a little while, and what is cheap not at all."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Remembered(Generic[Value]):
    """Answers that took longer than `dear` seconds serve `times` as long as they took, `longest` seconds at most.

    So a question that everybody asks costs a small share of the time however dear it becomes, and an answer is as fresh
    as it can be. Kept by this process alone. clock: seconds that never go back.
    """

    def __init__(
        self, *, clock: Callable[[], float], dear: float = 0.2, times: float = 20.0, longest: float = 30.0
    ) -> None:
        self._dear, self._times, self._longest, self._clock = dear, times, longest, clock
        self._kept: dict[Hashable, tuple[float, Value]] = {}

    def get(self, question: Hashable, ask: Callable[[], Value]) -> Value:
        """The answer to the question: one that is kept, or what `ask` says now."""
        begun = self._clock()
        until, answer = self._kept.get(question, (begun, None))
        if begun < until and answer is not None:
            return answer
        fresh = ask()
        now = self._clock()
        self._kept = {one: kept for one, kept in self._kept.items() if kept[0] > now}
        if now - begun > self._dear:
            self._kept[question] = (now + min(self._longest, self._times * (now - begun)), fresh)
        return fresh
