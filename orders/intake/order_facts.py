"""The facts of the orders themselves, one row each: who, where to, how paid, what it costs, what is wished."""

from __future__ import annotations

import polars as pl

from core import postcodes, text
from orders.intake import values
from orders.intake.findings import Findings
from orders.intake.frames import REPAIRS, stacked
from orders.intake.profiles import Profile

AMOUNTS = (
    "goods_total",
    "subtotal",
    "postage",
    "fee",
    "discount",
    "points",
    "tax",
    "tax_10",
    "tax_8",
    "other",
    "total",
)
TEXTS = {
    "number": 60,
    "buyer_name": 100,
    "buyer_kana": 100,
    "buyer_email": 254,
    "buyer_address": 255,
    "ship_name": 100,
    "ship_kana": 100,
    "ship_address": 255,
    "payment_method": 60,
    "delivery_method": 60,
    "noshi": 100,
    "wrapping": 100,
}
"""The texts that are kept as they are, and how many characters of each can be kept."""

_LONG_TEXTS = dict.fromkeys(("note", "staff_note", "message"), 10_000)
_BENT_NUMBER = r"^[0-9](?:\.[0-9]+)?E\+[0-9]+$"
"""A long number after a spreadsheet had it: 1.23457E+17. Its last digits are gone, so several orders would be one."""

_PARTY = ("name", "kana", "phone", "postcode", "prefecture", "address", "country")
_JAPAN = ["", "jp", "jpn", "japan", "日本"]
_CASH_ON_DELIVERY = "代金引換|代引|着払|コレクト|(?i)cash on delivery"
_NO_WISH = ["なし", "指定なし", "希望なし", "最短", "0", "-"]


def order_facts(heads: pl.DataFrame, profile: Profile) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The orders, the problems (PROBLEMS) and the repairs (REPAIRS). heads: the first row of each order."""
    findings = Findings(_completed(heads))
    table = findings.table
    _check_texts(findings, profile)
    columns = [table["row"], *(table[name] for name in TEXTS), table["message"], table["note"], table["staff_note"]]
    columns += [*_parties(findings), *_amounts(findings, profile), *_wishes(findings, profile)]
    columns += [findings.read("ordered_at", "broken_date", lambda cells: values.moments(cells, profile.zone))]
    columns += [values.flags(table["gift"]).alias("gift"), *_states(findings, profile)]
    orders = pl.DataFrame(columns)
    return orders.with_columns(_search(orders)), findings.frame(), _repairs(heads, orders)


def _completed(heads: pl.DataFrame) -> pl.DataFrame:
    """An order without any ship-to goes to its buyer; a buyer without a name is who it goes to; no wish is blank."""
    unaddressed = pl.all_horizontal(pl.col("ship_name", "ship_address", "ship_postcode") == "")
    ship = [
        pl.when(unaddressed).then(f"buyer_{part}").otherwise(f"ship_{part}").alias(f"ship_{part}") for part in _PARTY
    ]
    named = pl.when(pl.col("buyer_name") == "").then("ship_name").otherwise("buyer_name").alias("buyer_name")
    wish = (
        pl.when(~pl.col("wished_date").is_in(_NO_WISH)).then("wished_date").otherwise(pl.lit("")).alias("wished_date")
    )
    return heads.with_columns(*ship, wish).with_columns(named)


def _check_texts(findings: Findings, profile: Profile) -> None:
    table = findings.table
    findings.require("ordered_at", "ship_name", "ship_postcode", "ship_address")
    findings.limit({**TEXTS, **_LONG_TEXTS})
    number = table["number"]
    bent = number.str.contains(_BENT_NUMBER)
    findings.note("number", "broken_order_number", ~number.str.contains(profile.number_pattern) | bent)
    countries = text.search_keys(table["ship_country"])
    findings.note("ship_country", "foreign_address", ~countries.is_in(_JAPAN))


def _parties(findings: Findings) -> list[pl.Series]:
    """Phones, postcodes and prefectures of buyer and ship-to; of these only the ship-to's postcode must be right."""
    table = findings.table
    columns = []
    for party in ("buyer", "ship"):
        phone, postcode = table[f"{party}_phone"], table[f"{party}_postcode"]
        codes = _known(text.postcodes(postcode))
        if party == "ship":
            findings.note("ship_postcode", "unknown_postcode", codes.is_null() & (postcode != ""))
        columns += [
            text.phones(phone).fill_null("").alias(f"{party}_phone"),
            phone.alias(f"{party}_phone_text"),
            codes.fill_null("").alias(f"{party}_postcode"),
            _prefecture(table[f"{party}_prefecture"], table[f"{party}_address"], codes).alias(f"{party}_prefecture"),
        ]
    return columns


