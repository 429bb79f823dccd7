"""By what buyers are recognised: the forms of names, mail addresses, phones and addresses that can be compared.

Like core.text, each normaliser has a scalar form and one for a column; nothing here replaces what somebody wrote.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from core.honorifics import COMPANY_SHORT, COMPANY_WORDS
from core.text import PREFECTURES, address_keys, narrow, narrows, phones, postcodes, search_key, search_keys
from core.wording import _


@dataclass(frozen=True)
class MarkKind:
    """A kind of mark: what two buyers have in common who share it, and what that weighs, of 100."""

    label: str
    weight: int


MARKS: Mapping[str, MarkKind] = {
    "email": MarkKind(_("メールアドレスが同じ"), 50),
    "phone": MarkKind(_("電話番号が同じ"), 40),
    "name_address": MarkKind(_("お名前と住所が同じ"), 40),
    "name_postcode": MarkKind(_("お名前と郵便番号が同じ"), 30),
    "kana_postcode": MarkKind(_("お名前の読みと郵便番号が同じ"), 20),
}

# As search_key leaves them behind: ㈱ is (株).
_FORMS = "|".join((*COMPANY_WORDS, rf"\([{COMPANY_SHORT}]\)"))
_BEFORE = rf"^(?:{_FORMS})+"
_AFTER = rf"(?:{_FORMS}|様|御中)+$"
_KANA = "^[ァ-ヶー・]+$"
_MAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
_PREFECTURE = f"^(?:{'|'.join(PREFECTURES)})"


def name_key(name: str) -> str:
    """A name for comparing: its search_key without the form of company before or after it, without 様 and 御中."""
    key = search_key(name)
    return re.sub(_AFTER, "", re.sub(_BEFORE, "", key)) or key


def name_keys(names: pl.Series) -> pl.Series:
    """name_key of a column."""
    keys = search_keys(names)
    bare = keys.str.replace(_BEFORE, "").str.replace(_AFTER, "")
    return pl.select(pl.when(bare == "").then(keys).otherwise(bare)).to_series().alias(names.name)


def email_key(text: str) -> str:
    """A mail address for comparing: narrow and in small letters; "" where the text is none."""
    key = narrow(text).strip().lower()
    return key if re.search(_MAIL, key) else ""


def email_keys(texts: pl.Series) -> pl.Series:
    """email_key of a column."""
    keys = narrows(texts).str.strip_chars().str.to_lowercase()
    return pl.select(pl.when(keys.str.contains(_MAIL)).then(keys).otherwise(pl.lit(""))).to_series().alias(texts.name)


def keyed(people: pl.DataFrame) -> pl.DataFrame:
    """The buyers of orders with everything they are compared by, "" where there is nothing.

    people: order_id, name, kana, email, phone, postcode, prefecture, address. Adds name_key, kana_key, address_key and
    identity; email, phone and postcode become what they are compared by.
    """
    written = people.with_columns(
        name_keys(people["name"]).alias("name_key"),
        email_keys(people["email"]).alias("email"),
        phones(people["phone"]).fill_null("").alias("phone"),
        postcodes(people["postcode"]).fill_null("").alias("postcode"),
        address_keys(people["address"]).str.replace(_PREFECTURE, "").alias("address_key"),
    )
    read = name_keys(people["kana"])
    spoken = pl.when(read != "").then(read).when(pl.col("name_key").str.contains(_KANA)).then("name_key")
    kana_key = spoken.otherwise(pl.lit("")).str.replace_all("・", "", literal=True).alias("kana_key")
    return written.with_columns(kana_key).with_columns(_identity())


def _identity() -> pl.Expr:
    """The name with the strongest thing known of it. Without any, an order's buyer is known by that order alone."""
    best = pl.lit("order:") + pl.col("order_id").cast(pl.String)
    for column in ("address_key", "postcode", "phone", "email"):
        best = pl.when(pl.col(column) != "").then(pl.lit(f"{column}:") + pl.col(column)).otherwise(best)
    return pl.concat_str("name_key", best, separator="|").alias("identity")


def marks(people: pl.DataFrame) -> pl.DataFrame:
    """What these can be recognised by: buyer_id, kind, value; each once. people: as `keyed`, with buyer_id."""
    of = {
        "email": pl.col("email"),
        "phone": pl.col("phone"),
        "name_address": _both("name_key", "address_key"),
        "name_postcode": _both("name_key", "postcode"),
        "kana_postcode": _both("kana_key", "postcode"),
    }
    found = [people.select("buyer_id", pl.lit(kind).alias("kind"), value.alias("value")) for kind, value in of.items()]
    return pl.concat(found).filter(pl.col("value") != "").unique(maintain_order=True)


def _both(one: str, other: str) -> pl.Expr:
    both = pl.concat_str(one, other, separator="|")
    return pl.when((pl.col(one) != "") & (pl.col(other) != "")).then(both).otherwise(pl.lit(""))
