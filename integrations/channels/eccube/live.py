"""EC-CUBE 4's webhooks: {"entity": "order", "id", "action", "order"}, signed over the raw body in hexadecimal digits.

The Web API plug-in announces a change by entity, id and action; the order itself, in the shape in which the plug-in's
API gives it, is put beside them by the shop. Prices of goods are without tax, of all else with it; subtotal and
payment_total are with tax, as in the file. Source: doc4.ec-cube.net, "Web API"; the shape is that of the entity Order.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from core.text import PREFECTURES
from integrations.channels import hooks
from integrations.channels.hooks import Headers, Live, Message, Nothing, Record, part, parts, text, whole, yen

_STATUSES = {
    "1": "open",
    "3": "cancelled",
    "4": "open",
    "5": "shipped",
    "6": "paid",
    "7": "open",
    "8": "open",
    "9": "cancelled",
}
_GOODS, _POSTAGE, _FEE, _DISCOUNT, _TAX, _POINTS = "1", "2", "3", "4", "5", "6"


def _topic(_headers: Headers, payload: Any) -> str:
    message = part(payload)
    return ".".join((text(message.get("entity")), text(message.get("action"))))


def _read(topic: str, payload: Any) -> Record | Nothing:
    order = part(part(payload).get("order"))
    number = text(order.get("order_no")) or text(order.get("id"))
    if not number:
        return Nothing("no_order")
    if text(order.get("currency_code")) not in ("", "JPY"):
        return Nothing("foreign_currency")
    shippings = parts(order.get("Shippings"))
    if len(shippings) > 1:
        return Nothing("several_destinations")
    shipping = next(iter(shippings), {})
    items = parts(order.get("OrderItems")) or parts(shipping.get("OrderItems"))
    return {
        "number": number,
        "ordered_at": text(order.get("order_date")) or text(order.get("create_date")),
        **_states(topic, order, shipping),
        **_party("buyer", order),
        "buyer_email": text(order.get("email")),
        **_party("ship", shipping),
        "payment_method": text(order.get("payment_method")),
        "delivery_method": text(shipping.get("shipping_delivery_name")),
        **_amounts(order, items),
        "wished_date": text(shipping.get("shipping_delivery_date")),
        "wished_slot": text(shipping.get("shipping_delivery_time")),
        "note": text(order.get("message")),
        "staff_note": text(order.get("note")),
        "lines": [_line(item) for item in items if _kind(item) == _GOODS],
    }


def _states(topic: str, order: Mapping[str, Any], shipping: Mapping[str, Any]) -> Record:
    status = _STATUSES.get(text(part(order.get("OrderStatus")).get("id")), "open")
    cancelled = topic == "order.deleted" or status == "cancelled"
    return {
        "cancelled": cancelled,
        "paid": not cancelled and (status == "paid" or bool(text(order.get("payment_date")))),
        "shipped": status == "shipped" or bool(text(shipping.get("shipping_date"))),
    }


def _party(side: str, given: Mapping[str, Any]) -> Record:
    area = part(given.get("Pref"))
    number = text(area.get("id"))
    known = PREFECTURES[int(number) - 1] if number.isdecimal() and 1 <= int(number) <= len(PREFECTURES) else ""
    prefecture = text(area.get("name")) or known
    street = [text(given.get(name)) for name in ("addr01", "addr02", "company_name")]
    return {
        f"{side}_name": " ".join(filter(None, (text(given.get("name01")), text(given.get("name02"))))),
        f"{side}_kana": " ".join(filter(None, (text(given.get("kana01")), text(given.get("kana02"))))),
        f"{side}_phone": text(given.get("phone_number")),
        f"{side}_postcode": text(given.get("postal_code")),
        f"{side}_prefecture": prefecture,
        f"{side}_address": hooks.address(prefecture, *street) if any(street) else "",
    }


def _kind(item: Mapping[str, Any]) -> str:
    return text(part(item.get("OrderItemType")).get("id")) or _GOODS


def _amounts(order: Mapping[str, Any], items: list[Mapping[str, Any]]) -> Record:
    def of(kind: str) -> float:
        return sum(yen(item.get("price")) * (yen(item.get("quantity")) or 1) for item in items if _kind(item) == kind)

    return {
        "goods_total": text(order.get("subtotal")),
        "postage": whole(of(_POSTAGE)),
        "fee": whole(of(_FEE) + of(_TAX)),
        "discount": whole(abs(of(_DISCOUNT))),
        "points": whole(abs(of(_POINTS))),
        "total": text(order.get("payment_total")) or text(order.get("total")),
    }


def _line(item: Mapping[str, Any]) -> Record:
    option = [text(item.get(name)) for name in ("class_category_name1", "class_category_name2")]
    return {
        "sku": text(item.get("product_code")) or text(item.get("id")),
        "name": text(item.get("product_name")),
        "option": " / ".join(filter(None, option)),
        "quantity": text(item.get("quantity")),
        "unit_price": _with_tax(text(item.get("price")), text(item.get("tax_rate"))),
        "tax_rate": text(item.get("tax_rate")),
    }


def _with_tax(price: str, rate: str) -> str:
    """The price with its tax, rounded half up to whole yen; what is no price as it is."""
    try:
        taxed = Decimal(price) * (100 + Decimal(rate or 0)) / 100
        return str(taxed.quantize(Decimal(1), ROUND_HALF_UP))
    except InvalidOperation:
        return price


def _example(number: str, moment: str) -> Message:
    home = {
        "name01": "山田",
        "name02": "花子",
        "kana01": "ヤマダ",
        "kana02": "ハナコ",
        "postal_code": "1050011",
        "Pref": {"id": 13, "name": "東京都"},
        "addr01": "港区芝公園",
        "addr02": "4-2-8",
        "phone_number": "0312345678",
    }
    goods = {
        "OrderItemType": {"id": 1},
        "product_code": "TENUGUI",
        "product_name": "手ぬぐい",
        "price": "1000.00",
        "quantity": "2",
        "tax_rate": "10",
    }
    postage = {"OrderItemType": {"id": 2}, "product_name": "送料", "price": "550.00", "quantity": "1", "tax_rate": "10"}
    order = {
        **home,
        "order_no": number,
        "order_date": moment,
        "email": "hanako@example.com",
        "payment_method": "銀行振込",
        "OrderStatus": {"id": 1, "name": "新規受付"},
        "subtotal": "2200",
        "payment_total": "2750",
        "Shippings": [{**home, "shipping_delivery_name": "ヤマト運輸"}],
        "OrderItems": [goods, postage],
    }
    return Message({}, {"entity": "order", "id": 1, "action": "created", "order": order})


LIVE = Live(
    code="eccube",
    name="EC-CUBE 4",
    header="X-ECCUBE-Signature",
    signature=hooks.in_hex,
    id_header="X-ECCUBE-Delivery",
    kept=(),
    topic=_topic,
    topics=frozenset({"order.created", "order.updated", "order.deleted"}),
    read=_read,
    secret_is_theirs=False,
    example=_example,
)
