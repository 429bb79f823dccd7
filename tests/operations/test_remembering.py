"""Dear answers are kept for a while in proportion to their price, cheap ones not at all."""

from __future__ import annotations

from operations.remembering import Remembered


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def asked(clock: Clock, kept: Remembered[int], question: str, *, price: float, answer: int) -> int:
    """Ask something whose answer takes `price` seconds."""

    def ask() -> int:
        clock.now += price
        return answer

    return kept.get(question, ask)


def test_what_is_cheap_is_asked_every_time() -> None:
    clock = Clock()
    kept: Remembered[int] = Remembered(clock=clock)

    assert [asked(clock, kept, "a", price=0.1, answer=n) for n in (1, 2)] == [1, 2]


def test_what_is_dear_is_kept_twenty_times_as_long_as_it_took() -> None:
    clock = Clock()
    kept: Remembered[int] = Remembered(clock=clock)
    asked(clock, kept, "a", price=1.0, answer=1)

    clock.now += 19.9
    assert asked(clock, kept, "a", price=1.0, answer=2) == 1
    clock.now += 0.2
    assert asked(clock, kept, "a", price=1.0, answer=3) == 3


def test_but_never_longer_than_half_a_minute() -> None:
    clock = Clock()
    kept: Remembered[int] = Remembered(clock=clock)
    asked(clock, kept, "a", price=60.0, answer=1)

    clock.now += 30.1
    assert asked(clock, kept, "a", price=0.1, answer=2) == 2


def test_questions_are_kept_apart() -> None:
    clock = Clock()
    kept: Remembered[int] = Remembered(clock=clock)
    asked(clock, kept, "a", price=1.0, answer=1)

    assert asked(clock, kept, "b", price=1.0, answer=2) == 2
    assert asked(clock, kept, "a", price=1.0, answer=3) == 1
