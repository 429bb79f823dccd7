"""What the order slip (`order_slip.typ`, 受注伝票) is given: an order as it was taken, for whoever works on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NotRequired

from documents.papers.common import Fact, Head, Item, Party, Sum, TaxPart


class OrderSlip(Head):
    """One order. open_checks: why it is looked at before release."""

    buyer: Party
    recipient: Party
    facts: Sequence[Fact]
    items: Sequence[Item]
    pieces: int
    sums: Sequence[Sum]
    breakdown: Sequence[TaxPart]
    total: int
    open_checks: Sequence[str]
    note: NotRequired[str]
    staff_note: NotRequired[str]
