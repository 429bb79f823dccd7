"""A month's file cut into a file a day, as clients send them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta

from integrations.channels.samples import Shop


def split_by_day(data: bytes, shop: Shop, *, cut_off: time = time()) -> dict[date, bytes]:
    """A file of orders in the order of their times as one file a day, each with the header, every row as it stands.

    cut_off: a day's file ends then (exclusive), and what follows goes into the next day's; by default days are
    calendar days. A row without a date that can be read goes with the row before it, so no order is cut in two.
    """
    header, *rows = _records(data)
    by_day: dict[date, list[bytes]] = {}
    before: list[bytes] = []
    day: date | None = None
    for row in rows:
        day = _day(row, shop, cut_off) or day
        (before if day is None else by_day.setdefault(day, [])).append(row)
    if by_day:
        by_day[min(by_day)][:0] = before
    return {day: b"".join([header, *by_day[day]]) for day in sorted(by_day)}


def _records(data: bytes) -> Iterator[bytes]:
    """The records as they stand, line ends included; line ends within quotes end none."""
    record = b""
    for line in data.splitlines(keepends=True):
        record += line
        if record.count(b'"') % 2 == 0:
            yield record
            record = b""


def _day(row: bytes, shop: Shop, cut_off: time) -> date | None:
    cells = next(csv.reader(io.StringIO(row.decode(shop.encoding), newline=""), delimiter=shop.separator))
    named = dict(zip(shop.header, cells, strict=False))
    at = moment_of(named, shop)
    return at and at.date() + timedelta(days=cut_off != time() and at.time() >= cut_off)


def moment_of(row: Mapping[str, str], shop: Shop) -> datetime | None:
    """When the order of this row was placed, None where the row has no date that can be read."""
    written = " ".join(row.get(column, "") for column in shop.date_columns)
    try:
        if shop.moment_format:
            return datetime.strptime(written, shop.moment_format)  # noqa: DTZ007 (local, as all of an order)
        return datetime.fromisoformat(written[:19].replace("/", "-"))
    except ValueError:
        return None
