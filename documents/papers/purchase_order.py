"""What the purchase order (`purchase_order.typ`, 発注書) is given.

Source of the items that must be stated on ordering: 中小受託取引適正化法4条 and its rules. All of them are required
here, so that a paper that lacks one cannot be made: both names, the day, what, by when, where, the end of the
inspection, the price, when and how it is paid, and materials supplied against payment.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NotRequired, TypedDict

from documents.papers.common import Fact, Head, Item, Party, Sum, TaxPart


class Payment(TypedDict):
    """When and how the price is paid. details: of 一括決済方式 or 電子記録債権, "" for a transfer.

    No 手形, and the fee of the transfer is the orderer's: both are forbidden otherwise, even where it was agreed.
    """

    due_on: date
    means: str
    details: str


class Material(TypedDict):
    """A material supplied against payment. terms: when and how it is paid for."""

    name: str
    quantity: str
    price: int
    delivered_on: date
    terms: str


class PurchaseOrder(Head):
    """An order to a supplier. ordered_on: 委託日. deliver_by: a day, or a period in words. inspected_by: None where
    nothing is inspected. undecided: items that cannot be fixed yet, with why and by when (当初の明示と補充の明示).
    """

    recipient: Party
    subject: str
    ordered_on: date
    deliver_by: str
    deliver_to: str
    inspected_by: date | None
    items: Sequence[Item]
    sums: Sequence[Sum]
    breakdown: Sequence[TaxPart]
    total: int
    payment: Payment
    materials: Sequence[Material]
    undecided: NotRequired[Sequence[Fact]]
    notes: NotRequired[str]
