"""The papers (帳票): for each a Typst template and, beside it, the shape of its data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Paper:
    """A paper that goes out in a client's name.

    code: the kind of document that it becomes. label: what is printed on it, always Japanese. series: the prefix of a
    gapless number of its own; "" where it is called like what it is about. single: a second print is a new revision,
    never one of many, because each original counts (領収書). outward: it leaves the house.
    """

    code: str
    template: str
    label: str
    series: str = ""
    single: bool = False
    outward: bool = True


PAPERS: Mapping[str, Paper] = {
    paper.code: paper
    for paper in (
        Paper("order_slip", "order_slip", "受注伝票", outward=False),
        Paper("acknowledgement", "acknowledgement", "注文請書"),
        Paper("delivery_note", "delivery_note", "納品書"),
        Paper("ship_order", "ship_order", "出荷指示書", outward=False),
        Paper("pick_list", "pick_list", "ピッキングリスト", series="PL", outward=False),
        Paper("buyer_receipt", "receipt", "領収書", series="R", single=True),
        Paper("buyer_quote", "quote", "見積書", series="Q"),
        Paper("inspection", "inspection", "検収書", series="K"),
        Paper("project_report", "project_report", "作業報告書", series="WR"),
        Paper("purchase_order", "purchase_order", "発注書", series="PO"),
    )
}


@dataclass(frozen=True)
class Draft:
    """A paper that is about to be issued: what it says, but for its head (documents.papers.common.Head).

    subject_kind, subject_id: what it is about; None for what is not kept elsewhere, such as a batch. number: how it is
    called where its kind has no series.
    """

    subject_kind: str
    subject_id: int | None
    data: Mapping[str, Any]
    transaction_date: date
    counterparty: str = ""
    amount: Decimal | None = None
    number: str = ""
    order_id: int | None = None
