"""Orders that come as records (API, entry by hand), through the same checks as those of a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import polars as pl

from orders.intake.frames import PROBLEMS, conform, stacked
from orders.intake.judging import Intake, judge
from orders.intake.layouts import Layout
from orders.intake.profiles import LINE_FIELDS, ORDER_FIELDS, Profile, Sum, col
from orders.intake.tables import UNSTORABLE

_OF_FILES = {"kind", "line_postage"}
"""Line fields that only files need: a record says such amounts of the order itself."""

RECORDS = Profile(
    code="records",
    name="API",
    order={name: col(name) for name in sorted(ORDER_FIELDS)},
    line={name: col(name) for name in sorted(LINE_FIELDS - _OF_FILES)},
    statuses={word: word for word in ("open", "paid", "shipped", "cancelled")},
    sums=(
        Sum("lines_total", "goods_total", (("lines_total",),)),
        Sum(
            "order_total",
            "total",
            (
                ("goods_total", "postage", "fee", "-discount", "-points"),
                ("goods_total", "postage", "fee", "-discount", "-points", "tax"),
            ),
        ),
    ),
)
"""Fields by their own names. status is one of open, paid, shipped, cancelled."""

_LAYOUT = Layout(RECORDS, "utf-8", ",", (), 0, 0, {})


def from_records(records: Sequence[Mapping[str, Any]]) -> Intake:
    """Orders as dicts: ORDER_FIELDS at the top, "lines" a list of dicts of LINE_FIELDS; what is left out is blank.

    In the result the row is the record's place, counted from 1, and the column its field ("lines[0].sku").
    """
    rows = [cells for place, record in enumerate(records, 1) for cells in _rows(place, record)]
    schema = {"record": pl.UInt32, "line": pl.UInt32, **dict.fromkeys(RECORDS.fields, pl.String)}
    table = pl.DataFrame(rows, schema=schema, orient="row").with_row_index("row", 1)
    garbled = pl.any_horizontal(pl.col(list(RECORDS.fields)).str.contains(UNSTORABLE))
    problems = table.filter(garbled).select(
        "row", pl.lit("").alias("field"), pl.lit("").alias("value"), pl.lit("broken_characters").alias("code"), "number"
    )
    cells = table.filter(~garbled).drop("record", "line")
    return _in_records(judge(cells, conform(problems, PROBLEMS), _LAYOUT), table)


def _rows(place: int, record: Mapping[str, Any]) -> Iterable[tuple[int | str, ...]]:
    order = [_text(record.get(name)) for name in RECORDS.order]
    for number, line in enumerate(record.get("lines") or [{}]):
        yield (place, number, *order, *(_text(line.get(name)) for name in RECORDS.line))


def _text(value: object) -> str:
    """As a file would have it. What cannot be written in UTF-8 reads as a lost character, and is refused as such."""
    if value is None or value is False:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    text = "1" if value is True else str(value).strip()
    return text.encode("utf-8", "replace").decode() if text.isascii() else _encodable(text)


def _encodable(text: str) -> str:
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)


def _in_records(intake: Intake, table: pl.DataFrame) -> Intake:
    """The same with records for rows and, for the fields of lines, the line's place in the column."""
    places = table.select("row", "record", "line")
    column = pl.when(pl.col("column").is_in(sorted(LINE_FIELDS))).then(
        pl.format("lines[{}].{}", pl.col("line"), pl.col("column"))
    )

    def placed(found: pl.DataFrame) -> pl.DataFrame:
        return (
            found.join(places, on="row", how="left", maintain_order="left")
            .with_columns(column.otherwise("column").alias("column"), pl.col("record").alias("row"))
            .drop("record", "line")
            .unique(maintain_order=True)
        )

    refused = placed(intake.refused)
    own = refused.filter(pl.col("code") != "same_order")
    whole = refused.filter(pl.col("code") == "same_order").join(own, on="row", how="anti")
    refused = stacked([own, whole]).sort("row", maintain_order=True)
    counts = replace(intake.counts, refused_rows=refused["row"].n_unique(), rows=table["record"].n_unique())
    return replace(intake, refused=refused, repairs=placed(intake.repairs), counts=counts)
