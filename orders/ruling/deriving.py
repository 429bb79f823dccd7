"""The facts that conditions ask and no file states: each a column made of others, when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from core import postcodes
from core.business_days import FIRST_YEAR, LAST_YEAR, national_holidays
from core.text import search_keys
from orders.ruling.fields import REGION_OF, WEEKDAYS

LINES = "lines"
"""Among the needs of a fact: the lines of the orders."""

_CASH_ON_DELIVERY = "代金引換|代引|コレクト|(?i)cash on delivery|(?i)^cod$"
_COMPANY = (
    "株式会社|有限会社|合同会社|合資会社|合名会社|一般社団法人|公益社団法人|一般財団法人|公益財団法人|医療法人|学校法人"
    "|社会福祉法人|宗教法人|独立行政法人|協同組合|[㈱㈲]|[（(][株有資名同医学福社財][）)]|(?i)\\b(?:inc|ltd|llc|corp)\\b"
)
_OFFICE = "私書箱|局留|営業所止|センター止|営業所留|支店止"
_DIGIT = "[0-9０-９一二三四五六七八九十]"
_ISLANDS: Mapping[str, str] = {
    "北海道": "礼文町|利尻町|利尻富士町|奥尻町|焼尻|天売",
    "東京都": "大島町|利島村|新島村|神津島村|三宅村|御蔵島村|八丈町|八丈島|青ヶ島村|小笠原村",
    "新潟県": "佐渡市|粟島浦村",
    "島根県": "海士町|西ノ島町|知夫村|隠岐の島町",
    "広島県": "大崎上島町",
    "香川県": "直島町|土庄町|小豆島町",
    "愛媛県": "上島町",
    "福岡県": "宗像市大島|能古|玄界島|藍島|馬島",
    "長崎県": "対馬市|壱岐市|五島市|新上五島町|小値賀町",
    "鹿児島県": "西之表市|中種子町|南種子町|屋久島町|三島村|十島村|奄美市|大和村|宇検村|瀬戸内町|龍郷町|喜界町|徳之島町"
    "|天城町|伊仙町|和泊町|知名町|与論町",
    "沖縄県": "宮古島市|多良間村|石垣市|竹富町|与那国町|久米島町|渡嘉敷村|座間味村|粟国村|渡名喜村|南大東村|北大東村"
    "|伊江村|伊平屋村|伊是名村",
}
"""Towns on islands that no bridge joins to a main island, by prefecture. 沖縄本島 is none: ask for the prefecture."""

Make = Callable[[pl.DataFrame, pl.DataFrame, str], pl.Series]
"""From orders, lines and the time zone to the column."""


@dataclass(frozen=True)
class Derived:
    """needs: the columns of orders that it is made of, or LINES."""

    needs: frozenset[str]
    make: Make


def _plain(needs: str, expression: pl.Expr) -> Derived:
    return Derived(frozenset(needs.split()), lambda orders, _lines, _zone: orders.select(expression).to_series())


def _local(needs: str, make: Callable[[pl.Expr], pl.Expr]) -> Derived:
    """Made of the time at which the order was placed, at home."""

    def column(orders: pl.DataFrame, _lines: pl.DataFrame, zone: str) -> pl.Series:
        return orders.select(make(pl.col("ordered_at").dt.convert_time_zone(zone))).to_series()

    return Derived(frozenset(needs.split()), column)


def _of_lines(expression: pl.Expr) -> Derived:
    """One value an order, made of its lines."""

    def column(orders: pl.DataFrame, lines: pl.DataFrame, _zone: str) -> pl.Series:
        found = lines.group_by("key").agg(expression.alias("fact"))
        return orders.select("key").join(found, on="key", how="left", maintain_order="left")["fact"]

    return Derived(frozenset({LINES}), column)


def _of_day(name: str, test: Callable[[pl.Expr], pl.Expr]) -> Derived:
    """A test of the day on which the order was placed ("ordered_at") or of another."""
    if name == "ordered_at":
        return _local(name, lambda at: test(at.dt.date()))
    return _plain(name, test(pl.col(name)))


def holidays_of(days: pl.Series) -> list[object]:
    """The national holidays in the years of these days."""
    years = days.drop_nulls().dt.year().unique()
    return [day for year in years if FIRST_YEAR <= year <= LAST_YEAR for day in national_holidays(year)]


def _is_holiday(day: pl.Expr) -> pl.Expr:
    return day.map_batches(
        lambda days: days.is_in(pl.Series(holidays_of(days), dtype=pl.Date).implode()), return_dtype=pl.Boolean
    )


def _is_day_off(day: pl.Expr) -> pl.Expr:
    return ((day.dt.weekday() > 5) | _is_holiday(day)).fill_null(value=False)


def _weekday(day: pl.Expr) -> pl.Expr:
    names = dict(enumerate(WEEKDAYS, 1))
    return day.dt.weekday().replace_strict(names, default="", return_dtype=pl.String).fill_null("")


def _is_island() -> pl.Expr:
    found = [
        (pl.col("ship_prefecture") == prefecture) & pl.col("ship_address").str.contains(towns)
        for prefecture, towns in _ISLANDS.items()
    ]
    return pl.any_horizontal(found)


def _misplaced(orders: pl.DataFrame, _lines: pl.DataFrame, _zone: str) -> pl.Series:
    return misplaced(orders)


def misplaced(orders: pl.DataFrame) -> pl.Series:
    """Orders whose ship-to's postcode does not lie in its prefecture, where both are known."""
    pairs = orders.select(postcode="ship_postcode", prefecture="ship_prefecture").with_row_index()
    right = pairs.join(postcodes.table(), on=["postcode", "prefecture"], how="semi")
    known = (pl.col("postcode") != "") & (pl.col("prefecture") != "")
    return pairs.select(known & ~pl.col("index").is_in(right["index"].implode())).to_series()


