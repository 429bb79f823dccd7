"""What arriving orders have to be looked at for, by the client's settings, and the verifications it opens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl

from core import copying
from core.errors import Refused
from core.events import Actor, publish_frame
from core.wording import Sentence, _
from orders import arrival
from orders.conditions import read_condition
from orders.models import ArrivalRule, Channel
from orders.queries import facts

_EARLIER = """
    SELECT number, ordered_at, buyer_name, buyer_postcode, buyer_phone, total::bigint, wished_date
      FROM orders_order
     WHERE ordered_at >= %s AND ordered_at < %s + interval '1 day' AND total = ANY(%s)
       AND (buyer_phone = ANY(string_to_array(%s, E'\\n'))
            OR (buyer_phone = '' AND buyer_postcode = ANY(string_to_array(%s, E'\\n'))))
"""
_EARLIER_SCHEMA = pl.Schema(
    {
        "number": pl.String(),
        "ordered_at": pl.Datetime("us", "UTC"),
        "buyer_name": pl.String(),
        "buyer_postcode": pl.String(),
        "buyer_phone": pl.String(),
        "total": pl.Int64(),
        "wished_date": pl.Date(),
    }
)


def findings(channel: Channel, orders: pl.DataFrame) -> pl.DataFrame:
    """Why which of these new orders (orders.intake.frames.ORDERS) has to be looked at: arrival.FINDINGS."""
    checks = checks_of(channel)
    earlier = _earlier(orders, checks) if checks.duplicate else None
    return arrival.evaluate(orders, rules=rules_in_force(), checks=checks, earlier=earlier)


def checks_of(channel: Channel) -> arrival.Checks:
    """The checks of a channel; Refused where its settings cannot be read."""
    try:
        settings: dict[str, Any] = channel.checks
        return arrival.Checks(**settings)
    except TypeError as error:
        sentence = _("販売チャネル「%(channel)s」の確認項目の設定が正しくありません。")
        raise Refused(Sentence(sentence, channel=channel.name), code="bad_checks") from error


def rules_in_force() -> list[arrival.Rule]:
    """The client's own rules that are switched on, in their order."""
    return [
        arrival.Rule(rule.name, rule.version, rule.reason, read_condition(rule.condition))
        for rule in ArrivalRule.objects.filter(is_active=True)
    ]


def _earlier(orders: pl.DataFrame, checks: arrival.Checks) -> pl.DataFrame:
    """Orders that came before and may be those of the same buyers, for the same amounts, on the same days."""
    days = orders["ordered_at"].dt.convert_time_zone(checks.zone).dt.truncate("1d")
    parameters = [
        days.min(),
        days.max(),
        orders["total"].unique().to_list(),
        orders["buyer_phone"].unique().str.join("\n").item(),
        orders.filter(pl.col("buyer_phone") == "")["buyer_postcode"].unique().str.join("\n").item(),
    ]
    return facts.fetch(_EARLIER, parameters, _EARLIER_SCHEMA)


def open_verifications(orders: pl.DataFrame, findings: pl.DataFrame, *, actor: Actor, at: datetime) -> None:
    """Write the verifications and tell of them. orders: number and id."""
    if findings.is_empty():
        return
    found = findings.join(orders.select("number", "id"), on="number", maintain_order="left").select(
        copying.take_ids("orders_verification", findings.height).alias("verification_id"),
        pl.col("id").alias("order_id"),
        "reason",
        pl.col("rule").str.slice(0, 60),
        pl.col("version").alias("rule_version"),
    )
    blank = [pl.lit("").alias(name) for name in ("answer", "answered_by")]
    rows = found.rename({"verification_id": "id"}).with_columns(pl.lit(at).alias("opened_at"), *blank)
    copying.copy("orders_verification", rows)
    told = found.with_columns(pl.col("order_id").alias("subject_id"))
    publish_frame("order.verification_opened", "order", told, actor=actor, at=at)
