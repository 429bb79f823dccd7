"""What the delivery note (`delivery_note.typ`, 納品書) is given: the client sends, and nobody else is named.

Without prices (`priced` false) its items carry none, and there are no sums: a gift's price is not in the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NotRequired

from documents.papers.common import Fact, Head, Item, Party, Sum, TaxPart


class DeliveryNote(Head):
    """One shipment. recipient: who opens the box. sums: how the total comes about, for a whole order; else empty.

    greeting, message, footer, return_policy: texts, printed as they are.
    """

    recipient: Party
    facts: Sequence[Fact]
    items: Sequence[Item]
    pieces: int
    priced: bool
    total: NotRequired[int]
    sums: NotRequired[Sequence[Sum]]
    breakdown: NotRequired[Sequence[TaxPart]]
    greeting: NotRequired[str]
    message: NotRequired[str]
    footer: NotRequired[str]
    return_policy: NotRequired[str]
