"""What rules are run on: orders that stand in the tables as Subjects, and what their buyers ordered before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

import polars as pl

from core import copying, text
from orders.models import ArrivalRule, RuleVersion
from orders.queries import facts
from orders.ruling.actions import read_actions
from orders.ruling.conditions import comparisons, read_condition
from orders.ruling.running import Rule
from orders.ruling.subjects import STATE, Subjects

REMEMBERED = 50
"""How many of a buyer's latest orders count as the past."""

_PAST_FIELDS = frozenset({"past_orders", "first_order", "past_cancelled", "past_unpaid", "past_returned"})
_WHATS = ("cancelled", "unpaid", "returned")
_PAST = """
    SELECT o.buyer_phone, o.ordered_at, o.phase = 'cancelled', o.prepaid AND o.payment <> 'paid',
           EXISTS (SELECT FROM orders_line l WHERE l.order_id = o.id AND l.return_received > 0)
      FROM unnest(%s::text[]) AS p (phone)
     CROSS JOIN LATERAL (
           SELECT * FROM orders_order WHERE buyer_phone = p.phone AND buyer_phone <> ''
            ORDER BY ordered_at DESC LIMIT %s
           ) o
"""
_PAST_SCHEMA = pl.Schema(
    {
        "phone": pl.String(),
        "then": pl.Datetime("us", "UTC"),
        "cancelled": pl.Boolean(),
        "unpaid": pl.Boolean(),
        "returned": pl.Boolean(),
    }
)

_TEXTS = (
    *("number", "buyer_name", "buyer_kana", "buyer_email", "buyer_phone", "buyer_postcode", "buyer_prefecture"),
    *("ship_name", "ship_kana", "ship_phone", "ship_postcode", "ship_prefecture", "ship_address"),
    *("payment_method", "delivery_method", "noshi", "wrapping", "message", "wished_slot", "note", "staff_note"),
    *("carrier", "temperature"),
)
_AMOUNTS = ("goods_total", "postage", "fee", "discount", "points", "total", "priority")
_TIMES = ("ordered_at", "received_at")
_DAYS = ("wished_date", "ship_on", "promised_date")
_FLAGS = ("prepaid", "is_gift")
_PLAIN = (*_TEXTS, *_AMOUNTS, *_TIMES, *_DAYS, *_FLAGS)
_ORDERS = f"""
    SELECT o.id, c.code, o.phase = 'cancelled', o.payment = 'paid',
           ARRAY(SELECT jsonb_array_elements_text(o.tags)), ARRAY(SELECT jsonb_array_elements_text(o.muted_mails)),
           ARRAY(SELECT DISTINCT v.reason::text FROM orders_verification v
                  WHERE v.order_id = o.id AND v.answered_at IS NULL ORDER BY 1),
           ARRAY(SELECT h.reason::text FROM orders_hold h
                  WHERE h.order_id = o.id AND h.released_at IS NULL ORDER BY h.id),
           {", ".join(f"o.{name}::bigint" if name in _AMOUNTS else f"o.{name}" for name in _PLAIN)}
      FROM orders_order o JOIN orders_channel c ON c.id = o.channel_id
     WHERE o.id = ANY(%s) ORDER BY o.id
"""  # noqa: S608 (made of the names above)
_ORDER_SCHEMA = pl.Schema(
    {
        "key": pl.Int64(),
        "channel": pl.String(),
        "cancelled": pl.Boolean(),
        "paid": pl.Boolean(),
        **dict.fromkeys(("tags", "muted_mails", "open_reasons", "held_for"), pl.List(pl.String())),
        **dict.fromkeys(_TEXTS, pl.String()),
        **dict.fromkeys(_AMOUNTS, pl.Int64()),
        **dict.fromkeys(_TIMES, pl.Datetime("us", "UTC")),
        **dict.fromkeys(_DAYS, pl.Date()),
        **dict.fromkeys(_FLAGS, pl.Boolean()),
    }
)
_LINES = """
    SELECT l.id, l.order_id, l.position, l.sku, l.name, l.option, (l.ordered - l.cancelled)::bigint, l.unit_price,
           l.tax_rate, l.discount, l.branch
      FROM orders_line l WHERE l.order_id = ANY(%s) ORDER BY l.order_id, l.position
"""
_LINE_SCHEMA = pl.Schema(
    {
        "line_id": pl.Int64(),
        "key": pl.Int64(),
        "line_no": pl.Int64(),
        **dict.fromkeys(("sku", "name", "option"), pl.String()),
        "quantity": pl.Int64(),
        "unit_price": pl.Decimal(14, 2),
        "tax_rate": pl.Int64(),
        "line_discount": pl.Decimal(14, 2),
        "branch": pl.String(),
    }
)


