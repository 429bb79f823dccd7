"""Orders come from somebody: a buyer who is known, or a new one. In columns, in as many statements for any number."""

from __future__ import annotations

from datetime import datetime

import polars as pl
from django.db import connection, transaction

from core import copying
from customers.keys import keyed, marks
from customers.services.proposing import propose
from customers.services.turns import settle, take_turn

_KNOWN = """
    SELECT b.identity, b.id, b.head_id
      FROM customers_buyer b JOIN unnest(%s::text[]) AS t (identity) ON b.identity = t.identity
"""
_KNOWN_SCHEMA = pl.Schema({"identity": pl.String, "buyer_id": pl.Int64, "head_id": pl.Int64})

_MET_AGAIN = """
    UPDATE customers_buyer b
       SET kana = CASE WHEN b.kana = '' THEN t.kana ELSE b.kana END,
           kana_key = CASE WHEN b.kana_key = '' THEN t.kana_key ELSE b.kana_key END,
           first_order_at = least(b.first_order_at, t.first_at),
           last_order_at = greatest(b.last_order_at, t.last_at)
      FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[])
           AS t (id, kana, kana_key, first_at, last_at)
     WHERE b.id = t.id
       AND (b.kana = '' AND t.kana <> '' OR b.kana_key = '' AND t.kana_key <> ''
            OR t.first_at < b.first_order_at OR t.last_at > b.last_order_at)
    RETURNING b.id
"""
_MARKS = """
    INSERT INTO customers_mark (buyer_id, kind, value)
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[]) ON CONFLICT DO NOTHING RETURNING buyer_id
"""
_ADDRESSES = """
    INSERT INTO customers_address (buyer_id, key, postcode, prefecture, address)
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[]) ON CONFLICT DO NOTHING
    RETURNING buyer_id
"""
# Phones are found by the digits that people dial.
_SEARCH = """
    UPDATE customers_buyer b SET search = found.search
      FROM (SELECT b.id, concat_ws('|', b.name_key, nullif(b.kana_key, ''), m.found, a.found) AS search
              FROM customers_buyer b
             CROSS JOIN LATERAL (
                   SELECT string_agg(regexp_replace(value, '^[+]81', '0'), '|' ORDER BY id) AS found
                     FROM customers_mark WHERE buyer_id = b.id AND kind IN ('email', 'phone')
                   ) m
             CROSS JOIN LATERAL (
                   SELECT string_agg(concat_ws('|', nullif(postcode, ''), key), '|' ORDER BY id) AS found
                     FROM customers_address WHERE buyer_id = b.id
                   ) a
             WHERE b.id = ANY(%s::bigint[])) found
     WHERE b.id = found.id AND b.search <> found.search
"""


@transaction.atomic
def recognise(people: pl.DataFrame, *, at: datetime) -> pl.DataFrame:
    """Whose orders these are: order_id, buyer_id. A buyer who is not known yet becomes one.

    people: one row an order, with order_id, name, kana, email, phone, postcode, prefecture, address (as they were
    written, "" where nothing was) and ordered_at. Buyers who may be others that are known are proposed.
    """
    if people.is_empty():
        return pl.DataFrame(schema={"order_id": pl.Int64, "buyer_id": pl.Int64})
    take_turn()
    with_keys = keyed(people)
    known = _known(with_keys["identity"].unique())
    met = _met(with_keys)
    unknown = met.join(known, on="identity", how="anti", maintain_order="left")
    made = unknown.with_columns(copying.take_ids("customers_buyer", unknown.height).alias("buyer_id"))
    _write_new(made)
    changed = _meet_again(met.join(known, on="identity", maintain_order="left"))
    every = pl.concat([known, made.select("identity", "buyer_id", pl.col("buyer_id").alias("head_id"))])
    found = with_keys.join(every, on="identity", maintain_order="left")
    marked, placed = _mark(found), _place(found)
    _note_search(changed | marked | placed)
    settle(known["head_id"].unique().to_list())
    propose(pl.Series(sorted(marked), dtype=pl.Int64), at=at)
    return found.select("order_id", "buyer_id")


def _known(identities: pl.Series) -> pl.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [copying.array(identities)])
        return pl.DataFrame(cursor.fetchall(), schema=_KNOWN_SCHEMA, orient="row")


def _met(people: pl.DataFrame) -> pl.DataFrame:
    """Each of the buyers once, as the earliest of these orders names them."""
    times = (pl.col("ordered_at").min().alias("first_at"), pl.col("ordered_at").max().alias("last_at"))
    spoken = [pl.col(name).filter(pl.col(name) != "").first().fill_null("") for name in ("kana", "kana_key")]
    ordered = people.sort("ordered_at", "order_id")
    return ordered.group_by("identity", maintain_order=True).agg(pl.col("name", "name_key").first(), *spoken, *times)


def _write_new(made: pl.DataFrame) -> None:
    rows = made.select(
        pl.col("buyer_id").alias("id"),
        pl.col("buyer_id").alias("head_id"),
        *("identity", "name", "name_key", "kana", "kana_key"),
        pl.col("first_at").alias("first_order_at"),
        pl.col("last_at").alias("last_order_at"),
        pl.col("last_at").alias("latest_order_at"),
    )
    copying.copy("customers_buyer", rows)


def _meet_again(met: pl.DataFrame) -> set[int]:
    """Those of whom something new is known now."""
    return _changed(_MET_AGAIN, met.select("buyer_id", "kana", "kana_key", "first_at", "last_at"))


def _mark(found: pl.DataFrame) -> set[int]:
    """Those who can be recognised by something new."""
    return _changed(_MARKS, marks(found))


def _place(found: pl.DataFrame) -> set[int]:
    """Those who have a new address."""
    placed = found.filter((pl.col("address_key") != "") | (pl.col("postcode") != ""))
    key = pl.concat_str("postcode", "address_key", separator="|").alias("key")
    addresses = placed.select("buyer_id", key, "postcode", "prefecture", "address")
    return _changed(_ADDRESSES, addresses.unique(["buyer_id", "key"], keep="first", maintain_order=True))


def _changed(statement: str, rows: pl.DataFrame) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [copying.array(column) for column in rows])
        return {buyer for (buyer,) in cursor.fetchall()}


def _note_search(buyer_ids: set[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SEARCH, [sorted(buyer_ids)])
