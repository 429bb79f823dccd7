"""Facts of an order that may change on its way: where it goes, when it is wished for, what is noted.

Whoever wants it (a channel, a client, the answer to an exception), it is written here and said as `order.changed`:
`what` is a key of TAKEN or COMPARED, and the figures of TOLD are with it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

import polars as pl
from django.db import connection, transaction

from core import copying, postcodes, text
from core.batches import Outcome
from core.errors import Refused
from core.events import Actor, publish_frame
from core.wording import Sentence, _
from orders.models import Order
from orders.queries.facts import among
from orders.services.phases import refresh
from orders.services.sifting import sift_orders

LONGEST_ADDRESS = 255

TOLD: Mapping[str, Mapping[str, str]] = {
    "address": {"postcode": "ship_postcode", "prefecture": "ship_prefecture"},
    "dates": {"on": "wished_date"},
}
"""What the event says besides, and the column that says it."""

_CHANGE = """
    UPDATE orders_order o SET {assigned}
      FROM unnest({arrays}) AS t (id, {names}) WHERE o.id = t.id
"""


@transaction.atomic
def take_over(what: str, facts: pl.DataFrame, *, actor: Actor, at: datetime) -> Outcome:
    """Write what a channel says anew. what: of TAKEN. facts: id and its columns, a row per order.

    Refused is what the warehouse has been given already, and what is cancelled.
    """
    ready, refused = sift_orders("take_over", facts["id"].to_list())
    going = facts.filter(pl.col("id").is_in(ready["id"].implode())).sort("id")
    _write(what, going, actor=actor, at=at)
    return Outcome.of(going["id"], refused)


def set_address(
    order_ids: Collection[int],
    *,
    postcode: str,
    address: str,
    name: str = "",
    phone: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """Send these orders, locked, elsewhere. name, phone: "" leaves them as they are. Read it with `address_of`."""
    columns = {"ship_postcode": postcode, "ship_prefecture": text.prefecture(address) or "", "ship_address": address}
    columns |= {"ship_name": name} if name else {}
    columns |= {"ship_phone": text.phone(phone) or phone} if phone else {}
    facts = _alike(order_ids).with_columns([pl.lit(value).alias(column) for column, value in columns.items()])
    found_by = text.search_key("|".join(filter(None, (name, phone))))
    if found_by:
        known = dict(Order.objects.filter(pk__in=among(order_ids)).values_list("pk", "search"))
        keys = [f"{known[pk]}|{found_by}" for pk in facts["id"]]
        facts = facts.with_columns(pl.Series("search", keys, dtype=pl.String))
    _write("address", facts, actor=actor, at=at)


def set_arrival(order_ids: Collection[int], *, on: date, slot: str | None = None, actor: Actor, at: datetime) -> None:
    """These orders, locked, arrive on that day; slot: of orders.intake.values.SLOTS, None leaves it as it is."""
    facts = _alike(order_ids).with_columns(pl.lit(on).alias("promised_date"), pl.lit(on).alias("wished_date"))
    if slot is not None:
        facts = facts.with_columns(pl.lit(slot).alias("wished_slot"), pl.lit("").alias("wished_slot_text"))
    _write("dates", facts, actor=actor, at=at)


def set_note(order_ids: Collection[int], *, note: str, actor: Actor, at: datetime) -> None:
    """Note something else with these orders, locked."""
    _write("note", _alike(order_ids).with_columns(pl.lit(note).alias("note")), actor=actor, at=at)


def address_of(given: Mapping[str, str]) -> dict[str, str]:
    """postcode (seven digits), address with its prefecture, name and phone of a form; Refused where unreadable."""
    postcode = text.postcode(given.get("postcode", ""))
    address = given.get("address", "").strip()
    if postcode is None or not postcodes.is_known(postcode):
        raise Refused(
            Sentence(_("郵便番号は、日本郵便にある7桁の番号を入れてください。")), code="bad_postcode", field="postcode"
        )
    if not address or len(address) > LONGEST_ADDRESS:
        raise Refused(Sentence(_("住所を255文字以内で入れてください。")), code="bad_address", field="address")
    if text.prefecture(address) is None:
        prefectures = postcodes.prefectures_of(postcode)
        if len(prefectures) > 1:
            raise Refused(Sentence(_("住所は都道府県から入れてください。")), code="no_prefecture", field="address")
        address = f"{next(iter(prefectures))}{address}"
    return {
        "postcode": postcode,
        "address": address,
        "name": given.get("name", "").strip()[:100],
        "phone": given.get("phone", "").strip()[:30],
    }


def _alike(order_ids: Collection[int]) -> pl.DataFrame:
    return pl.DataFrame({"id": sorted(set(order_ids))}, schema={"id": pl.Int64})


def _write(what: str, facts: pl.DataFrame, *, actor: Actor, at: datetime) -> None:
    if facts.is_empty():
        return
    columns = [name for name in facts.columns if name != "id"]
    types = ["date" if facts.schema[name] == pl.Date else "text" for name in columns]
    statement = _CHANGE.format(
        assigned=", ".join(f"{name} = t.{name}" for name in columns),
        arrays=", ".join(f"%s::{kind}[]" for kind in ["bigint", *types]),
        names=", ".join(columns),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [copying.array(facts[name]) for name in ("id", *columns)])
    refresh(facts["id"].to_list())
    told = facts.select(
        pl.col("id").alias("subject_id"),
        pl.col("id").alias("order_id"),
        pl.lit(what).alias("what"),
        *[pl.col(column).cast(pl.String).alias(name) for name, column in TOLD.get(what, {}).items()],
    )
    publish_frame("order.changed", "order", told, actor=actor, at=at)