def in_force(on: date) -> list[Rule]:
    """The rules that are switched on for orders arriving on this day, in their order. Two queries."""
    rules = [
        rule
        for rule in ArrivalRule.objects.filter(is_active=True, archived_at=None)
        if (rule.starts_on is None or rule.starts_on <= on) and (rule.ends_on is None or on <= rule.ends_on)
    ]
    return as_rules(rules)


def as_rules(rules: Sequence[ArrivalRule]) -> list[Rule]:
    """The rules as they run, each in its current version."""
    wanted = {(rule.pk, rule.version): None for rule in rules}
    versions = RuleVersion.objects.filter(rule__in=[rule.pk for rule in rules]) if rules else []
    found = {(each.rule_id, each.version): each for each in versions if (each.rule_id, each.version) in wanted}
    return [as_rule(found[key]) for key in wanted]


def as_rule(version: RuleVersion) -> Rule:
    """A version of a rule as it runs."""
    return Rule(
        version.rule_id,
        version.name,
        version.version,
        read_condition(version.condition),
        read_actions(version.actions),
    )


def of_orders(order_ids: Collection[int], rules: Sequence[Rule], *, zone: str) -> Subjects:
    """Orders that stand in the tables, as these rules need them; `key` is their id. Three queries at most."""
    ids = list(order_ids)
    orders = facts.fetch(_ORDERS, [ids], _ORDER_SCHEMA).rename({"is_gift": "gift"})
    lines = facts.fetch(_LINES, [ids], _LINE_SCHEMA)
    phones = [text.phones(orders[name]).fill_null("").alias(name) for name in ("buyer_phone", "ship_phone")]
    orders = orders.with_columns(*phones, orders["ship_phone"].alias("ship_phone_text"))
    return Subjects(with_past(orders, rules), lines.join(orders.select("key", "number"), on="key"), zone=zone)


def with_past(orders: pl.DataFrame, rules: Sequence[Rule], *, arriving: bool = False) -> pl.DataFrame:
    """With what the buyers ordered before each order, as STATE has it; read only where one of the rules asks for it.

    arriving: the orders are not in the tables yet, and those of the same buyer among them count too.
    """
    names = [name for name in STATE if name.startswith("past_")]
    if not any(each.field in _PAST_FIELDS for rule in rules for each in comparisons(rule.condition)):
        return orders.with_columns(pl.lit(None, pl.Int64).alias(name) for name in names)
    own = orders.select("key", phone="buyer_phone", now="ordered_at").filter(pl.col("phone") != "")
    past = facts.fetch(_PAST, [copying.array(own["phone"].unique()), REMEMBERED], _PAST_SCHEMA)
    if arriving:
        beside = orders.select(
            phone="buyer_phone",
            then="ordered_at",
            cancelled="cancelled",
            unpaid=pl.col("prepaid") & ~pl.col("paid"),
            returned=pl.lit(value=False),
        )
        past = pl.concat([past, beside], rechunk=True)
    counts = [pl.len().alias("past_orders"), *(pl.col(what).sum().alias(f"past_{what}") for what in _WHATS)]
    counted = own.join(past, on="phone").filter(pl.col("then") < pl.col("now")).group_by("key").agg(counts)
    known = own.select("key").join(counted, on="key", how="left").with_columns(pl.col(names).fill_null(0))
    joined = orders.drop(names, strict=False).join(known, on="key", how="left", maintain_order="left")
    return joined.with_columns(pl.col(names).cast(pl.Int64))
