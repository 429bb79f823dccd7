"""A layout that no channel has and a client maps itself: a made-up shop that writes it, and the definition of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from integrations.channels.nextengine.sample import SHOP as TEA
from integrations.channels.people import Person
from integrations.channels.recount import Columns
from integrations.channels.samples import Order, Shop, phone_of, postcode_of, prefecture_of, slot_of
from orders.intake import mapped

_OF_ORDER = (
    "受付番号", "受付日時", "注文者", "注文者カナ", "注文者メール", "注文者電話", "注文者〒", "注文者住所",
    "お届け先", "お届け先カナ", "お届け先電話", "お届け先〒", "県", "市区町村", "番地", "お支払い", "便", "小計",
    "送料", "手数料", "値引き", "ポイント", "請求額", "贈り物", "希望日", "希望時間", "連絡事項", "状態",
)  # fmt: skip
_OF_LINE = ("品番", "品名", "仕様", "数", "単価", "税")
HEADER = (*_OF_ORDER, *_OF_LINE)

DEFINITION: dict[str, Any] = {
    "fields": {
        "number": {"columns": ["受付番号"]},
        "ordered_at": {"columns": ["受付日時"], "date": "YY.MM.DD hh:mm"},
        "status": {"columns": ["状態"]},
        "buyer_name": {"columns": ["注文者"]},
        "buyer_kana": {"columns": ["注文者カナ"]},
        "buyer_email": {"columns": ["注文者メール"]},
        "buyer_phone": {"columns": ["注文者電話"]},
        "buyer_postcode": {"columns": ["注文者〒"]},
        "buyer_address": {"columns": ["注文者住所"]},
        "ship_name": {"columns": ["お届け先"]},
        "ship_kana": {"columns": ["お届け先カナ"]},
        "ship_phone": {"columns": ["お届け先電話"]},
        "ship_postcode": {"columns": ["お届け先〒"]},
        "ship_address": {"columns": ["県", "市区町村", "番地"], "combine": "join", "glue": ""},
        "payment_method": {"columns": ["お支払い"]},
        "delivery_method": {"columns": ["便"], "words": {"黒": "宅急便"}},
        "goods_total": {"columns": ["小計"]},
        "postage": {"columns": ["送料"]},
        "fee": {"columns": ["手数料"]},
        "discount": {"columns": ["値引き"]},
        "points": {"columns": ["ポイント"]},
        "total": {"columns": ["請求額"]},
        "gift": {"columns": ["贈り物"]},
        "wished_date": {"columns": ["希望日"]},
        "wished_slot": {"columns": ["希望時間"]},
        "note": {"columns": ["連絡事項"]},
        "sku": {"columns": ["品番"]},
        "name": {"columns": ["品名"]},
        "option": {"columns": ["仕様"]},
        "quantity": {"columns": ["数"]},
        "unit_price": {"columns": ["単価"]},
        "tax_rate": {"columns": ["税"], "default": "10"},
    },
    "statuses": {"済": "paid", "未": "open", "取消": "cancelled"},
    "slots": {"ひる": "am"},
}

COUNTED = Columns(
    number="受付番号",
    date=("受付日時",),
    moment="%y.%m.%d %H:%M",
    postcode=("お届け先〒",),
    quantity="数",
    sku="品番",
    total="請求額",
    cancelled=("状態", "取消"),
    facts=("受付日時", "注文者", "お届け先", "請求額"),
)
"""How it is counted by hand."""


def _of_order(order: Order) -> dict[str, str]:
    return {
        "受付番号": f"OWN-{order.serial:06}",
        "受付日時": order.at.strftime("%y.%m.%d %H:%M"),
        "注文者": order.buyer.name,
        "注文者カナ": order.buyer.kana,
        "注文者メール": order.buyer.email,
        "注文者電話": phone_of(order, order.buyer),
        "注文者〒": postcode_of(order, order.buyer),
        "注文者住所": "".join(_address(order, order.buyer)),
        "お届け先": order.ship.name,
        "お届け先カナ": order.ship.kana,
        "お届け先電話": phone_of(order, order.ship),
        "お届け先〒": postcode_of(order, order.ship),
        **dict(zip(("県", "市区町村", "番地"), _address(order, order.ship), strict=True)),
        "お支払い": order.payment,
        "便": "黒",
        "小計": f"{order.goods:,}円",
        "送料": str(order.postage),
        "手数料": str(order.fee),
        "値引き": str(order.discount),
        "ポイント": str(order.points),
        "請求額": str(order.total),
        "贈り物": "あり" if order.gift else "なし",
        "希望日": f"{order.wished_date:%Y年%m月%d日}" if order.wished_date else "",
        "希望時間": "ひる" if order.wished_slot == "am" else slot_of(order),
        "連絡事項": order.note,
        "状態": "取消" if order.cancelled else "済" if order.paid else "未",
    }


def _address(order: Order, person: Person) -> tuple[str, str, str]:
    town = person.town
    return prefecture_of(order, person), f"{town.city}{town.name}", f"{person.street} {person.building}".strip()


def _write(order: Order) -> list[dict[str, str]]:
    """A row per line, everything of the order on each."""
    return [
        {
            **_of_order(order),
            "品番": item.sku,
            "品名": item.name,
            "仕様": item.option,
            "数": str(quantity),
            "単価": str(item.price),
            "税": f"{item.tax_rate}%" if item.tax_rate == 8 else "",
        }
        for item, quantity in order.lines
    ]


def _write_first(order: Order) -> list[dict[str, str]]:
    """The same with what is the order's on its first row only."""
    first, *more = _write(order)
    return [first, *({**row, **dict.fromkeys(_OF_ORDER[1:], "")} for row in more)]


SHOP: Shop = replace(
    TEA,
    channel="own",
    header=HEADER,
    write=_write,
    number_column="受付番号",
    date_columns=("受付日時",),
    moment_format="%y.%m.%d %H:%M",
    postcode_columns=("お届け先〒",),
    quantity_column="数",
    sku_columns=("品番",),
    keep_columns=30,
    takes_cancelled=True,
)
SHOP_FIRST_ROW: Shop = replace(SHOP, channel="own-first", write=_write_first, facts_on_every_row=False)

PROFILES = {
    "own": mapped.profile(DEFINITION, code="own", name="自社", version=1),
    "own-first": mapped.profile({**DEFINITION, "carry_forward": True}, code="own-first", name="自社", version=1),
}
"""What the definitions come to."""
