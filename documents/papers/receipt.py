"""What the receipt (`receipt.typ`, 領収書) is given: money received, with the tax of each rate.

Source of the items: 消費税法57条の4 (適格簡易請求書 suffices for retail; this one names whom it is for all the same).
A not registered sender leaves the registration empty, and the paper then never calls itself 適格.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NotRequired

from documents.papers.common import Fact, Head, Item, Party, TaxPart


class Receipt(Head):
    """One payment. total: yen with tax. purpose: 但し書き. paid_on: when the goods were supplied or paid for.

    payment: how it was paid. by_card: the stamp duty does not apply, which the paper then says. items: what was sold.
    """

    recipient: Party
    total: int
    purpose: str
    paid_on: date
    payment: str
    by_card: bool
    facts: Sequence[Fact]
    items: Sequence[Item]
    breakdown: Sequence[TaxPart]
    footer: NotRequired[str]
