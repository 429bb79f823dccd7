"""What a benchmark says: a figure against a bound, and how times are taken."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

REPEATS = 3

Clock = Callable[[], float]
"""Seconds since some beginning."""


@dataclass(frozen=True)
class Figure:
    """One measured ratio or amount. sense: whether `value` is to be at most or at least `target`; detail: the raw."""

    name: str
    value: float
    unit: str
    target: float
    sense: Literal["most", "least"] = "most"
    detail: str = ""

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        return self.value <= self.target if self.sense == "most" else self.value >= self.target

    @property
    def bound(self) -> str:
        """The target in words."""
        return f"{'≤' if self.sense == 'most' else '≥'} {self.target:g} {self.unit}"


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    intake_lines: int
    peer_orders: int
    memory_lines: int
    work_items: int
    claim_seconds: float
    listed_orders: int
    rounds: int
    ruled_orders: int
    papers: int
    order_lines: int
    moved_orders: int
    channel_orders: int


QUICK = Size(20_000, 1_000, 60_000, 100_000, 3, 20_000, 200, 20_000, 200, 100_000, 2_000, 2_000)
FULL = Size(100_000, 5_000, 1_000_000, 1_000_000, 10, 150_000, 1_000, 100_000, 1_000, 1_000_000, 10_000, 20_000)


def timed(work: Callable[[], object], clock: Clock = time.perf_counter) -> float:
    """Seconds that it took, once."""
    begun = clock()
    work()
    return clock() - begun


def processor(*servers: int) -> Clock:
    """A clock of the processor's time alone: of this process, and of those of the database with these ids.

    Where others work on the machine, what they take falls on the longer of two calls; on this clock it falls on none.
    """

    def read() -> float:
        return time.process_time() + sum(int(stat.read_text().split()[0]) for stat in stats) / 1e9

    stats = [Path(f"/proc/{server}/schedstat") for server in servers]
    return read


def alternating(
    first: Callable[[], object], second: Callable[[], object], rounds: int, clock: Clock = time.perf_counter
) -> tuple[float, float]:
    """Seconds of one call of each, in turns so that what the machine does meanwhile falls on both.

    Each is its lower decile: what a call of a millisecond costs when nobody else is given the core in its midst.
    """
    for _nth in range(max(1, rounds // 10)):
        first(), second()
    times = [(timed(first, clock), timed(second, clock)) for _nth in range(rounds)]
    return _decile([a for a, _ in times]), _decile([b for _, b in times])


def _decile(times: list[float]) -> float:
    return statistics.quantiles(times, n=10, method="inclusive")[0]
