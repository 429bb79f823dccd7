"""Counting an order file by hand, so to say: row by row with the csv module, sharing nothing with orders.intake.

It is the second opinion that reports are held against. It knows the kinds of dirt that samples have, and no others.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core import postcodes


@dataclass(frozen=True)
class Columns:
    """Where the counted facts of a layout stand.

    facts: columns that must be the same on every row of an order that fills them.
    date, moment: the columns of the order's time, and how they are to be read with a space between; "" for ISO 8601.
    amounts: added up over the rows of an order where no column states its total. goods: the column and the word of rows
    that are goods, where there are others.
    """

    number: str
    date: tuple[str, ...]
    postcode: tuple[str, ...]
    quantity: str
    sku: str
    total: str
    cancelled: tuple[str, str]
    facts: tuple[str, ...]
    moment: str = ""
    separator: str = ","
    amounts: tuple[str, ...] = ()
    goods: tuple[str, str] = ("", "")

    def at(self, row: dict[str, str]) -> datetime | None:
        written = " ".join(row[column] for column in self.date)
        try:
            if self.moment:
                return datetime.strptime(written, self.moment)  # noqa: DTZ007 (local, as all of an order)
            return datetime.fromisoformat(written[:19].replace("/", "-"))
        except ValueError:
            return None

    def total_of(self, rows: list[dict[str, str]]) -> int:
        if self.total:
            return int(rows[0][self.total])
        return sum(int(row[column]) for row in rows for column in self.amounts)

    def is_goods(self, row: dict[str, str]) -> bool:
        return not self.goods[0] or row.get(self.goods[0]) == self.goods[1]


_CHANNELS: Mapping[str, Columns] = {
    "nextengine": Columns(
        number="店舗伝票番号",
        date=("受注日",),
        postcode=("発送郵便番号",),
        quantity="受注数量",
        sku="商品コード",
        total="合計金額",
        cancelled=("", ""),
        facts=("受注日", "受注名", "発送先名", "合計金額"),
    ),
    "rakuten": Columns(
        number="注文番号",
        date=("注文日時",),
        postcode=("送付先郵便番号1", "送付先郵便番号2"),
        quantity="個数",
        sku="SKU管理番号",
        total="請求金額",
        cancelled=("ステータス", "900"),
        facts=("注文日時", "注文者姓", "送付先姓", "請求金額"),
    ),
    "shopify": Columns(
        number="Name",
        date=("Created at",),
        postcode=("Shipping Zip",),
        quantity="Lineitem quantity",
        sku="Lineitem sku",
        total="Total",
        cancelled=("Financial Status", "voided"),
        facts=("Created at", "Billing Name", "Shipping Name", "Total"),
    ),
    "yahoo": Columns(
        number="OrderId",
        date=("OrderTime",),
        moment="%Y%m%d%H%M%S",
        postcode=("ShipZipCode",),
        quantity="Quantity",
        sku="ItemId",
        total="TotalPrice",
        cancelled=("OrderStatus", "4"),
        facts=("OrderTime", "BillLastName", "ShipLastName", "TotalPrice"),
    ),
    "amazon": Columns(
        number="order-id",
        date=("purchase-date",),
        postcode=("ship-postal-code",),
        quantity="quantity-purchased",
        sku="sku",
        total="",
        amounts=("item-price", "shipping-price"),
        separator="\t",
        cancelled=("", ""),
        facts=("purchase-date", "buyer-name", "recipient-name"),
    ),
    "base": Columns(
        number="注文ID",
        date=("注文日時",),
        postcode=("郵便番号(配送先)",),
        quantity="数量",
        sku="商品ID",
        total="合計金額",
        cancelled=("発送状況", "キャンセル"),
        facts=("注文日時", "氏(請求先)", "氏(配送先)", "合計金額"),
    ),
    "eccube": Columns(
        number="注文番号",
        date=("受注日",),
        postcode=("配送先_郵便番号",),
        quantity="個数",
        sku="商品コード",
        total="支払合計",
        cancelled=("対応状況(名称)", "注文取消し"),
        facts=("受注日", "お名前(姓)", "配送先_お名前(姓)", "支払合計"),
        goods=("明細区分(名称)", "商品"),
    ),
    "makeshop": Columns(
        number="注文番号",
        date=("日付", "注文時間"),
        moment="%Y/%m/%d %H%M%S",
        postcode=("お届け先郵便番号",),
        quantity="数量",
        sku="独自商品コード",
        total="合計金額",
        cancelled=("処理状況", "注文キャンセル"),
        facts=("日付", "注文時間", "注文者", "お届け先", "合計金額"),
    ),
    "aishipr": Columns(
        number="注文番号",
        date=("注文日時",),
        postcode=("配送先郵便番号",),
        quantity="数量",
        sku="商品管理番号",
        total="合計金額",
        cancelled=("管理ステータス", "キャンセル"),
        facts=("注文日時", "注文者氏名(姓)", "配送先氏名(姓)", "合計金額"),
    ),
}


def count_independently(data: bytes, channel: str, columns: Columns | None = None) -> dict[str, Any]:
    """What a sample file holds, under the keys of its manifest (all but `dirt`).

    columns: where the facts stand, for a layout that is no channel of ours.

    rows; orders, lines, units, total (yen) and cancelled of the good ones, by_day by the order's own date;
    refused_orders, refused_rows and refused (rows by reason).
    """
    columns = columns or _CHANNELS[channel]
    header, rows, orders = _grouped(data, columns)
    reasons = {number: _reasons(of_order, columns, len(header)) for number, of_order in orders.items()}
    good = {number: of_order for number, of_order in orders.items() if not reasons[number]}
    lines = [row for of_order in good.values() for row in of_order if columns.is_goods(row)]
    refused: Counter[str] = sum(reasons.values(), Counter())
    return {
        "channel": channel,
        "files": 1,
        "rows": len(rows),
        "orders": len(good),
        "lines": len(lines),
        "units": sum(int(row[columns.quantity]) for row in lines),
        "total": sum(columns.total_of(of_order) for of_order in good.values()),
        "cancelled": sum(of_order[0].get(columns.cancelled[0]) == columns.cancelled[1] for of_order in good.values()),
        "refused_orders": len(orders) - len(good),
        "refused_rows": refused.total(),
        "refused": dict(sorted(refused.items())),
        "by_day": _by_day(good, columns),
    }


def good_orders(data: bytes, channel: str, columns: Columns | None = None) -> list[str]:
    """The numbers of the good orders of a file; over several files, what an earlier one held is not new."""
    columns = columns or _CHANNELS[channel]
    header, _rows, orders = _grouped(data, columns)
    return [number for number, of_order in orders.items() if not _reasons(of_order, columns, len(header))]


def _grouped(data: bytes, columns: Columns) -> tuple[list[str], list[list[str]], dict[str, list[dict[str, str]]]]:
    header, *rows = csv.reader(io.StringIO(_text(data), newline=""), delimiter=columns.separator)
    orders: dict[str, list[dict[str, str]]] = {}
    for cells in rows:
        named = dict(zip(reversed(header[: len(cells)]), reversed(cells[: len(header)]), strict=True))
        row = named | {"": str(len(cells))}
        orders.setdefault(row[columns.number], []).append(row)
    return header, rows, orders


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp932")


def _reasons(rows: list[dict[str, str]], columns: Columns, width: int) -> Counter[str]:
    """The reason of each row of an order, empty where the order is good."""
    faults = [_fault(row, rows[0], columns, width) for row in rows]
    return Counter(fault or "same_order" for fault in faults) if any(faults) else Counter()


def _fault(row: dict[str, str], first: dict[str, str], columns: Columns, width: int) -> str:
    if int(row[""]) < width:
        return "too_few_columns"
    if row is not first and not columns.is_goods(row):
        return ""
    if row is not first and any(row[fact] and row[fact] != first[fact] for fact in columns.facts):
        return "conflicting_order"
    if row is first and columns.at(row) is None:
        return "broken_date"
    if row is first and not postcodes.is_known(_postcode([row[column] for column in columns.postcode])):
        return "unknown_postcode"
    if not row[columns.sku]:
        return "missing"
    return "quantity_not_positive" if int(row[columns.quantity]) < 1 else ""


def _postcode(cells: list[str]) -> str:
    parts = [re.sub("[^0-9]", "", unicodedata.normalize("NFKC", cell)) for cell in cells]
    last = parts[-1].zfill(4) if len(parts) == 2 and parts[-1] else parts[-1]
    return "".join([*parts[:-1], last]).zfill(7)


def _by_day(good: dict[str, list[dict[str, str]]], columns: Columns) -> dict[str, dict[str, int]]:
    by_day: dict[str, dict[str, int]] = {}
    for of_order in good.values():
        head = of_order[0]
        at = columns.at(head)
        day = by_day.setdefault(f"{at:%Y-%m-%d}", {"orders": 0, "total": 0})
        day["orders"] += 1
        day["total"] += columns.total_of(of_order)
    return by_day
