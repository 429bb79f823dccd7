"""What arriving orders have to be looked at for, by the client's settings."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from core import copying
from core.errors import Refused
from core.wording import Sentence, _
from orders import arrival
from orders.models import Channel

_A_DAY = timedelta(days=1)

_EARLIER = """
    SELECT number, (extract(epoch FROM ordered_at) * 1000000)::bigint, total::bigint, wished_date,
           buyer_phone, buyer_name, buyer_postcode
      FROM orders_order
     WHERE ordered_at >= %s AND ordered_at < %s AND phase <> 'cancelled'
"""
_READ = pl.Schema(
    {
        "number": pl.String(),
        "ordered_at": pl.Int64(),
        "total": pl.Int64(),
        "wished_date": pl.Date(),
        "buyer_phone": pl.String(),
        "buyer_name": pl.String(),
        "buyer_postcode": pl.String(),
    }
)


class Earlier:
    """What came before the orders of an arrival, as far as it takes to know who orders the same again.

    Eight bytes an order: fingerprints of arrival. The stored orders are read once, day by day as the arrival reaches
    them; its own are added as they are looked at.
    """

    def __init__(self, zone: str) -> None:
        self._zone = zone
        self._days: set[date] = set()
        self._known = pl.Series("fingerprint", dtype=pl.UInt64)

    def alike(self, orders: pl.DataFrame) -> pl.DataFrame:
        """An order in the place of what came before, for each of these that somebody placed already that day."""
        self._read_days(orders["ordered_at"])
        own = arrival.fingerprints(orders, self._zone)
        found = orders.filter(own.is_in(self._known.implode()))
        self._known.append(own.filter(~orders["cancelled"]))
        at_midnight = (
            pl.col("ordered_at").dt.convert_time_zone(self._zone).dt.truncate("1d").dt.convert_time_zone("UTC")
        )
        return found.with_columns(at_midnight, number=pl.lit(""))

    def _read_days(self, ordered_at: pl.Series) -> None:
        days = ordered_at.dt.convert_time_zone(self._zone).dt.date().unique().sort()
        new = [day for day in days if day not in self._days]
        if new:
            # From the first to the last new day at once; what lies between and was read before is not taken again.
            start, end = (datetime.combine(day, time(), ZoneInfo(self._zone)) for day in (new[0], new[-1] + _A_DAY))
            read = copying.read(_EARLIER, [start, end], _READ).with_columns(
                pl.col("ordered_at").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
            )
            day = pl.col("ordered_at").dt.convert_time_zone(self._zone).dt.date()
            self._known.append(arrival.fingerprints(read.filter(day.is_in(new)), self._zone))
            self._days.update(new)


def earlier(channel: Channel) -> Earlier:
    """What came before, for one arrival."""
    return Earlier(checks_of(channel).zone)


def findings(channel: Channel, orders: pl.DataFrame, earlier: Earlier) -> pl.DataFrame:
    """Why which of these new orders (orders.intake.frames.ORDERS) has to be looked at: arrival.FINDINGS."""
    checks = checks_of(channel)
    before = earlier.alike(orders) if checks.duplicate else None
    return arrival.evaluate(orders, checks=checks, earlier=before)


def checks_of(channel: Channel) -> arrival.Checks:
    """The checks of a channel; Refused where its settings cannot be read."""
    try:
        settings: dict[str, Any] = channel.checks
        return arrival.Checks(**settings)
    except TypeError as error:
        sentence = _("販売チャネル「%(channel)s」の確認項目の設定が正しくありません。")
        raise Refused(Sentence(sentence, channel=channel.name), code="bad_checks") from error
