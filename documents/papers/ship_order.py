"""What the shipping order (`ship_order.typ`, 出荷指示書) is given: what leaves together, for whom, and what to mind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NotRequired

from documents.papers.common import Fact, Head, Item, Party


class ShipOrder(Head):
    """One shipment. care: what to mind, such as wrapping; each one to be ticked."""

    recipient: Party
    facts: Sequence[Fact]
    items: Sequence[Item]
    pieces: int
    care: Sequence[str]
    note: NotRequired[str]
