"""Cells of an order file as values: each function takes a column of text and gives a column that is null where the
cell is blank or cannot be read; whoever asks tells the two apart by the text."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from core import text

SLOTS = ("none", "am", "12-14", "14-16", "16-18", "18-20", "18-21", "19-21")
"""The wished time slots that the carriers of Japan have between them."""

OTHER_SLOT = "other"
"""A wish that is none of SLOTS: somebody has to look at the order's own words."""

_YEN = r"^[+-]?[0-9]{1,11}(?:\.0+)?$"
_PRICE = r"^[+-]?[0-9]{1,11}(?:\.[0-9]{1,2}0*)?$"
_COUNT = r"^[+-]?[0-9]{1,7}(?:\.0+)?$"
_MOMENT = (
    r"^(?P<year>[0-9]{4})[-/.年](?P<month>[0-9]{1,2})[-/.月](?P<day>[0-9]{1,2})日?\s*(?:\([^)]{1,3}\))?"
    r"(?:[T\s]\s*(?P<hour>[0-9]{1,2})[:時](?P<minute>[0-9]{1,2})分?(?::?(?P<second>[0-9]{1,2})秒?)?(?:\.[0-9]+)?)?"
    r"\s*(?P<zone>Z|UTC|[+-][0-9]{2}:?[0-9]{2})?$"
)
_COMPACT = (
    (r"^([0-9]{4})([0-9]{2})([0-9]{2})$", "$1-$2-$3"),
    (r"^([0-9]{4})([0-9]{2})([0-9]{2})\s?([0-9]{2})([0-9]{2})([0-9]{2})?$", "$1-$2-$3 $4:$5:0$6"),
    (r"^([0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}) ([0-9]{1,2})([0-9]{2})([0-9]{2})$", "$1 $2:$3:$4"),
    (r":0([0-9]{2})$", ":$1"),
)
"""Moments without signs between their parts (20261001123456, 2026/10/1 93309), and how to put signs there."""

_SERIAL = r"^[0-9]{5}(?:\.[0-9]+)?$"
"""A day as a spreadsheet counts it: 46296.5 is noon of 2026-10-01."""

_PLAIN_MOMENT, _ISO_MOMENT = "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M:%S"
_FIRST_YEAR, _LAST_YEAR = 2000, 2099


def yen(cells: pl.Series) -> pl.Series:
    """Whole yen as Int64, up to eleven digits; thousands separators, ¥ and 円 are passed over, a fraction is no yen."""
    return _number(cells, _YEN, pl.Decimal(13, 0), limit=10**11).cast(pl.Int64)


def price(cells: pl.Series) -> pl.Series:
    """A price of one piece, up to two decimals, as Decimal(14, 2)."""
    return _number(cells, _PRICE, pl.Decimal(14, 2), limit=10**11)


def count(cells: pl.Series) -> pl.Series:
    """A quantity as Int64, up to seven digits, sign kept."""
    return _number(cells, _COUNT, pl.Decimal(8, 0), limit=10**7).cast(pl.Int64)


def _number(cells: pl.Series, pattern: str, dtype: pl.Decimal, *, limit: int) -> pl.Series:
    """Most cells are plain digits; what is not is looked at again."""
    plain = cells.cast(pl.Int64, strict=False).alias("plain").to_frame()
    whole = plain.select(pl.when(pl.col("plain").abs() < limit).then(pl.col("plain").cast(dtype))).to_series()
    rest = whole.is_null() & (cells != "")
    return whole.scatter(rest.arg_true(), _loose_number(cells.filter(rest), pattern, dtype)) if rest.any() else whole


def _loose_number(cells: pl.Series, pattern: str, dtype: pl.Decimal) -> pl.Series:
    plain = text.narrows(cells).str.replace_all(r"[¥\\円,\s]", "").alias("plain").to_frame()
    well_formed = pl.when(pl.col("plain").str.contains(pattern)).then(pl.col("plain").str.strip_chars_start("+"))
    return plain.select(well_formed.cast(dtype, strict=False)).to_series()


def tax_rate(cells: pl.Series) -> pl.Series:
    """Percent as Int64: 10, 8 or 0, also when written as 0.1 or 8%; null for any other."""
    percent = {"10": 10, "10.0": 10, "0.1": 10, "0.10": 10, "8": 8, "8.0": 8, "0.08": 8, "0": 0, "0.0": 0}

    def read(some: pl.Series) -> pl.Series:
        plain = text.narrows(some).str.replace_all(r"[%\s]", "")
        return plain.replace_strict(percent, default=None, return_dtype=pl.Int64)

    return _by_distinct(cells, read)


def moments(cells: pl.Series, zone: str) -> pl.Series:
    """Points in time as Datetime in UTC. A cell without an offset of its own is in `zone`; a bare date is midnight.

    Compact ones (20261001123456) and the days of a spreadsheet (46296.5) are understood too.
    """
    plain = cells.str.to_datetime(_PLAIN_MOMENT, strict=False, time_unit="us")
    plain = pl.select(pl.when(plain.dt.year().is_between(_FIRST_YEAR, _LAST_YEAR)).then(plain)).to_series()
    known = plain.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")
    rest = known.is_null()
    return known.scatter(rest.arg_true(), _loose_moments(cells.filter(rest), zone)) if rest.any() else known


