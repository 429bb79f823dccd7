"""Shopify's webhooks: the order as the Admin API has it, signed over the raw body in base64.

orders/cancelled and orders/paid bring the whole order as well, so that they may overtake orders/create. The secret is
the shop's ("Your webhooks will be signed with …"). Amounts: subtotal_price is what the goods cost after discounts;
taxes are within the prices where taxes_included says so. Source: shopify.dev, "Webhooks" and "Order".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from integrations.channels import hooks
from integrations.channels.hooks import Headers, Live, Message, Nothing, Record, part, parts, text, whole, yen

_PAID = frozenset({"paid", "authorized", "partially_refunded"})
_CANCELLED = frozenset({"refunded", "voided", "expired"})
_DAY = re.compile(r"(?:配送|お届け|配達)?希望日|delivery[ _-]?date", re.IGNORECASE)
_TIME = re.compile(
    r"(?:(?:配送|お届け|配達)希望時間帯?|時間指定|時間帯)|delivery[ _-]?time(?:[ _-]?slot)?", re.IGNORECASE
)


def _topic(headers: Headers, _payload: Any) -> str:
    return headers.get("X-Shopify-Topic", "")


def _read(topic: str, payload: Any) -> Record | Nothing:
    order = part(payload)
    if not text(order.get("name")):
        return Nothing("no_order")
    if order.get("test") is True:
        return Nothing("test_order")
    if text(order.get("currency")) not in ("", "JPY"):
        return Nothing("foreign_currency")
    lines = parts(order.get("line_items"))
    return {
        "number": text(order.get("name")),
        "ordered_at": text(order.get("created_at")),
        **_states(topic, order),
        **_people(order),
        **_amounts(order, lines),
        **_wishes(order),
        "payment_method": "、".join(map(text, _list(order.get("payment_gateway_names")))),
        "delivery_method": text(next(iter(parts(order.get("shipping_lines"))), {}).get("title")),
        "note": text(order.get("note")),
        "staff_note": text(order.get("tags")),
        "lines": [_line(line) for line in lines],
    }


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _states(topic: str, order: Mapping[str, Any]) -> Record:
    financial = text(order.get("financial_status"))
    cancelled = topic == "orders/cancelled" or bool(order.get("cancelled_at")) or financial in _CANCELLED
    return {
        "cancelled": cancelled,
        "paid": not cancelled and (topic == "orders/paid" or financial in _PAID),
        "shipped": text(order.get("fulfillment_status")) in ("fulfilled", "partial"),
    }


def _people(order: Mapping[str, Any]) -> Record:
    billing, shipping = part(order.get("billing_address")), part(order.get("shipping_address"))
    phones = [text(one.get("phone")) for one in (shipping, order, billing, part(order.get("customer")))]
    own = [text(one.get("phone")) for one in (billing, order, part(order.get("customer")))]
    return {
        **_party("buyer", billing),
        "buyer_email": text(order.get("email")) or text(order.get("contact_email")),
        "buyer_phone": next(filter(None, own), ""),
        **_party("ship", shipping),
        "ship_phone": next(filter(None, phones), ""),
    }


def _party(side: str, given: Mapping[str, Any]) -> Record:
    prefecture = hooks.prefecture(text(given.get("province_code")), text(given.get("province")))
    street = [text(given.get(name)) for name in ("city", "address1", "address2", "company")]
    names = [text(given.get(name)) for name in ("last_name", "first_name")]
    return {
        f"{side}_name": " ".join(filter(None, names)) or text(given.get("name")),
        f"{side}_postcode": text(given.get("zip")),
        f"{side}_prefecture": prefecture,
        f"{side}_address": hooks.address(prefecture, *street) if any(street) else "",
        f"{side}_country": text(given.get("country_code")) or text(given.get("country")),
    }


def _amounts(order: Mapping[str, Any], lines: list[Mapping[str, Any]]) -> Record:
    goods = sum(yen(line.get("price")) * yen(line.get("quantity")) for line in lines)
    postage = sum(_discounted(line) for line in parts(order.get("shipping_lines")))
    taxes = parts(order.get("tax_lines"))
    of_rate = {
        rate: [yen(tax.get("price")) for tax in taxes if round(yen(tax.get("rate")) * 100) == rate] for rate in (10, 8)
    }
    return {
        "goods_total": whole(goods),
        "discount": whole(goods - yen(order.get("subtotal_price"))),
        "postage": whole(postage),
        "fee": whole(yen(order.get("total_tip_received"))),
        "tax": whole(yen(order.get("total_tax"))),
        **{f"tax_{rate}": whole(sum(found)) for rate, found in of_rate.items() if found},
        "total": text(order.get("total_price")),
    }


def _discounted(line: Mapping[str, Any]) -> float:
    return yen(line["discounted_price"] if "discounted_price" in line else line.get("price"))


def _wishes(order: Mapping[str, Any]) -> Record:
    attributes = [(text(one.get("name")), text(one.get("value"))) for one in parts(order.get("note_attributes"))]

    def found(pattern: re.Pattern[str]) -> str:
        return next((value for name, value in attributes if pattern.fullmatch(name) and value), "")

    return {"wished_date": found(_DAY), "wished_slot": found(_TIME)}


def _line(line: Mapping[str, Any]) -> Record:
    numbered = "-".join(filter(None, (text(line.get("product_id")), text(line.get("variant_id")))))
    discounts = sum(yen(one.get("amount")) for one in parts(line.get("discount_allocations")))
    return {
        "sku": text(line.get("sku")) or numbered,
        "name": text(line.get("title")) or text(line.get("name")),
        "option": text(line.get("variant_title")),
        "quantity": text(line.get("quantity")),
        "unit_price": text(line.get("price")),
        "tax_rate": _rate(line),
        "line_discount": whole(discounts),
    }


def _rate(line: Mapping[str, Any]) -> str:
    if line.get("taxable") is False:
        return "0"
    rates = [round(yen(tax.get("rate")) * 100) for tax in parts(line.get("tax_lines"))]
    return str(sum(rates)) if rates else ""


def _example(number: str, moment: str) -> Message:
    home = {
        "last_name": "山田",
        "first_name": "花子",
        "zip": "105-0011",
        "province": "Tokyo",
        "province_code": "JP-13",
        "city": "港区",
        "address1": "芝公園4-2-8",
        "country_code": "JP",
        "phone": "+81312345678",
    }
    item = {
        "sku": "TEE-WH-M",
        "title": "オーガニックコットンTシャツ",
        "variant_title": "白 / M",
        "quantity": 1,
        "price": "3960",
        "tax_lines": [{"rate": 0.1, "price": "360"}],
    }
    order = {
        "name": number,
        "created_at": moment,
        "currency": "JPY",
        "email": "hanako@example.com",
        "financial_status": "paid",
        "taxes_included": True,
        "subtotal_price": "3960",
        "total_tax": "360",
        "total_price": "4510",
        "tax_lines": [{"rate": 0.1, "price": "360"}],
        "shipping_lines": [{"title": "通常配送", "price": "550"}],
        "payment_gateway_names": ["Shopify Payments"],
        "note_attributes": [],
        "billing_address": home,
        "shipping_address": home,
        "line_items": [item],
    }
    return Message({"X-Shopify-Topic": "orders/create"}, order)


LIVE = Live(
    code="shopify",
    name="Shopify",
    header="X-Shopify-Hmac-Sha256",
    signature=hooks.in_base64,
    id_header="X-Shopify-Webhook-Id",
    kept=("X-Shopify-Topic",),
    topic=_topic,
    topics=frozenset({"orders/create", "orders/updated", "orders/cancelled", "orders/paid"}),
    read=_read,
    secret_is_theirs=True,
    example=_example,
)
