"""発注書: what is ordered from a supplier, with all that 取適法 asks to be stated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch

from core.honorifics import addressed
from core.money import Rounding, round_yen
from core.periods import local_day
from core.text import postcode_label
from documents.models import Letterhead
from documents.papers import Draft
from documents.papers.common import Item, Party
from orders import taxes
from orders.models import Supply, SupplyLine
from orders.queries.papers import wording
from orders.queries.papers.wording import day
from orders.supplying import DIRECT, PURCHASE, working_days_after

INSPECTED_WITHIN = 5
"""Working days after the delivery in which what comes to the warehouse is inspected."""


def purchase_orders(supply_ids: Sequence[int], letterhead: Letterhead) -> list[Draft]:
    """A draft for each of them that has a supplier, in the order of the ids. A constant number of queries."""
    lots = SupplyLine.objects.select_related("line").order_by("id")
    found = Supply.objects.filter(pk__in=list(supply_ids), supplier__isnull=False).select_related("supplier", "order")
    supplies = {one.pk: one for one in found.prefetch_related(Prefetch("lines", lots))}
    return [_draft(supplies[key], letterhead) for key in supply_ids if key in supplies]


def _draft(supply: Supply, letterhead: Letterhead) -> Draft:
    assert supply.supplier is not None
    items = _items(supply)
    net = _net(supply)
    tax = {rate: round_yen(amount * rate / 100, Rounding.DOWN) for rate, amount in net.items()}
    total = int(sum(net.values()) + sum(tax.values()))
    data: dict[str, Any] = {
        "recipient": _supplier(supply),
        "again": "改訂",
        "subject": f"{items[0]['name']}{f' ほか{len(items) - 1}点' if len(items) > 1 else ''}",
        "ordered_on": local_day(supply.placed_at),
        "deliver_by": day(supply.asked_on),
        "deliver_to": _place(supply, letterhead),
        "inspected_by": working_days_after(supply.asked_on, INSPECTED_WITHIN) if supply.kind == PURCHASE else None,
        "items": items,
        "sums": [
            {"label": "小計（税抜）", "amount": int(sum(net.values()))},
            {"label": "消費税", "amount": int(sum(tax.values()))},
        ],
        "breakdown": [
            {"rate": rate, "base": int(net[rate]), "tax": int(tax[rate]), "reduced": rate == taxes.REDUCED}
            for rate in sorted(net, reverse=True)
        ],
        "total": total,
        "payment": {
            "due_on": supply.asked_on + timedelta(days=supply.supplier.pays_after_days),
            "means": supply.supplier.payment_means,
            "details": "",
        },
        "materials": [],
        "notes": f"手配番号: {supply.number}",
    }
    return Draft(
        subject_kind="supply",
        subject_id=supply.pk,
        order_id=supply.order_id,
        number=supply.number,
        data=data,
        transaction_date=local_day(supply.placed_at),
        counterparty=supply.supplier.name,
        amount=Decimal(total),
    )


def _supplier(supply: Supply) -> Party:
    assert supply.supplier is not None
    one = supply.supplier
    return Party(name=one.name, honorific="御中", postcode=one.postcode, address=one.address, phone=one.phone)


def _place(supply: Supply, letterhead: Letterhead) -> str:
    """Where it goes: to the buyer, or to the warehouse that the client's goods are in."""
    if supply.kind == DIRECT and supply.order is not None:
        order = supply.order
        phone = wording.phone(order.ship_phone)
        said = (
            postcode_label(order.ship_postcode) if order.ship_postcode else "",
            order.ship_address,
            addressed(order.ship_name),
            phone,
        )
        return "　".join(part for part in said if part)
    return f"{letterhead.name} 指定倉庫"


def _items(supply: Supply) -> list[Item]:
    """The goods, each once, whatever number of orders it is for."""
    counted: dict[tuple[str, str, str, Decimal, int], int] = defaultdict(int)
    for lot in supply.lines.all():
        line = lot.line
        counted[line.sku, line.name, line.option, lot.cost, line.tax_rate] += lot.quantity - lot.cancelled
    return [
        Item(
            name=name,
            sku=sku,
            option=option,
            quantity=quantity,
            unit_price=wording.number(cost),
            amount=wording.number(cost * quantity),
            rate=rate,
            reduced=rate == taxes.REDUCED,
        )
        for (sku, name, option, cost, rate), quantity in counted.items()
        if quantity
    ]


def _net(supply: Supply) -> Mapping[int, Decimal]:
    """Yen without tax by rate, in whole yen."""
    summed: dict[int, Decimal] = defaultdict(Decimal)
    for lot in supply.lines.all():
        summed[lot.line.tax_rate] += lot.cost * (lot.quantity - lot.cancelled)
    return {rate: round_yen(amount, Rounding.DOWN) for rate, amount in summed.items()}