def _units_of(orders: pl.DataFrame, lines: pl.DataFrame, _zone: str) -> pl.Series:
    named = lines.select("key", "quantity", search_keys(lines["sku"]).alias("name")).filter(pl.col("name") != "")
    counted = named.group_by("key", "name").agg(pl.col("quantity").sum().cast(pl.Int64).alias("units"))
    found = counted.group_by("key").agg(pl.struct("name", "units").alias("fact"))
    return orders.select("key").join(found, on="key", how="left", maintain_order="left")["fact"]


def _is_recipient(orders: pl.DataFrame, _lines: pl.DataFrame, _zone: str) -> pl.Series:
    return (search_keys(orders["buyer_name"]) == search_keys(orders["ship_name"])) & (
        (orders["buyer_postcode"] == "") | (orders["buyer_postcode"] == orders["ship_postcode"])
    )


_DISCOUNT = (pl.col("discount") * 100 // pl.when(pl.col("goods_total") > 0).then("goods_total")).cast(pl.Int64)


def _days_to_wish(orders: pl.DataFrame, _lines: pl.DataFrame, zone: str) -> pl.Series:
    day = pl.col("ordered_at").dt.convert_time_zone(zone).dt.date()
    return orders.select((pl.col("wished_date") - day).dt.total_days()).to_series()


def _age(orders: pl.DataFrame, _lines: pl.DataFrame, zone: str) -> pl.Series:
    received, ordered = (pl.col(name).dt.convert_time_zone(zone).dt.date() for name in ("received_at", "ordered_at"))
    return orders.select((received - ordered).dt.total_days()).to_series()


def _texts(column: str) -> Derived:
    return _of_lines(pl.col(column).filter(pl.col(column) != "").unique(maintain_order=True))


DERIVED: Mapping[str, Derived] = {
    "ordered_day": _local("ordered_at", lambda at: at.dt.date()),
    "ordered_time": _local("ordered_at", lambda at: at.dt.hour().cast(pl.Int64) * 60 + at.dt.minute()),
    "ordered_weekday": _of_day("ordered_at", _weekday),
    "ordered_on_holiday": _of_day("ordered_at", _is_holiday),
    "ordered_on_day_off": _of_day("ordered_at", _is_day_off),
    "age_days": Derived(frozenset({"ordered_at", "received_at"}), _age),
    "buyer_mail_domain": _plain("buyer_email", pl.col("buyer_email").str.extract("@([^@]+)$").fill_null("")),
    "buyer_is_company": _plain("buyer_name", pl.col("buyer_name").str.contains(_COMPANY)),
    "buyer_is_recipient": Derived(frozenset({"buyer_name", "ship_name"}), _is_recipient),
    "first_order": _plain("past_orders", pl.col("past_orders") == 0),
    "ship_is_company": _plain("ship_name", pl.col("ship_name").str.contains(_COMPANY)),
    "ship_region": _plain(
        "ship_prefecture", pl.col("ship_prefecture").replace_strict(REGION_OF, default="", return_dtype=pl.String)
    ),
    "ship_is_island": _plain("ship_prefecture ship_address", _is_island()),
    "ship_address_length": _plain("ship_address", pl.col("ship_address").str.len_chars().cast(pl.Int64)),
    "ship_without_number": _plain("ship_address", ~pl.col("ship_address").str.contains(_DIGIT)),
    "ship_to_office": _plain("ship_address", pl.col("ship_address").str.contains(_OFFICE)),
    "ship_misplaced": Derived(frozenset({"ship_postcode", "ship_prefecture"}), _misplaced),
    "ship_phone_broken": _plain("ship_phone", (pl.col("ship_phone") == "") & (pl.col("ship_phone_text") != "")),
    "cash_on_delivery": _plain("payment_method", pl.col("payment_method").str.contains(_CASH_ON_DELIVERY)),
    "prepaid_unpaid": _plain("prepaid paid", pl.col("prepaid") & ~pl.col("paid")),
    "discount_percent": _plain("discount goods_total", _DISCOUNT),
    "line_count": _of_lines(pl.len().cast(pl.Int64)),
    "units": _of_lines(pl.col("quantity").sum().cast(pl.Int64)),
    "units_of": Derived(frozenset({LINES}), _units_of),
    "most_of_one": _of_lines(pl.col("quantity").max().cast(pl.Int64)),
    "dearest": _of_lines(pl.col("unit_price").max().cast(pl.Float64).floor().cast(pl.Int64)),
    "skus": _texts("sku"),
    "item_names": _texts("name"),
    "item_options": _texts("option"),
    "with_free_line": _of_lines((pl.col("unit_price") == 0).any()),
    "reduced_tax": _of_lines((pl.col("tax_rate") == 8).any()),
    "branches": _texts("branch"),
    "days_to_wish": Derived(frozenset({"ordered_at", "wished_date"}), _days_to_wish),
    "wished_weekday": _of_day("wished_date", _weekday),
    "wished_on_day_off": _of_day("wished_date", _is_day_off),
    "note_length": _plain("note", pl.col("note").str.len_chars().cast(pl.Int64)),
}
"""Each of FIELDS that is no column of the orders themselves."""
