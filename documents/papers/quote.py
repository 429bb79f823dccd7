"""What the quote (`quote.typ`, 見積書) is given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NotRequired

from documents.papers.common import Fact, Head, Item, Party, Sum, TaxPart


class Quote(Head):
    """An offer. valid_until: the last day on which it can be accepted. facts: 納期, 納入場所, 支払条件 …

    changes: what differs from the version before, one sentence each.
    """

    recipient: Party
    subject: str
    valid_until: date
    facts: Sequence[Fact]
    items: Sequence[Item]
    sums: Sequence[Sum]
    breakdown: Sequence[TaxPart]
    total: int
    changes: NotRequired[Sequence[str]]
    notes: NotRequired[str]
