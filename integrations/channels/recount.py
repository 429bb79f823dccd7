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
class _Columns:
    """Where the counted facts stand. facts: columns that must be the same on every row of an order that fills them."""

    number: str
    date: str
    postcode: tuple[str, ...]
    quantity: str
    sku: str
    total: str
    cancelled: tuple[str, str]
    facts: tuple[str, ...]


_CHANNELS: Mapping[str, _Columns] = {
    "nextengine": _Columns(
        number="店舗伝票番号",
        date="受注日",
        postcode=("発送郵便番号",),
        quantity="受注数量",
        sku="商品コード",
        total="合計金額",
        cancelled=("", ""),
        facts=("受注日", "受注名", "発送先名", "合計金額"),
    ),
    "rakuten": _Columns(
        number="注文番号",
        date="注文日時",
        postcode=("送付先郵便番号1", "送付先郵便番号2"),
        quantity="個数",
        sku="SKU管理番号",
        total="請求金額",
        cancelled=("ステータス", "900"),
        facts=("注文日時", "注文者姓", "送付先姓", "請求金額"),
    ),
    "shopify": _Columns(
        number="Name",
        date="Created at",
        postcode=("Shipping Zip",),
        quantity="Lineitem quantity",
        sku="Lineitem sku",
        total="Total",
        cancelled=("Financial Status", "voided"),
        facts=("Created at", "Billing Name", "Shipping Name", "Total"),
    ),
}


def count_independently(data: bytes, channel: str) -> dict[str, Any]:
    """What a sample file holds, under the keys of its manifest (all but `dirt`).

    rows; orders, lines, units, total (yen) and cancelled of the good ones, by_day by the order's own date;
    refused_orders, refused_rows and refused (rows by reason).
    """
    columns = _CHANNELS[channel]
    header, rows, orders = _grouped(data, columns)
    reasons = {number: _reasons(of_order, columns, len(header)) for number, of_order in orders.items()}
    good = {number: of_order for number, of_order in orders.items() if not reasons[number]}
    refused: Counter[str] = sum(reasons.values(), Counter())
    return {
        "channel": channel,
        "files": 1,
        "rows": len(rows),
        "orders": len(good),
        "lines": sum(len(of_order) for of_order in good.values()),
        "units": sum(int(row[columns.quantity]) for of_order in good.values() for row in of_order),
        "total": sum(int(of_order[0][columns.total]) for of_order in good.values()),
        "cancelled": sum(of_order[0].get(columns.cancelled[0]) == columns.cancelled[1] for of_order in good.values()),
        "refused_orders": len(orders) - len(good),
        "refused_rows": refused.total(),
        "refused": dict(sorted(refused.items())),
        "by_day": _by_day(good, columns),
    }


def good_orders(data: bytes, channel: str) -> list[str]:
    """The numbers of the good orders of a file; over several files, what an earlier one held is not new."""
    columns = _CHANNELS[channel]
    header, _rows, orders = _grouped(data, columns)
    return [number for number, of_order in orders.items() if not _reasons(of_order, columns, len(header))]


def _grouped(data: bytes, columns: _Columns) -> tuple[list[str], list[list[str]], dict[str, list[dict[str, str]]]]:
    header, *rows = csv.reader(io.StringIO(_text(data), newline=""))
    orders: dict[str, list[dict[str, str]]] = {}
    for cells in rows:
        row = dict(zip(header, cells, strict=False)) | {"": str(len(cells))}
        orders.setdefault(row[columns.number], []).append(row)
    return header, rows, orders


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp932")


def _reasons(rows: list[dict[str, str]], columns: _Columns, width: int) -> Counter[str]:
    """The reason of each row of an order, empty where the order is good."""
    faults = [_fault(row, rows[0], columns, width) for row in rows]
    return Counter(fault or "same_order" for fault in faults) if any(faults) else Counter()


def _fault(row: dict[str, str], first: dict[str, str], columns: _Columns, width: int) -> str:
    if int(row[""]) < width:
        return "too_few_columns"
    if row is not first and any(row[fact] and row[fact] != first[fact] for fact in columns.facts):
        return "conflicting_order"
    if row is first and not _is_date(row[columns.date]):
        return "broken_date"
    if row is first and not postcodes.is_known(_postcode([row[column] for column in columns.postcode])):
        return "unknown_postcode"
    if not row[columns.sku]:
        return "missing"
    return "quantity_not_positive" if int(row[columns.quantity]) < 1 else ""


def _is_date(cell: str) -> bool:
    try:
        datetime.fromisoformat(cell[:19].replace("/", "-"))
    except ValueError:
        return False
    return True


def _postcode(cells: list[str]) -> str:
    parts = [re.sub("[^0-9]", "", unicodedata.normalize("NFKC", cell)) for cell in cells]
    last = parts[-1].zfill(4) if len(parts) == 2 and parts[-1] else parts[-1]
    return "".join([*parts[:-1], last]).zfill(7)


def _by_day(good: dict[str, list[dict[str, str]]], columns: _Columns) -> dict[str, dict[str, int]]:
    by_day: dict[str, dict[str, int]] = {}
    for of_order in good.values():
        head = of_order[0]
        day = by_day.setdefault(head[columns.date][:10].replace("/", "-"), {"orders": 0, "total": 0})
        day["orders"] += 1
        day["total"] += int(head[columns.total])
    return by_day
