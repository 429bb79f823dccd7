"""The shape of a meter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from billing.pricing import Cell


def _as_it_is(values: Cell) -> Cell:
    return values


@dataclass(frozen=True)
class Meter:
    """Counts the facts of one event name, at the time they happened.

    quantity: SQL over the event `e` that gives one fact's quantity (a number, not negative). axes: SQL for each axis of
    a matrix. cell: turns the values of the axes into the cell that rate cards speak of. where: SQL that a fact must
    satisfy; what was caused by the operator's own mistake, or is told as not billable, is never counted.
    """

    code: str
    label: str
    unit: str
    event: str
    quantity: str = "1"
    axes: tuple[str, ...] = ()
    cell: Callable[[Cell], Cell] = _as_it_is
    where: str = "true"

    @property
    def condition(self) -> str:
        """What every fact of the meter satisfies."""
        return (
            f"e.name = '{self.event}' AND {self.where} AND coalesce(e.data->>'party', '') <> 'operator'"
            " AND coalesce(e.data->>'billable', 'true') <> 'false'"
        )
