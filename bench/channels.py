"""A file of every channel, and of a layout that a client mapped itself, to committed orders; and a workbook.

Limit: as for the intake, bare COPY of every row that it wrote. Of a workbook: the same rows as text by the same path,
and before it the workbook read by polars.
"""

from __future__ import annotations

import csv
import io
import statistics
from typing import Any

import polars as pl

from bench import ground, intake
from bench.figures import REPEATS, Figure, Size, timed
from core import scope
from core.events import SYSTEM
from integrations.channels.aishipr.sample import SHOP as AISHIPR
from integrations.channels.amazon.sample import SHOP as AMAZON
from integrations.channels.base.sample import SHOP as BASE
from integrations.channels.eccube.sample import SHOP as ECCUBE
from integrations.channels.makeshop.sample import SHOP as MAKESHOP
from integrations.channels.nextengine.sample import SHOP as NEXTENGINE
from integrations.channels.rakuten.sample import SHOP as RAKUTEN
from integrations.channels.samples import Shop, make
from integrations.channels.shopify.sample import SHOP as SHOPIFY
from integrations.channels.yahoo.sample import SHOP as YAHOO
from orders.models import Channel, FileFormat
from orders.services import formats
from tests.factories.workbooks import from_text, workbook

SHOPS = (NEXTENGINE, RAKUTEN, YAHOO, AMAZON, SHOPIFY, BASE, ECCUBE, MAKESHOP, AISHIPR)
MAPPED: dict[str, Any] = {
    "fields": {
        "number": {"columns": ["店舗伝票番号"]},
        "ordered_at": {"columns": ["受注日"], "date": "YYYY/MM/DD hh:mm:ss"},
        "buyer_name": {"columns": ["受注名"]},
        "buyer_kana": {"columns": ["受注名カナ"]},
        "buyer_postcode": {"columns": ["受注郵便番号"]},
        "buyer_address": {"columns": ["受注住所１", "受注住所２"], "combine": "join"},
        "buyer_phone": {"columns": ["受注電話番号"]},
        "buyer_email": {"columns": ["受注メールアドレス"]},
        "ship_name": {"columns": ["発送先名"]},
        "ship_kana": {"columns": ["発送先カナ"]},
        "ship_postcode": {"columns": ["発送郵便番号"]},
        "ship_address": {"columns": ["発送先住所１", "発送先住所２"], "combine": "join"},
        "ship_phone": {"columns": ["発送電話番号"]},
        "payment_method": {"columns": ["支払方法"]},
        "delivery_method": {"columns": ["発送方法"]},
        "goods_total": {"columns": ["商品計"]},
        "postage": {"columns": ["発送料"]},
        "fee": {"columns": ["手数料"]},
        "points": {"columns": ["ポイント"]},
        "total": {"columns": ["合計金額"]},
        "note": {"columns": ["備考"]},
        "sku": {"columns": ["商品コード"]},
        "name": {"columns": ["商品名"]},
        "quantity": {"columns": ["受注数量"]},
        "unit_price": {"columns": ["商品価格"]},
    },
}


def measure(size: Size) -> list[Figure]:
    """Each channel against COPY, and two workbooks against the same as text."""
    _open_channels()
    figures = [_channel(shop, shop.channel, size.channel_orders) for shop in SHOPS]
    figures.append(_channel(NEXTENGINE, "mapped", size.channel_orders))
    return [*figures, *(_workbook(shop, size.channel_orders) for shop in (NEXTENGINE, SHOPIFY))]


def _open_channels() -> None:
    with scope.client(ground.CLIENT):
        own = FileFormat.objects.create(code="own-bench", name="自社")
        formats.save(own.pk, MAPPED, actor=SYSTEM, at=ground.NOW)
        profiles = {shop.channel: shop.channel for shop in SHOPS} | {"mapped": own.code}
        for code, profile in profiles.items():
            Channel.objects.get_or_create(code=code, defaults={"name": code, "profile": profile})


def _data(shop: Shop, orders: int, seed: int) -> bytes:
    return make(shop, orders=orders, seed=seed, month="2026-10").data


def _channel(shop: Shop, code: str, orders: int) -> Figure:
    runs = [intake.against_copy(_data(shop, orders, seed), channel=code) for seed in range(REPEATS)]
    ours, bare, lines = (statistics.median(column) for column in zip(*runs, strict=True))
    detail = f"{lines:.0f} lines {ours:.2f} s, {bare:.2f} s; {ours / lines * 1e6:.0f} µs a line"
    return Figure(f"import of {code} / bare COPY", ours / bare, "×", 2.0, detail=detail)


def _workbook(shop: Shop, orders: int) -> Figure:
    runs = []
    for seed in range(REPEATS):
        text = _data(shop, orders, seed)
        book = workbook({"受注": from_text(text, shop.encoding, separator=shop.separator)})
        same = _as_text(book)
        as_book, _lines = intake.run(book, keep=False, channel=shop.channel, name="orders.xlsx")
        as_text, _lines = intake.run(same, keep=False, channel=shop.channel)
        read = timed(lambda book=book: pl.read_excel(book, has_header=False, infer_schema_length=0))  # type: ignore[misc]
        runs.append((as_book, as_text, read))
    book_s, text_s, read_s = (statistics.median(column) for column in zip(*runs, strict=True))
    detail = f"{book_s:.2f} s; polars {read_s:.2f} s, as text {text_s:.2f} s"
    return Figure(
        f"workbook of {shop.channel} / polars and as text", book_s / (read_s + text_s), "×", 1.3, detail=detail
    )


def _as_text(book: bytes) -> bytes:
    """What the workbook holds, as Excel saves it as CSV."""
    rows = pl.read_excel(book, has_header=False, infer_schema_length=0)
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([cell or "" for cell in row] for row in rows.iter_rows())
    return text.getvalue().encode("utf-8-sig")