def _loose_moments(cells: pl.Series, zone: str) -> pl.Series:
    parts = _parts(cells)
    local = pl.col("local").str.to_datetime(_ISO_MOMENT, strict=False, time_unit="us")
    here = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")
    there = (local - pl.duration(minutes=pl.col("offset"))).dt.replace_time_zone("UTC")
    return parts.select(pl.when(pl.col("offset").is_null()).then(here).otherwise(there)).to_series()


def dates(cells: pl.Series) -> pl.Series:
    """Calendar days as Date; a time of day behind it is passed over."""
    return _by_distinct(cells, _loose_dates)


def _loose_dates(cells: pl.Series) -> pl.Series:
    return _parts(cells).select(pl.col("local").str.to_datetime(_ISO_MOMENT, strict=False).dt.date()).to_series()


def _by_distinct(cells: pl.Series, convert: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """convert(cells), where few of them differ at less cost: each distinct cell is converted once."""
    distinct = cells.unique()
    if len(distinct) * 4 > len(cells):
        return convert(cells)
    answers = pl.DataFrame([distinct.alias("cell"), convert(distinct).alias("value")])
    return cells.alias("cell").to_frame().join(answers, on="cell", how="left", maintain_order="left")["value"]


def _parts(cells: pl.Series) -> pl.DataFrame:
    """local: "YYYY-MM-DD hh:mm:ss" or null. offset: minutes east of UTC, null where the cell names none."""
    # In one piece: polars 2.1 panics in format where one piece of a column is empty.
    found = _spelt_out(text.narrows(cells).rechunk().str.strip_chars()).str.extract_groups(_MOMENT).struct.unnest()
    year, zone = pl.col("year").cast(pl.Int32, strict=False), pl.col("zone")
    two = [pl.col(part).fill_null("0").str.zfill(2) for part in ("month", "day", "hour", "minute", "second")]
    local = pl.format("{}-{}-{} {}:{}:{}", pl.col("year"), *two)
    east = zone.str.slice(1, 2).cast(pl.Int32, strict=False) * 60 + zone.str.slice(-2).cast(pl.Int32, strict=False)
    offset = pl.when(zone.is_in(["Z", "UTC"])).then(0).when(zone.str.starts_with("-")).then(-east).otherwise(east)
    return found.select(
        pl.when(year.is_between(_FIRST_YEAR, _LAST_YEAR)).then(local).alias("local"), offset.alias("offset")
    )


def _spelt_out(cells: pl.Series) -> pl.Series:
    """Compact moments and spreadsheet days as "YYYY-MM-DD hh:mm:ss", all others as they are."""
    odd = cells.str.contains(r"[0-9]{5}") & ~cells.str.contains(r"^'")
    if not odd.any():
        return cells
    spelt = pl.col("cell")
    for pattern, signs in _COMPACT:
        spelt = spelt.str.replace(pattern, signs)
    days = pl.col("cell").str.extract(f"({_SERIAL})").cast(pl.Float64)
    seconds = (days * 86_400).round().cast(pl.Int64)
    serial = (pl.datetime(1899, 12, 30) + pl.duration(seconds=seconds)).dt.strftime(_ISO_MOMENT)
    return cells.alias("cell").to_frame().select(pl.coalesce(serial, spelt)).to_series()


def slots(cells: pl.Series, words: dict[str, str]) -> pl.Series:
    """A wished time of day as one of SLOTS, or OTHER_SLOT; never null. words: the channel's own words, taken first.

    Understood without being told: 午前中, and any two hours ("時間帯指定[14時-16時]", "14:00～16:00", "1416").
    """
    return _by_distinct(cells, lambda distinct: _slots(distinct, words))


def _slots(cells: pl.Series, words: dict[str, str]) -> pl.Series:
    plain = text.narrows(cells).str.replace_all(r"\s|:00|時間帯指定|お届け時間|[\[\]]", "")
    hours = plain.str.extract_groups(r"^([0-9]{2})時?[-~〜から]*([0-9]{2})時?(?:まで)?$").struct.unnest()
    two = pl.concat_str(pl.nth(0), pl.lit("-"), pl.nth(1))
    between = hours.select(pl.when(two.is_in(SLOTS)).then(two)).to_series().alias("between")
    frame = pl.DataFrame([cells.alias("cell"), plain.alias("plain"), between])
    answer = (
        pl.when(pl.col("cell").is_in(list(words)))
        .then(pl.col("cell").replace_strict(words, default=None, return_dtype=pl.String))
        .when(pl.col("plain").is_in(["", "なし", "指定なし", "希望なし", "0", "00", "none"]))
        .then(pl.lit("none"))
        .when(pl.col("plain").str.contains("^(?:午前|am$|AM$|0?8時?-12|0812)"))
        .then(pl.lit("am"))
        .otherwise(pl.coalesce("between", pl.lit(OTHER_SLOT)))
    )
    return frame.select(answer.alias("slot")).to_series()


def flags(cells: pl.Series) -> pl.Series:
    """Whether a cell says yes: anything but blank, 0, false, no and なし."""
    plain = text.narrows(cells).str.to_lowercase()
    return ~plain.is_in(["", "0", "false", "no", "なし", "無", "無し", "off"])
