"""納品書 and 出荷指示書: the papers of what leaves together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch

from core.errors import Refused
from core.honorifics import addressed
from core.periods import local_day
from core.wording import Sentence, _
from documents.barcodes import code128
from documents.models import Letterhead
from documents.papers import Draft
from orders.models import Line, Order, Shipment, ShipmentLine
from orders.queries.papers import wording
from orders.queries.papers.of_orders import gift
from orders.queries.papers.wording import day

Drafts = tuple[list[Draft], dict[int, Refused]]


def delivery_notes(shipment_ids: Sequence[int], letterhead: Letterhead) -> Drafts:
    """納品書, in the order of the ids; without prices for gifts and where the letterhead says so."""
    return _drafts(shipment_ids, lambda shipment: _note(shipment, letterhead))


def ship_orders(shipment_ids: Sequence[int], letterhead: Letterhead) -> Drafts:
    """出荷指示書, in the order of the ids."""
    return _drafts(shipment_ids, lambda shipment: _ship_order(shipment, letterhead))


def number_of(shipment: Shipment) -> str:
    """What a shipment is called on paper: the order's number and its part."""
    return f"{shipment.order.number}-{shipment.position}"


def _drafts(shipment_ids: Sequence[int], say: Callable[[Shipment], dict[str, Any]]) -> Drafts:
    """A draft for each shipment that goes, and why the others have none. A constant number of queries."""
    shipments = {shipment.pk: shipment for shipment in _loaded(shipment_ids)}
    refusal = Sentence(_("取りやめた出荷です。"))
    refused = {
        shipment.pk: Refused(refusal, code="no_paper")
        for shipment in shipments.values()
        if shipment.state == Shipment.CANCELLED
    }
    going = [shipments[key] for key in shipment_ids if key in shipments and key not in refused]
    return [_draft(shipment, say(shipment)) for shipment in going], refused


def _loaded(shipment_ids: Sequence[int]) -> Iterable[Shipment]:
    parts = ShipmentLine.objects.select_related("line").order_by("line__position")
    lines = Prefetch("order__lines", Line.objects.order_by("position"))
    found = Shipment.objects.filter(pk__in=list(shipment_ids)).select_related("order")
    return found.prefetch_related(Prefetch("lines", parts), lines)


def _draft(shipment: Shipment, data: dict[str, Any]) -> Draft:
    on = shipment.ship_date or local_day(shipment.handed_over_at or shipment.released_at)
    total = data.get("total")
    return Draft(
        subject_kind="shipment",
        subject_id=shipment.pk,
        order_id=shipment.order_id,
        number=number_of(shipment),
        data=data,
        transaction_date=on,
        counterparty=shipment.order.ship_name,
        amount=None if total is None else Decimal(total),
    )


def _contents(shipment: Shipment) -> list[tuple[Line, int]]:
    return [(part.line, part.quantity) for part in shipment.lines.all()]


def _is_whole(order: Order, contents: Sequence[tuple[Line, int]]) -> bool:
    """Whether everything that is left of the order goes with it."""
    return {line.pk: quantity for line, quantity in contents} == {line.pk: n for line, n in wording.left(order)}


def _note(shipment: Shipment, letterhead: Letterhead) -> dict[str, Any]:
    order, contents = shipment.order, _contents(shipment)
    priced = letterhead.show_prices and not order.is_gift
    someone_else = order.buyer_name if order.buyer_name != order.ship_name else ""
    return {
        "recipient": wording.recipient(order),
        "facts": wording.facts(
            (
                ("ご注文番号", order.number),
                ("ご注文日", day(order.ordered_at)),
                ("納品日", day(shipment.ship_date or shipment.handed_over_at or shipment.released_at)),
                ("ご依頼主" if order.is_gift else "ご注文者", addressed(someone_else)),
                ("お支払方法", order.payment_method if priced else ""),
            )
        ),
        "items": [wording.item(line, quantity, priced=priced) for line, quantity in contents],
        "pieces": sum(quantity for _line, quantity in contents),
        "priced": priced,
        **(_prices(order, contents) if priced else {}),
        "greeting": letterhead.greeting,
        "message": order.message if order.is_gift else "",
        "footer": letterhead.footer,
        "return_policy": letterhead.return_policy,
    }


def _prices(order: Order, contents: Sequence[tuple[Line, int]]) -> dict[str, Any]:
    """The order's whole sum where all of it goes; else what the part costs: carriage and coupons are the whole's."""
    if _is_whole(order, contents):
        return {
            "sums": wording.sums(order),
            "breakdown": wording.breakdown(order),
            "total": int(wording.total_of(order)),
        }
    part = wording.amount_of(order, contents)
    sums = [{"label": "今回お届け分の商品代金", "amount": int(part)}]
    return {"sums": sums, "breakdown": wording.breakdown_of(order, contents, part), "total": int(part)}


def _ship_order(shipment: Shipment, letterhead: Letterhead) -> dict[str, Any]:
    order, contents = shipment.order, _contents(shipment)
    items = [{**wording.item(line, n, priced=False), "barcode": code128(line.sku)} for line, n in contents]
    return {
        "recipient": wording.recipient(order),
        "facts": wording.facts(
            (
                ("ご注文番号", order.number),
                ("出荷予定日", day(on) if (on := shipment.ship_date or order.ship_on) else ""),
                ("お届け希望", wording.wish(order)),
                ("配送方法", order.delivery_method),
                ("サイズ", f"{shipment.size}" if shipment.packed_at else ""),
            )
        ),
        "items": items,
        "pieces": sum(quantity for _line, quantity in contents),
        "care": _care(order, letterhead),
        "note": order.staff_note,
    }


def _care(order: Order, letterhead: Letterhead) -> list[str]:
    """What to mind with this box, one thing each."""
    hidden = order.is_gift or not letterhead.show_prices
    said = [gift(order), "納品書に価格を載せない" if hidden else "", "メッセージを同梱" if order.message else ""]
    return [one for one in said if one]