def _known(codes: pl.Series) -> pl.Series:
    return (
        codes.alias("code")
        .to_frame()
        .select(pl.when(pl.col("code").is_in(postcodes.known_codes().implode())).then("code"))
        .to_series()
    )


def _prefecture(own: pl.Series, addresses: pl.Series, codes: pl.Series) -> pl.Series:
    """What the file says, else what the address begins with, else the one that the postcode lies in; else blank."""
    named = text.prefectures(own.replace(dict(text.PREFECTURE_CODES))), text.prefectures(addresses)
    frame = pl.DataFrame([named[0].alias("own"), named[1].alias("address"), codes.alias("postcode")])
    answer = frame.select(pl.coalesce("own", "address")).to_series()
    if not answer.has_nulls():
        return answer
    sole = postcodes.table().unique("postcode", keep="none")
    return (
        frame.join(sole, on="postcode", how="left", maintain_order="left")
        .select(pl.coalesce("own", "address", "prefecture", pl.lit("")))
        .to_series()
    )


def _amounts(findings: Findings, profile: Profile) -> list[pl.Series]:
    """Int64 yen, null where the file does not say."""
    table = findings.table
    if profile.unconfirmed:
        for name in AMOUNTS:
            findings.note(name, "unconfirmed_amount", table[name] == profile.unconfirmed)
    return [findings.read(name, "broken_number", values.yen) for name in AMOUNTS]


def _wishes(findings: Findings, profile: Profile) -> list[pl.Series]:
    return [
        findings.read("wished_date", "broken_date", values.dates),
        values.slots(findings.table["wished_slot"], dict(profile.slots)).alias("wished_slot"),
        findings.table["wished_slot"].alias("wished_slot_text"),
    ]


def _states(findings: Findings, profile: Profile) -> list[pl.Series]:
    """cancelled, paid, prepaid: what the channel says, and what the way of paying tells where it says nothing."""
    table = findings.table
    status = table["status"].replace_strict(dict(profile.statuses), default="", return_dtype=pl.String)
    cancelled = (table["cancelled"] != "") | (status == "cancelled")
    shipped = values.flags(table["shipped"]) | (status == "shipped")
    findings.note("shipped" if "shipped" in profile.order else "status", "already_shipped", shipped & ~cancelled)
    prepaid = _any_of(table["payment_method"], profile.advance_methods)
    on_delivery = table["payment_method"].str.contains(_CASH_ON_DELIVERY)
    said = status.is_in(["paid", "shipped"]) | values.flags(table["paid"])
    tells = "paid" in profile.order or "paid" in profile.statuses.values()
    paid = said if tells else ~prepaid & ~on_delivery & ~cancelled
    return [cancelled.alias("cancelled"), paid.alias("paid"), prepaid.alias("prepaid")]


def _any_of(texts: pl.Series, words: tuple[str, ...]) -> pl.Series:
    return texts.str.contains_any(list(words)) if words else pl.repeat(False, len(texts), eager=True)


def _search(orders: pl.DataFrame) -> pl.Series:
    """What an order is found by: number, names, kana, phones and e-mail; the ship-to's only where they differ."""
    once = [
        pl.when(pl.col(f"ship_{part}") != pl.col(f"buyer_{part}")).then(f"ship_{part}")
        for part in ("name", "kana", "phone")
    ]
    phones = [phone.str.replace(r"^\+81", "0") for phone in (pl.col("buyer_phone"), once[2])]
    words = ["number", "buyer_name", "buyer_kana", *once[:2], *phones, "buyer_email"]
    joined = orders.select(pl.concat_str(words, separator="|", ignore_nulls=True)).to_series()
    return text.search_keys(joined).alias("search")


def _repairs(heads: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """The phones and postcodes that were put right: a lost zero restored, full-width digits narrowed."""
    found = [pl.DataFrame(schema=REPAIRS)]
    for field in ("buyer_phone", "buyer_postcode", "ship_phone", "ship_postcode"):
        cells = pl.DataFrame(
            [
                heads["row"],
                heads[field].alias("before"),
                orders[field].str.replace(r"^\+81", "0").alias("after"),
                heads["number"],
            ]
        ).filter((pl.col("before") != pl.col("after")) & (pl.col("before") != "") & (pl.col("after") != ""))
        digits = pl.col("before").str.replace(r"^'?\+81[-\s]*(?:\(0\))?", "0").str.replace_all(r"[-\s()〒'.]", "")
        found.append(cells.filter(digits != pl.col("after")).insert_column(1, pl.lit(field).alias("field")))
    return stacked(found)
