"""The shape of a meter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from billing.pricing import Cell

_UNDONE = "EXISTS (SELECT FROM core_event u WHERE u.name = 'order.undone' AND u.order_id = e.order_id)"


def _as_it_is(values: Cell) -> Cell:
    return values


@dataclass(frozen=True)
class Meter:
    """Counts the facts of one event name, at the time they happened.

    quantity: SQL over the event `e` that gives one fact's quantity (a number, not negative). axes: SQL for each axis of
    a matrix. cell: turns the values of the axes into the cell that rate cards speak of. where: SQL that a fact must
    satisfy; what was caused by the operator's own mistake, is told as not billable, or is of an order that was taken
    back, is never counted.
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
            f" AND coalesce(e.data->>'billable', 'true') <> 'false' AND NOT {_UNDONE}"
        )
