"""What the acknowledgement of an order (`acknowledgement.typ`, 注文請書) is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NotRequired

from documents.papers.common import Fact, Head, Item, Party, Sum, TaxPart


class Acknowledgement(Head):
    """An order that is accepted as it stands. facts: ご注文番号, ご注文日, 納期, 納入場所, 支払条件 …"""

    recipient: Party
    facts: Sequence[Fact]
    items: Sequence[Item]
    sums: Sequence[Sum]
    breakdown: Sequence[TaxPart]
    total: int
    notes: NotRequired[str]
